from implportal.projects.models.attachments import Attachment
from implportal.projects.models.customers import Contact, ContactKind, Customer
from implportal.projects.models.projects import (
    PHASE_ORDER,
    STATE_MOVES,
    Member,
    NumberSeries,
    Phase,
    Project,
    Stakeholder,
    State,
)
from implportal.projects.models.steps import Step
from implportal.projects.models.stops import STOPPED, STOPPED_CHOICES, Cause, Stop

__all__ = [
    "PHASE_ORDER",
    "STATE_MOVES",
    "STOPPED",
    "STOPPED_CHOICES",
    "Attachment",
    "Cause",
    "Contact",
    "ContactKind",
    "Customer",
    "Member",
    "NumberSeries",
    "Phase",
    "Project",
    "Stakeholder",
    "State",
    "Step",
    "Stop",
]
