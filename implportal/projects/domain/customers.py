from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import NotAllowed
from implportal.projects.models import Contact, Customer
from implportal.projects.permissions import may_edit_customers

MASTER_DATA_SAVED = Action("projects.master_data_saved", _("saved the master data"))


@transaction.atomic
def save_master_data(*, data: Customer | Contact, actor: User, at: datetime) -> Customer | Contact:
    """Save a customer or contact whose form was valid, and put that on record.

    Raises:
        NotAllowed: ``actor`` does not keep customers.
    """
    if not may_edit_customers(actor):
        raise NotAllowed
    data.save()
    record(MASTER_DATA_SAVED, subject=data, actor=actor, at=at)
    return data
