"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from implportal.accounts.models import User
from implportal.meetings.models import ActionItem, Meeting
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute, may_run
from implportal.signing.permissions import may_send_for_signature


def may_plan_meeting(user: User, project: Project) -> bool:
    return may_contribute(user, project)


def may_change_meeting(user: User, meeting: Meeting) -> bool:
    """Who organises it, and who runs the project: time, place, people, calling it off."""
    return meeting.organiser_id == user.pk or may_run(user, meeting.project)


def may_take_minutes(user: User, meeting: Meeting) -> bool:
    """Attendance and minutes are noted by whoever works on the project."""
    return may_change_meeting(user, meeting) or may_contribute(user, meeting.project)


def may_send_minutes(user: User, project: Project) -> bool:
    """As for signatures: who runs the project speaks for us."""
    return may_send_for_signature(user, project)


def may_settle_action(user: User, item: ActionItem) -> bool:
    """Who does it, and whoever works on the project."""
    return item.user_id == user.pk or may_take_minutes(user, item.meeting)
