"""What our own people are reminded of before, after and because of a meeting.

Customers have the invitation in their calendar, and links for what they confirm.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.meetings.domain.feedback import WANTED_FOR
from implportal.meetings.domain.parts import without_minutes
from implportal.meetings.models import ActionItem, Attendee, Feedback, Meeting, State
from implportal.notifications.registry import Reminder, ReminderRule, register_rule
from implportal.projects.models import Project
from implportal.signing.domain.reminding import add_working_days

MINUTES_WITHIN_WORKING_DAYS = 1
FEEDBACK_WITHIN_WORKING_DAYS = 2
OVERDUE_EVERY_DAYS = 3
OVERDUE_FOR_DAYS = 30
"""After this long a reminder has lost its force; the item stays on the list of what waits."""


def meetings_tomorrow(now: datetime) -> Iterator[Reminder]:
    """Tell our people on the list, on the day before, in the time of the place."""
    attendees = Attendee.objects.filter(
        user__is_active=True,
        meeting__state=State.PLANNED,
        meeting__project__in=Project.objects.running(),
        meeting__start_at__gt=now,
        meeting__start_at__lt=now + timedelta(days=2),
    ).select_related("user", "meeting")
    for attendee in attendees.order_by("meeting__start_at", "pk"):
        meeting = attendee.meeting
        start = meeting.start_at.astimezone(ZoneInfo(meeting.time_zone))
        today = now.astimezone(ZoneInfo(meeting.time_zone)).date()
        if start.date() == today + timedelta(days=1):
            where = meeting.place or meeting.call_link or "–"
            yield Reminder(
                subject_key=f"meeting:{meeting.pk}",
                due_on=start.date(),
                user=attendee.user,
                subject=_("Tomorrow: %(title)s") % {"title": meeting.title},
                text=_("%(time)s (%(zone)s), %(where)s")
                % {"time": date_format(start, "H:i"), "zone": meeting.time_zone, "where": where},
                url=meeting.get_absolute_url(),
                project_id=meeting.project_id,
            )


def minutes_missing(now: datetime) -> Iterator[Reminder]:
    """Tell the organiser of a meeting that is over for a working day and has no minutes."""
    meetings = (
        without_minutes(Meeting.objects)
        .filter(
            end_at__lt=now,
            end_at__gt=now - timedelta(days=OVERDUE_FOR_DAYS),
            project__in=Project.objects.running(),
        )
        .exclude(state=State.CANCELLED)
        .select_related("organiser")
    )
    for meeting in meetings.order_by("pk"):
        due_on = add_working_days(meeting.end_at.date(), MINUTES_WITHIN_WORKING_DAYS)
        if due_on <= now.date():
            yield Reminder(
                subject_key=f"minutes:{meeting.pk}",
                due_on=due_on,
                user=meeting.organiser,
                subject=_("“%(title)s” has no minutes yet") % {"title": meeting.title},
                text=_("What was said is half forgotten by now. A few lines are enough."),
                url=meeting.get_absolute_url(),
                project_id=meeting.project_id,
            )


def actions_due(now: datetime) -> Iterator[Reminder]:
    """Tell who does it on the day, and every third day after; of the customer's, our manager.

    What the customer took home is asked for by a person, so ours is told when it is late.
    """
    today = timezone.localdate(now)
    items = (
        ActionItem.objects.open()
        .filter(due_on__lte=today, due_on__gt=today - timedelta(days=OVERDUE_FOR_DAYS))
        .exclude(user=None, contact=None)
        .select_related("user", "contact", "meeting__project__implementation_manager")
    )
    for item in items.order_by("pk"):
        late = (today - item.due_on).days
        if item.contact_id and not late:
            continue
        due_on = today - timedelta(days=late % OVERDUE_EVERY_DAYS)
        project = item.meeting.project
        if item.contact_id:
            subject = _("%(name)s is late: %(text)s")
        else:
            subject = _("Late: %(text)s") if late else _("Due today: %(text)s")
        yield Reminder(
            subject_key=f"action:{item.pk}",
            due_on=due_on,
            user=item.user or project.implementation_manager,
            subject=subject % {"text": item.text, "name": item.owner.name},
            text=_("Noted at “%(title)s”, to be done until %(day)s.")
            % {"title": item.meeting.title, "day": date_format(item.due_on, "j F Y")},
            url=f"{item.meeting.get_absolute_url()}#outcomes",
            project_id=project.pk,
        )


def feedback_missing(now: datetime) -> Iterator[Reminder]:
    """Tell the organiser of a meeting of which nobody of the customer has said how it was."""
    held = Meeting.objects.filter(
        kind__in=WANTED_FOR,
        state=State.HELD,
        end_at__lt=now,
        end_at__gt=now - timedelta(days=OVERDUE_FOR_DAYS),
        project__in=Project.objects.running(),
    ).select_related("organiser")
    came = Attendee.objects.filter(meeting=OuterRef("pk"), user=None, came=True)
    silent = held.filter(Exists(came)).exclude(
        pk__in=Feedback.objects.values("attendee__meeting_id")
    )
    for meeting in silent.order_by("pk"):
        due_on = add_working_days(meeting.end_at.date(), FEEDBACK_WITHIN_WORKING_DAYS)
        if due_on <= now.date():
            yield Reminder(
                subject_key=f"feedback:{meeting.pk}",
                due_on=due_on,
                user=meeting.organiser,
                subject=_("How was “%(title)s” received?") % {"title": meeting.title},
                text=_("Ask those who came by mail, or note what you heard."),
                url=f"{meeting.get_absolute_url()}#feedback",
                project_id=meeting.project_id,
            )


register_rule(
    ReminderRule("meetings.tomorrow", gettext_lazy("Meeting tomorrow"), meetings_tomorrow)
)
register_rule(ReminderRule("meetings.minutes", gettext_lazy("Minutes missing"), minutes_missing))
register_rule(ReminderRule("meetings.feedback", gettext_lazy("Feedback missing"), feedback_missing))
register_rule(ReminderRule("meetings.actions", gettext_lazy("Action item due"), actions_due))
