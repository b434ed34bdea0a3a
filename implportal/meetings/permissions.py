"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from implportal.accounts.models import User
from implportal.meetings.models import Meeting
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute, may_run


def may_plan_meeting(user: User, project: Project) -> bool:
    return may_contribute(user, project)


def may_change_meeting(user: User, meeting: Meeting) -> bool:
    """Who organises it, and who runs the project: time, place, people, calling it off."""
    return meeting.organiser_id == user.pk or may_run(user, meeting.project)


def may_take_minutes(user: User, meeting: Meeting) -> bool:
    """Attendance and minutes are noted by whoever works on the project."""
    return may_change_meeting(user, meeting) or may_contribute(user, meeting.project)
