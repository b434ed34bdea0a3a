from delivery.models.changes import ChangeRequest, RequirementEffect, TaskEffect
from delivery.models.kickoffs import Kickoff
from delivery.models.plans import Plan, Task, TaskLink

__all__ = [
    "ChangeRequest",
    "Kickoff",
    "Plan",
    "RequirementEffect",
    "Task",
    "TaskEffect",
    "TaskLink",
]
