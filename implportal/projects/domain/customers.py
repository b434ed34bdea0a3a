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
from implportal.projects.registry import ADDRESS_LISTENERS

MASTER_DATA_SAVED = Action("projects.master_data_saved", _("saved the master data"))


@transaction.atomic
def save_master_data(*, data: Customer | Contact, actor: User, at: datetime) -> Customer | Contact:
    """Save a customer or contact whose form was valid, and put that on record.

    Of a new e-mail address of a contact those hear who write to it (``AddressListener``).

    Raises:
        NotAllowed: ``actor`` does not keep customers.
    """
    if not may_edit_customers(actor):
        raise NotAllowed
    before = _address_before(data)
    data.save()
    record(MASTER_DATA_SAVED, subject=data, actor=actor, at=at)
    if before:
        tell_of_address(data, before=before, actor=actor, at=at)
    return data


def tell_of_address(contact: Contact, *, before: str, actor: User, at: datetime) -> None:
    """Tell who listens that ``contact`` is no longer written to under ``before``."""
    if contact.email.casefold() != before.casefold():
        for listener in ADDRESS_LISTENERS:
            listener.handle(contact, before, actor, at)


def _address_before(data: Customer | Contact) -> str:
    if not isinstance(data, Contact) or data.pk is None:
        return ""
    return Contact.objects.select_for_update().values_list("email", flat=True).get(pk=data.pk)
