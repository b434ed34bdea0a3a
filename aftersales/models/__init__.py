from aftersales.models.acceptances import Acceptance, CommitteeMember, Criterion
from aftersales.models.installments import Installment, ReleaseEvent
from aftersales.models.receipts import Allocation, Receipt
from aftersales.models.trainings import Attendance, Course, Reply, TrainingSession

__all__ = [
    "Acceptance",
    "Allocation",
    "Attendance",
    "CommitteeMember",
    "Course",
    "Criterion",
    "Installment",
    "Receipt",
    "ReleaseEvent",
    "Reply",
    "TrainingSession",
]
