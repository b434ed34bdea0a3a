"""Change requests of a project: list, page, writing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from delivery.domain.changes import (
    add_requirement_effect,
    add_task_effect,
    edit_change,
    remove_effect,
    start_change,
)
from delivery.domain.changes_document import change_content, latest_request, latest_version
from delivery.domain.changes_effects import outlook
from delivery.domain.changes_standing import whose_court
from delivery.filters import ChangeFilter
from delivery.forms.changes import ChangeForm, RequirementEffectForm, TaskEffectForm
from delivery.models import ChangeRequest, RequirementEffect, TaskEffect
from delivery.permissions import may_approve_change, may_write_change
from implportal.audit.models import Entry
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.money import to_decimal
from implportal.kernel.views import ListPage
from implportal.projects.models import Project
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_run, may_see_money

State = ChangeRequest.State


class ChangeList(ProjectPageMixin, ListPage):
    queryset = ChangeRequest.objects.with_people()
    filterset_class = ChangeFilter
    template_name = "delivery/change_list.html"
    context_object_name = "changes"
    export_name = "change-requests"
    tab = "changes"
    sorts = {
        "number": ("number", "pk"),
        "title": ("title", "pk"),
        "state": ("state", "number", "pk"),
        "since": ("state_since", "pk"),
        "price": ("price_minor", "number", "pk"),
    }
    default_sort = "-number"

    @property
    def sort(self) -> str:
        """An order by price would tell whose price is higher."""
        wanted = super().sort
        if wanted.lstrip("-") == "price" and not may_see_money(self.request.user, self.project):
            return self.default_sort
        return wanted

    def get_queryset(self) -> QuerySet[ChangeRequest]:
        return super().get_queryset().filter(project=self.project)

    def export_columns(self) -> list:
        money = [
            (_("Difference of the price"), lambda one: to_decimal(one.price_minor, one.currency)),
            (_("Currency"), lambda one: one.currency),
        ]
        return [
            (_("Number"), lambda one: one.number),
            (_("Title"), lambda one: one.title),
            (_("State"), lambda one: one.get_state_display()),
            (_("Whose turn"), whose_court),
            (_("Since"), lambda one: one.state_since),
            *(money if may_see_money(self.request.user, self.project) else []),
            (_("New planned end"), lambda one: one.new_end_on),
            (_("Carried out"), lambda one: one.applied_at),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        return context | {
            "rows": [(change, whose_court(change)) for change in context["changes"]],
            "may_write": self.project.is_running
            and may_write_change(self.request.user, self.project),
        }


class ChangePageMixin(ProjectPageMixin):
    """A page about the change in the address: ``self.change``."""

    tab = "changes"

    def get_project(self) -> Project:
        self.project = project = super().get_project()
        changes = ChangeRequest.objects.visible_to(self.request.user).select_related(
            "created_by", "handed_in_by", "approved_by"
        )
        self.change = get_object_or_404(changes, project=project, pk=self.kwargs["pk"])
        self.change.project = project
        return project

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(change=self.change, **kwargs)


class ChangeDetail(ChangePageMixin, TemplateView):
    """What it does, old beside new; whose turn it is; what to do now."""

    template_name = "delivery/change_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        user, change, project = self.request.user, self.change, self.project
        view = outlook(change)
        sees_money = may_see_money(user, project)
        version = latest_version(change)
        runs = project.is_running and may_run(user, project)
        writes = change.state == State.DRAFT and project.is_running
        return super().get_context_data(
            view=view,
            end_and_price=[line for line in (view.end, sees_money and view.price) if line],
            problems=[text for key, text in view.problems.items() if sees_money or key != "price"],
            version=version,
            signature_request=latest_request(version),
            court=whose_court(change),
            entries=Entry.objects.of_project(project.pk)
            .told(with_money=sees_money)
            .filter(subject_type__model="changerequest", subject_id=change.pk)
            .newest_first(),
            may_write=writes and may_write_change(user, project),
            runs=runs,
            may_approve=runs and may_approve_change(user, change),
            **kwargs,
        )


class ChangePreview(ChangePageMixin, TemplateView):
    """The document as the customer will see it: the frozen one, or what it would be now."""

    template_name = "delivery/change_preview.html"

    def get_project(self) -> Project:
        project = super().get_project()
        if not may_see_money(self.request.user, project):
            raise NotAllowed
        return project

    def get_context_data(self, **kwargs: Any) -> dict:
        refusal, content = "", {}
        version = latest_version(self.change) if self.change.is_frozen else None
        try:
            content = version.content if version else change_content(self.change, at=timezone.now())
        except DomainError as error:
            refusal = str(error)
        address = reverse(
            "documents:image_file", kwargs={"project_pk": self.project.pk, "sha256": "0"}
        )
        return super().get_context_data(
            document=content,
            version=version,
            refusal=refusal,
            image_prefix=address.removesuffix("0"),
            **kwargs,
        )


class ChangeActionPage(ChangePageMixin, ProjectActionPage):
    """A form in front of one domain call about a change, for those who write."""

    def allowed(self) -> bool:
        return may_write_change(self.request.user, self.project)

    def get_success_url(self) -> str:
        return self.change.get_absolute_url()


class ChangeCreate(ProjectActionPage):
    form_class = ChangeForm
    tab = "changes"
    title = gettext_lazy("Write a change request")
    button = gettext_lazy("Begin")
    text = gettext_lazy("What it does to requirements and plan is added on the next page.")

    def allowed(self) -> bool:
        return may_write_change(self.request.user, self.project)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "currency": self.project.currency,
            "with_money": may_see_money(self.request.user, self.project),
        }

    def perform(self, form: ChangeForm) -> ChangeRequest:
        return start_change(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(number)s is begun. Say what it does to requirements and plan.") % {
            "number": self.result.number
        }

    def get_success_url(self) -> str:
        if getattr(self, "result", None):
            return self.result.get_absolute_url()
        return reverse("delivery:change_list", kwargs={"project_pk": self.project.pk})


class ChangeEdit(ChangeActionPage):
    form_class = ChangeForm
    title = gettext_lazy("Change the words, dates and price")
    button = gettext_lazy("Keep")
    success_message = gettext_lazy("It is kept. The page shows what it does now.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "currency": self.change.currency,
            "with_money": may_see_money(self.request.user, self.project),
            "change": self.change,
        }

    def perform(self, form: ChangeForm) -> ChangeRequest:
        return edit_change(
            change=self.change, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class RequirementEffectAdd(ChangeActionPage):
    form_class = RequirementEffectForm
    title = gettext_lazy("What becomes of a requirement")
    button = gettext_lazy("Add to the change")
    success_message = gettext_lazy("Added. Add the next one, or hand the change in.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"change": self.change}

    def perform(self, form: RequirementEffectForm) -> RequirementEffect:
        return add_requirement_effect(
            change=self.change, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class TaskEffectAdd(ChangeActionPage):
    form_class = TaskEffectForm
    title = gettext_lazy("What becomes of a task")
    button = gettext_lazy("Add to the change")
    success_message = gettext_lazy("Added. Add the next one, or hand the change in.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"change": self.change}

    def perform(self, form: TaskEffectForm) -> TaskEffect:
        return add_task_effect(
            change=self.change, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class EffectRemove(ChangePageMixin, View):
    """Takes one effect out of a draft; which kind of effect stands in the address."""

    kind: type[RequirementEffect | TaskEffect] = RequirementEffect

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        effect = get_object_or_404(self.kind, change=self.change, pk=kwargs["effect_pk"])
        try:
            remove_effect(effect=effect, actor=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It is taken out of the change."))
        return HttpResponseRedirect(self.change.get_absolute_url())
