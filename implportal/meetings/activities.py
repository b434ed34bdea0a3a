"""What meetings tell the spine: their tab, and whose minutes are missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.documents.models import DocumentVersion
from implportal.meetings.domain.minutes import KIND
from implportal.meetings.domain.parts import without_minutes
from implportal.meetings.models import ActionItem, Meeting, State
from implportal.projects.models import Project
from implportal.projects.registry import (
    ATTACHABLES,
    TABS,
    WAITING,
    Attachable,
    ProjectTab,
    Waiting,
    WaitingSource,
)
from implportal.signing.models import LinkKind, RequestState, Signer, SignerState
from implportal.signing.registry import LinkPage, register_link_page

LATE_DAYS = 7
FADES_AFTER = timedelta(days=3)
"""What was said is half forgotten by then."""


def minutes_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Meetings that ``user`` organised, that are over and have no minutes. One query."""
    meetings = (
        without_minutes(Meeting.objects)
        .filter(organiser=user, end_at__lt=now, project__in=Project.objects.running())
        .exclude(state=State.CANCELLED)
        .select_related("project__customer")
        .order_by("end_at", "pk")
    )
    for meeting in meetings:
        yield Waiting(
            text=_("“%(title)s” has no minutes yet") % {"title": meeting.title},
            project=meeting.project,
            since=meeting.end_at,
            url=reverse(
                "meetings:minutes_edit",
                kwargs={"project_pk": meeting.project_id, "pk": meeting.pk},
            ),
            button=gettext_lazy("Write minutes"),
            urgency=2 if now - meeting.end_at > FADES_AFTER else 1,
        )


def objections_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield minutes that somebody objects to and that were not sent anew; two queries."""
    declined = Signer.objects.filter(
        state=SignerState.DECLINED,
        request__state=RequestState.DECLINED,
        request__version__kind=KIND,
        request__version__status=DocumentVersion.Status.ACTIVE,
        request__project__in=Project.objects.running(),
    ).filter(
        Q(request__created_by=user)
        | Q(
            request__version__object_id__in=Meeting.objects.visible_to(user)
            .filter(organiser=user)
            .values("pk")
        )
    )
    for signer in (
        declined.select_related("request__version", "request__project")
        .defer("request__version__content")
        .order_by("decided_at", "pk")
    ):
        version = signer.request.version
        yield Waiting(
            text=_("%(name)s objects to “%(title)s”")
            % {"name": signer.name, "title": version.title},
            project=signer.request.project,
            since=signer.decided_at,
            url=reverse(
                "meetings:minutes_edit",
                kwargs={"project_pk": version.project_id, "pk": version.object_id},
            ),
            button=_("Change the minutes"),
            urgency=2,
        )


def actions_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield what people took home from meetings: own items, and the customer's where we run it."""
    items = (
        ActionItem.objects.open()
        .filter(
            Q(user=user)
            | Q(
                Q(meeting__project__implementation_manager=user)
                | Q(
                    meeting__project__project_manager=user,
                    meeting__project__delivery_granted_at__isnull=False,
                ),
                contact__isnull=False,
            )
        )
        .select_related("meeting__project__customer", "contact")
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )
    today = timezone.localdate(now)
    for item in items:
        late = (today - item.due_on).days if item.due_on else -1
        yield Waiting(
            text=item.text,
            project=item.meeting.project,
            since=item.meeting.start_at,
            url=f"{item.meeting.get_absolute_url()}#outcomes",
            button=_("To the meeting"),
            on="CUSTOMER" if item.contact_id else "YOU",
            who=item.contact.name if item.contact_id else "",
            urgency=(late >= 0) + (late > LATE_DAYS),
        )


ATTACHABLES.register(Attachable("meetings.meeting"))
register_link_page(LinkPage(LinkKind.FEEDBACK, "meetings.attendee", "meetings:feedback_link"))
TABS.register(
    ProjectTab("meetings", gettext_lazy("Meetings"), 60, "meetings:meeting_list", "calendar-event")
)
WAITING.register(WaitingSource("meetings.minutes", minutes_waiting))
WAITING.register(WaitingSource("meetings.objections", objections_waiting))
WAITING.register(WaitingSource("meetings.actions", actions_waiting))
