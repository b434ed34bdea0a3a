"""What administrators are reminded of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import Role, User
from implportal.notifications.registry import Reminder, ReminderRule, register_rule

REMIND_BEFORE = timedelta(days=60)


def seal_key_ending(now: datetime) -> Iterator[Reminder]:
    """Tell the administrators that the certificate of the sealing key ends within sixty days."""
    from implportal.documents.keys import certificate_in_use  # loads the PDF engine

    certificate = certificate_in_use()
    if certificate is None or certificate.not_valid_after_utc - REMIND_BEFORE > now:
        return
    ends_on = certificate.not_valid_after_utc.date()
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    for person in administrators.order_by("pk"):
        yield Reminder(
            subject_key=f"seal-key:{certificate.fingerprint(hashes.SHA256()).hex()[:32]}",
            due_on=ends_on,
            user=person,
            subject=_("The sealing key ends on %(day)s") % {"day": date_format(ends_on, "j F Y")},
            text=_(
                "From then on signed documents cannot be sealed. Have a new certificate issued "
                "and set it up; what was sealed with the old one stays valid."
            ),
        )


register_rule(ReminderRule("seal_key_ending", gettext_lazy("Sealing key ends"), seal_key_ending))
