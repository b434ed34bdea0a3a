from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from delivery.domain.kickoff_document import KICKOFF_DOCUMENT
from delivery.domain.kickoffs import hold_kickoff, plan_kickoff
from delivery.forms.kickoffs import HoldForm, KickoffForm, ProjectManagerForm, ResourceForm
from delivery.models import Kickoff
from delivery.permissions import may_grant_delivery, may_plan
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError
from implportal.projects.domain.people import grant_delivery, set_member
from implportal.projects.domain.phases import missing_for
from implportal.projects.domain.projects import change_project
from implportal.projects.models import Member, Phase, Project
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_override_gate


class KickoffPage(ProjectActionPage):
    """A form that belongs to the kick-off."""

    tab = "overview"

    def allowed(self) -> bool:
        return may_plan(self.request.user, self.project)

    def get_success_url(self) -> str:
        return reverse("delivery:kickoff_detail", kwargs={"project_pk": self.project.pk})


class KickoffDetail(ProjectPageMixin, TemplateView):
    """Walks through what a kick-off needs, and shows what was agreed once it was held."""

    template_name = "delivery/kickoff_detail.html"
    tab = "overview"

    def get_context_data(self, **kwargs: Any) -> dict:
        project, user = self.project, self.request.user
        kickoff = (
            Kickoff.objects.visible_to(user).select_related("meeting").filter(project=project)
        ).first()
        is_held = bool(kickoff and kickoff.is_held)
        starts_delivery = not is_held and project.phase == Phase.PRESALES
        missing = missing_for(project, Phase.DELIVERY) if starts_delivery else []
        plans = project.is_running and not is_held and may_plan(user, project)
        return super().get_context_data(
            kickoff=kickoff,
            meeting=kickoff.meeting if kickoff else None,
            start=kickoff and _on_the_wall(kickoff),
            texts=_texts(kickoff) if kickoff else [],
            missing=missing,
            starts_delivery=starts_delivery,
            may_plan=plans,
            may_manage=project.is_running and may_plan(user, project),
            may_grant=(
                project.is_running
                and project.project_manager_id
                and not project.delivery_granted_at
                and may_grant_delivery(user, project)
            ),
            may_hold=plans and kickoff and (not missing or may_override_gate(user)),
            manager_form=ProjectManagerForm(
                initial={"project_manager": project.project_manager_id}
            ),
            hold_form=HoldForm(may_override=bool(missing) and may_override_gate(user)),
            members=project.members.select_related("user").order_by("user__name", "pk"),
            stakeholders=project.stakeholders.select_related("contact").order_by(
                "-influence", "contact__name", "pk"
            ),
            milestones=project.tasks.filter(is_milestone=True).order_by(
                "starts_on", "position", "pk"
            ),
            document=_document_of(kickoff) if is_held else None,
            **kwargs,
        )


def _on_the_wall(kickoff: Kickoff):
    meeting = kickoff.meeting
    return meeting.start_at.astimezone(ZoneInfo(meeting.time_zone))


def _texts(kickoff: Kickoff) -> list[tuple[str, str]]:
    return [
        (_("Goals"), kickoff.goals),
        (_("Milestones agreed"), kickoff.milestones),
        (_("Rules of working together"), kickoff.rules),
        (_("Agenda"), kickoff.meeting.agenda),
    ]


def _document_of(kickoff: Kickoff) -> DocumentVersion | None:
    versions = DocumentVersion.objects.of(kickoff).filter(kind=KICKOFF_DOCUMENT.key)
    return versions.defer("content").order_by("-version", "-pk").first()


class KickoffEdit(KickoffPage):
    form_class = KickoffForm
    template_name = "meetings/meeting_form.html"
    title = gettext_lazy("Plan the kick-off")
    button = gettext_lazy("Keep")
    success_message = gettext_lazy(
        "The kick-off is planned. Go through the list below; then it can be held."
    )

    def prepare(self) -> None:
        kickoffs = Kickoff.objects.visible_to(self.request.user).select_related("meeting")
        self.kickoff = kickoffs.filter(project=self.project).first()

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "project": self.project,
            "user": self.request.user,
            "kickoff": self.kickoff,
            "meeting": self.kickoff and self.kickoff.meeting,
        }

    def perform(self, form: KickoffForm) -> Kickoff:
        return plan_kickoff(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class ProjectManagerSet(KickoffPage):
    form_class = ProjectManagerForm
    title = gettext_lazy("Name the project manager")
    button = gettext_lazy("Name")

    def perform(self, form: ProjectManagerForm) -> Project:
        return change_project(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(name)s is the project manager. The permission is given separately.") % {
            "name": self.result.project_manager.name
        }


class ResourceSet(KickoffPage):
    """Puts somebody on the team, or changes their share; shows an overload before saving."""

    form_class = ResourceForm
    template_name = "delivery/resource_form.html"
    title = gettext_lazy("Time of a person")
    button = gettext_lazy("Put on the team")

    def prepare(self) -> None:
        pk = self.kwargs.get("pk")
        members = Member.objects.filter(project=self.project).select_related("user")
        self.member = get_object_or_404(members, pk=pk) if pk else None

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project, "member": self.member}

    def perform(self, form: ResourceForm) -> Member:
        return set_member(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(name)s gives %(percent)s %% of the time to this project.") % {
            "name": self.result.user.name,
            "percent": self.result.percent,
        }

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#people"


class DeliveryGrant(ProjectPageMixin, View):
    """Gives the project manager permission to run the project."""

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            project = grant_delivery(project=self.project, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("%(name)s may now run the delivery.") % {"name": project.project_manager.name},
            )
        return HttpResponseRedirect(
            reverse("delivery:kickoff_detail", kwargs={"project_pk": self.project.pk})
        )


class KickoffHold(KickoffPage):
    form_class = HoldForm
    title = gettext_lazy("Hold the kick-off and start the delivery")
    button = gettext_lazy("Start delivery")
    text = gettext_lazy("What was agreed is frozen as a document, and the project moves on.")
    success_message = gettext_lazy(
        "The kick-off is held and its document is being prepared. Next: the plan."
    )

    def get_form_kwargs(self) -> dict:
        may_override = may_override_gate(self.request.user)
        return super().get_form_kwargs() | {"may_override": may_override}

    def perform(self, form: HoldForm) -> Kickoff:
        return hold_kickoff(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )
