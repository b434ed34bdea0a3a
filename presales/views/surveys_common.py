"""What is common in a field of business: the shared list, and taking over into a project."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import CreateView, FormView, UpdateView, View

from implportal.kernel.errors import DomainError
from implportal.kernel.views import DomainFormMixin, ListPage
from implportal.projects.pages import ProjectPageMixin
from presales.domain.surveys_common import (
    remove_common_requirement,
    save_common_requirement,
    take_common_requirements,
    there_already,
)
from presales.filters.surveys_common import CommonRequirementFilter
from presales.forms.surveys_common import CommonRequirementForm, TakeCommonForm
from presales.models import CommonRequirement, Requirement
from presales.pages import ActMixin, ContributorMixin
from presales.permissions import may_edit_templates
from presales.views.surveys_templates import KeepsTemplatesMixin

LIST = "presales:common_requirement_list"


class CommonRequirementList(ListPage):
    queryset = (
        CommonRequirement.objects.with_rank()
        .select_related("field_of_business")
        .annotate(used=Count("requirements"))
    )
    filterset_class = CommonRequirementFilter
    template_name = "presales/common_requirement_list.html"
    export_name = "common-requirements"
    sorts = {
        "text": ("text", "pk"),
        "field": ("field_of_business__name", "text", "pk"),
        "priority": ("priority_rank", "text", "pk"),
        "used": ("used", "text", "pk"),
    }
    default_sort = "field"

    def export_columns(self) -> list:
        return [
            (_("Requirement"), lambda row: row.text),
            (_("Field of business"), lambda row: row.field_of_business or _("every field")),
            (_("Priority"), lambda row: row.get_priority_display()),
            (_("Taken over"), lambda row: row.used),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_edit=may_edit_templates(self.request.user), **kwargs)


class CommonFormMixin(KeepsTemplatesMixin):
    form_class = CommonRequirementForm
    template_name = "presales/survey_template_form.html"
    title = ""

    def get_queryset(self) -> QuerySet[CommonRequirement]:
        return CommonRequirement.objects.visible_to(self.request.user)

    def form_valid(self, form: CommonRequirementForm) -> HttpResponse:
        try:
            save_common_requirement(item=form.instance, actor=self.request.user, at=timezone.now())
        except DomainError as error:
            form.add_error("text", str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("The requirement is on the list."))
        again = "another" in self.request.POST
        return HttpResponseRedirect(self.request.path if again else reverse(LIST))

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(title=self.title, back=reverse(LIST), **kwargs)


class CommonRequirementCreate(CommonFormMixin, CreateView):
    title = gettext_lazy("New common requirement")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_add_another=True, **kwargs)


class CommonRequirementEdit(CommonFormMixin, UpdateView):
    title = gettext_lazy("Common requirement")


class CommonRequirementRemove(ActMixin, KeepsTemplatesMixin, View):
    said = gettext_lazy("It is off the list. Requirements that were made of it stay.")

    def act(self) -> None:
        rows = CommonRequirement.objects.visible_to(self.request.user)
        item = get_object_or_404(rows.select_related("field_of_business"), pk=self.kwargs["pk"])
        remove_common_requirement(item=item, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        return reverse(LIST)


class CommonRequirementTake(DomainFormMixin, ContributorMixin, ProjectPageMixin, FormView):
    """What the customer's field needs as a rule; tick and take over, all at once."""

    tab = "requirements"
    form_class = TakeCommonForm
    template_name = "presales/common_requirement_take.html"

    @cached_property
    def items(self) -> list[CommonRequirement]:
        return list(self.choices().order_by("priority_rank", "text", "pk"))

    def choices(self) -> QuerySet[CommonRequirement]:
        rows = CommonRequirement.objects.visible_to(self.request.user).with_rank()
        return rows.common_for(self.project.customer)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"choices": self.choices()}

    def perform(self, form: TakeCommonForm) -> list[Requirement]:
        return take_common_requirements(
            project=self.project,
            items=list(form.cleaned_data["items"].order_by("priority_rank", "text", "pk")),
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_message(self) -> str:
        return ngettext(
            "%(count)s requirement is added. Change its words where this customer differs.",
            "%(count)s requirements are added. Change their words where this customer differs.",
            len(self.result),
        ) % {"count": len(self.result)}

    def get_success_url(self) -> str:
        return reverse("presales:requirement_list", kwargs={"project_pk": self.project.pk})

    def get_context_data(self, **kwargs: Any) -> dict:
        there = there_already(self.project, self.items)
        posted = self.request.POST.getlist("items") if self.request.method == "POST" else None
        return super().get_context_data(
            rows=[
                (item, there.get(item.pk), posted is None or str(item.pk) in posted)
                for item in self.items
            ],
            left=sum(item.pk not in there for item in self.items),
            back=self.get_success_url(),
            **kwargs,
        )
