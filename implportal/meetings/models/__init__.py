from implportal.meetings.models.feedback import RATINGS, Feedback
from implportal.meetings.models.meetings import STATE_MOVES, Attendee, Kind, Meeting, State
from implportal.meetings.models.minutes import ActionItem, Decision

__all__ = [
    "RATINGS",
    "STATE_MOVES",
    "ActionItem",
    "Attendee",
    "Decision",
    "Feedback",
    "Kind",
    "Meeting",
    "State",
]
