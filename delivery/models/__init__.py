from delivery.models.kickoffs import Kickoff
from delivery.models.plans import Plan, Task, TaskLink

__all__ = ["Kickoff", "Plan", "Task", "TaskLink"]
