"""What the catalogue reminds of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import Role, User
from implportal.catalogue.models import Qualification, soon_after
from implportal.notifications.registry import Reminder, ReminderRule, register_rule


def qualifications_ending(now: datetime) -> Iterator[Reminder]:
    """Tell its owner that a qualification ends within sixty days.

    Where nobody owns it, or its owner has left, the administrators are told.
    """
    today = timezone.localdate(now)
    ending = Qualification.objects.filter(
        valid_until__range=(today, soon_after(today))
    ).select_related("owner")
    others = User.objects.filter(is_active=True, role=Role.ADMINISTRATOR).order_by("pk")
    for qualification in ending.order_by("pk"):
        owner = qualification.owner
        for person in [owner] if owner and owner.is_active else others:
            yield Reminder(
                subject_key=f"qualification:{qualification.pk}",
                due_on=qualification.valid_until,
                user=person,
                subject=_("“%(title)s” ends on %(day)s")
                % {
                    "title": qualification.title,
                    "day": date_format(qualification.valid_until, "j F Y"),
                },
                text=_(
                    "From then on it cannot be shown to customers. Renew it, and note the new "
                    "end in the catalogue."
                ),
                url=reverse("catalogue:qualification_detail", kwargs={"pk": qualification.pk}),
            )


register_rule(
    ReminderRule("qualification_ending", gettext_lazy("Qualification ends"), qualifications_ending)
)
