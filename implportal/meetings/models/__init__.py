from implportal.meetings.models.meetings import STATE_MOVES, Attendee, Kind, Meeting, State
from implportal.meetings.models.minutes import ActionItem, Decision

__all__ = ["STATE_MOVES", "ActionItem", "Attendee", "Decision", "Kind", "Meeting", "State"]
