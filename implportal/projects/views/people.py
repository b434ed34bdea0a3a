from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from implportal.kernel.errors import DomainError
from implportal.projects.domain.people import remove_member, set_member, set_stakeholder
from implportal.projects.forms.projects import MemberForm, StakeholderForm
from implportal.projects.models import Member, Project, Stakeholder
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_edit_customers


class People(ProjectPageMixin, TemplateView):
    """Everybody on both sides: our team, the customer's contacts and what they mean to it."""

    template_name = "projects/people.html"
    tab = "people"

    def get_context_data(self, **kwargs: Any) -> dict:
        project = self.project
        return super().get_context_data(
            members=project.members.select_related("user").order_by("user__name", "pk"),
            stakeholders=project.stakeholders.select_related("contact").order_by(
                "-influence", "contact__name", "pk"
            ),
            contacts=project.customer.contacts.order_by("name", "pk"),
            may_edit_customers=may_edit_customers(self.request.user),
            **kwargs,
        )


class MemberAdd(ProjectActionPage):
    form_class = MemberForm
    tab = "people"
    title = gettext_lazy("Put somebody on the team")
    button = gettext_lazy("Put on the team")

    def perform(self, form: MemberForm) -> Member:
        return set_member(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        user = self.result.user
        total = (
            Member.objects.filter(user=user, project__in=Project.objects.running())
            .aggregate(total=Sum("percent"))
            .get("total")
        )
        if total > 100:  # noqa: PLR2004 - percent
            messages.warning(
                self.request,
                _("%(name)s is now planned at %(total)s %% over all running projects.")
                % {"name": user.name, "total": total},
            )
        return _("%(name)s is on the team and can see the project now.") % {"name": user.name}

    def get_success_url(self) -> str:
        return reverse("projects:people", kwargs={"project_pk": self.project.pk})


class MemberRemove(ProjectPageMixin, View):
    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        member = get_object_or_404(
            self.project.members.select_related("user"), pk=self.kwargs["pk"]
        )
        name = member.user.name
        try:
            remove_member(member=member, actor=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is off the team.") % {"name": name})
        return HttpResponseRedirect(
            reverse("projects:people", kwargs={"project_pk": self.project.pk})
        )


class StakeholderSet(ProjectActionPage):
    form_class = StakeholderForm
    tab = "people"
    title = gettext_lazy("Note what a contact means to this project")
    button = gettext_lazy("Keep")
    success_message = gettext_lazy("It is noted.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project}

    def perform(self, form: StakeholderForm) -> Stakeholder:
        return set_stakeholder(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_url(self) -> str:
        return reverse("projects:people", kwargs={"project_pk": self.project.pk})
