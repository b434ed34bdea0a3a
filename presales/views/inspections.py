"""The company inspection: the customer visits us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from implportal.accounts.models import Role, User
from implportal.kernel.views import ListPage
from implportal.meetings.domain.feedback import opinions, to_ask
from implportal.meetings.models import Kind, Meeting, State
from implportal.meetings.permissions import may_change_meeting, may_plan_meeting, may_take_minutes
from implportal.projects.models import Project
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_contribute, may_run
from presales.domain.inspection_arrangements import (
    add_arrangement,
    add_usual_arrangements,
    change_arrangement,
    remove_arrangement,
    settle_arrangement,
)
from presales.domain.inspection_standing import (
    arrangements_of,
    inspection_url,
    itinerary_of,
    with_figures,
)
from presales.domain.inspections import (
    add_stop,
    agenda_of,
    change_stop,
    move_itinerary,
    plan_inspection,
    remove_stop,
    take_itinerary_as_agenda,
)
from presales.domain.requirements import add_requirement
from presales.filters.demonstrations import VisitFilter
from presales.forms.demonstrations import TakeWishForm
from presales.forms.inspections import ArrangementForm, PlanInspectionForm, StopForm
from presales.models import Arrangement, ItineraryItem, Requirement
from presales.pages import ActMixin, MeetingOfKindMixin


class InspectionHome(ProjectPageMixin, ListPage):
    """Where the inspection stands, and every visit."""

    tab = "overview"
    queryset = Meeting.objects.select_related("organiser")
    filterset_class = VisitFilter
    template_name = "presales/inspection_home.html"
    context_object_name = "meetings"
    export_name = "visits"
    default_sort = "-start"
    sorts = {"start": ("start_at", "pk"), "title": ("title", "pk")}

    def get_queryset(self) -> QuerySet:
        return with_figures(super().get_queryset()).filter(project=self.project)

    def export_columns(self) -> list[tuple[str, Callable[[Any], object]]]:
        return [
            (_("Visit"), lambda visit: visit.title),
            (_("Start"), lambda visit: visit.start_at),
            (_("End"), lambda visit: visit.end_at),
            (_("Place"), lambda visit: visit.place),
            (_("Organiser"), lambda visit: visit.organiser.name),
            (_("State"), lambda visit: visit.get_state_display()),
            (_("Visitors"), lambda visit: visit.visitor_count),
            (_("Still to arrange"), lambda visit: visit.to_arrange),
            (_("Impressions"), lambda visit: visit.opinion_count),
            (_("Rating, 1 to 5"), lambda visit: visit.rating and round(visit.rating, 1)),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            step=self.project.steps.get(key="inspection"),
            may_plan=self.project.is_running and may_plan_meeting(self.request.user, self.project),
            now=timezone.now(),
            **kwargs,
        )


class InspectionPlan(ProjectActionPage):
    form_class = PlanInspectionForm
    template_name = "presales/demonstration_form.html"
    tab = "overview"
    title = gettext_lazy("Plan a visit")
    button = gettext_lazy("Plan visit")
    success_message = gettext_lazy(
        "The visit is planned. Write the itinerary next; it becomes the agenda of the invitation."
    )

    def allowed(self) -> bool:
        return may_plan_meeting(self.request.user, self.project)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "project": self.project, "user": self.request.user,
            "may_appoint": may_run(self.request.user, self.project),
        }  # fmt: skip

    def get_initial(self) -> dict:
        commerce = User.objects.filter(role=Role.COMMERCE, is_active=True).order_by("name", "pk")
        step = self.project.steps.select_related("owner").get(key="inspection")
        host = step.owner if step.owner and step.owner.role == Role.COMMERCE else commerce.first()
        return {
            "title": _("Visit of %(customer)s") % {"customer": self.project.customer.name},
            "host": host and host.pk,
            "time_zone": self.request.user.time_zone,
        }

    def perform(self, form: PlanInspectionForm) -> Meeting:
        return plan_inspection(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_url(self) -> str:
        if getattr(self, "result", None):
            return inspection_url(self.result)
        return reverse("presales:inspection_home", kwargs={"project_pk": self.project.pk})


class OneInspection(MeetingOfKindMixin):
    """A page about the visit in the address."""

    kind = Kind.INSPECTION

    def get_success_url(self) -> str:
        return inspection_url(self.meeting)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(back=inspection_url(self.meeting), **kwargs)


class InspectionPage(OneInspection, ProjectPageMixin, TemplateView):
    """A page to look at; whoever sees the project may."""

    def get_project(self) -> Project:
        self.project = super().get_project()
        self.prepare()
        return self.project


class InspectionDetail(InspectionPage):
    template_name = "presales/inspection_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        now, meeting, user = timezone.now(), self.meeting, self.request.user
        is_open = self.project.is_running and meeting.state != State.CANCELLED
        found = opinions(meeting, at=now) if meeting.start_at <= now else []
        stops = itinerary_of(meeting)
        may_note = is_open and may_take_minutes(user, meeting)
        arrangements = list(arrangements_of(meeting))
        return super().get_context_data(
            stops=stops,
            outside=any(
                stop.start_at < meeting.start_at or stop.end_at > meeting.end_at for stop in stops
            ),
            # What somebody wrote stays until they say so.
            agenda_differs=bool(stops)
            and meeting.agenda.replace("\r\n", "\n").strip() != agenda_of(meeting),
            arrangements=arrangements,
            done_count=sum(one.done_at is not None for one in arrangements),
            people=meeting.attendees.select_related("user", "contact").order_by("pk"),
            opinions=found,
            requirements=meeting.requirements.order_by("number", "pk"),
            uninquired=to_ask(found),
            has_begun=meeting.start_at <= now,
            is_over=meeting.end_at <= now,
            today=timezone.localdate(),
            may_note=may_note,
            may_change=is_open and may_change_meeting(user, meeting),
            arrangement_form=ArrangementForm(meeting=meeting) if may_note else None,
            **kwargs,
        )


class InspectionSheet(InspectionPage):
    """The itinerary as visitors get it, without our notes: printed, or kept as a PDF."""

    template_name = "presales/inspection_sheet.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            stops=itinerary_of(self.meeting),
            people=self.meeting.attendees.select_related("user", "contact").order_by("pk"),
            **kwargs,
        )


class PlanningPage(OneInspection, ProjectActionPage):
    """A form about what is planned, for who organises the visit or runs the project."""

    template_name = "presales/demonstration_form.html"

    def allowed(self) -> bool:
        return may_change_meeting(self.request.user, self.meeting)


class StopAdd(PlanningPage):
    form_class = StopForm
    title = gettext_lazy("Add a stop")
    button = gettext_lazy("Add stop")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"meeting": self.meeting}

    def get_initial(self) -> dict:
        stops = itinerary_of(self.meeting)
        begins = stops[-1].end_at if stops else self.meeting.start_at
        return {
            "start_at": begins.astimezone(ZoneInfo(self.meeting.time_zone)).replace(tzinfo=None)
        }

    def perform(self, form: StopForm) -> ItineraryItem:
        return add_stop(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class OneStop:
    def prepare(self) -> None:
        super().prepare()
        self.stop = get_object_or_404(
            self.meeting.itinerary.select_related("host"), pk=self.kwargs["stop_pk"]
        )
        self.stop.meeting = self.meeting


class StopEdit(OneStop, PlanningPage):
    form_class = StopForm
    title = gettext_lazy("Change the stop")
    button = gettext_lazy("Keep changes")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"meeting": self.meeting, "stop": self.stop}

    def perform(self, form: StopForm) -> ItineraryItem:
        return change_stop(
            stop=self.stop, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class StopRemove(OneStop, OneInspection, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("It is off the itinerary; that it was planned stays on record.")

    def act(self) -> None:
        self.prepare()
        remove_stop(stop=self.stop, actor=self.request.user, at=timezone.now())


class ItineraryMove(OneInspection, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("The itinerary begins with the visit again.")

    def act(self) -> None:
        self.prepare()
        move_itinerary(meeting=self.meeting, actor=self.request.user, at=timezone.now())


class ItineraryAsAgenda(OneInspection, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("The itinerary is the agenda of the invitation now.")

    def act(self) -> None:
        self.prepare()
        take_itinerary_as_agenda(meeting=self.meeting, actor=self.request.user, at=timezone.now())


class ArrangementAdd(OneInspection, ProjectActionPage):
    form_class = ArrangementForm
    template_name = "presales/demonstration_form.html"
    title = gettext_lazy("Put something on the checklist")
    button = gettext_lazy("Add")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"meeting": self.meeting}

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#arrangements"

    def perform(self, form: ArrangementForm) -> Arrangement:
        return add_arrangement(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class OneArrangement:
    def prepare(self) -> None:
        super().prepare()
        self.arrangement = get_object_or_404(
            self.meeting.arrangements.select_related("owner"), pk=self.kwargs["arrangement_pk"]
        )
        self.arrangement.meeting = self.meeting

    def get_success_url(self) -> str:
        return f"{inspection_url(self.meeting)}#arrangements"


class ArrangementEdit(OneArrangement, OneInspection, ProjectActionPage):
    form_class = ArrangementForm
    template_name = "presales/demonstration_form.html"
    title = gettext_lazy("Change the checklist")
    button = gettext_lazy("Keep changes")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "meeting": self.meeting, "arrangement": self.arrangement,
        }  # fmt: skip

    def perform(self, form: ArrangementForm) -> Arrangement:
        return change_arrangement(
            arrangement=self.arrangement, actor=self.request.user, at=timezone.now(),
            **form.cleaned_data,
        )  # fmt: skip


class ArrangementSettle(OneArrangement, OneInspection, ProjectPageMixin, ActMixin, View):
    """Ticks it off, or with ``done=`` empty puts it back."""

    def act(self) -> None:
        self.prepare()
        settle_arrangement(
            arrangement=self.arrangement, is_done=bool(self.request.POST.get("done")),
            actor=self.request.user, at=timezone.now(),
        )  # fmt: skip


class ArrangementRemove(OneArrangement, OneInspection, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("It is off the checklist; that it stood there is on record.")

    def act(self) -> None:
        self.prepare()
        remove_arrangement(arrangement=self.arrangement, actor=self.request.user, at=timezone.now())


class ArrangementsUsual(OneInspection, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("The usual things are on the checklist. Give them to who sees to them.")

    def act(self) -> None:
        self.prepare()
        add_usual_arrangements(meeting=self.meeting, actor=self.request.user, at=timezone.now())


class InspectionRequirement(OneInspection, ProjectActionPage):
    """What a visitor wished for becomes a requirement."""

    form_class = TakeWishForm
    template_name = "presales/demonstration_form.html"
    title = gettext_lazy("A requirement from the visit")
    button = gettext_lazy("Add requirement")

    def allowed(self) -> bool:
        return may_contribute(self.request.user, self.project)

    def perform(self, form: TakeWishForm) -> Requirement:
        return add_requirement(
            project=self.project, source=Requirement.Source.VISIT, source_meeting=self.meeting,
            actor=self.request.user, at=timezone.now(), **form.cleaned_data,
        )  # fmt: skip

    def get_success_message(self) -> str:
        return _("It is the requirement %(code)s now.") % {"code": self.result.code}
