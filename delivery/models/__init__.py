from delivery.models.changes import ChangeRequest, RequirementEffect, TaskEffect
from delivery.models.kickoffs import Kickoff
from delivery.models.plans import Plan, Task, TaskLink
from delivery.models.user_requests import UserRequest

__all__ = [
    "ChangeRequest",
    "Kickoff",
    "Plan",
    "RequirementEffect",
    "Task",
    "TaskEffect",
    "TaskLink",
    "UserRequest",
]
