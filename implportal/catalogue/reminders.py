"""What the catalogue reminds of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.catalogue.models import Qualification, soon_after
from implportal.notifications.registry import Reminder, ReminderRule, register_rule


def qualifications_ending(now: datetime) -> Iterator[Reminder]:
    """Tell its owner that a qualification ends within sixty days."""
    today = now.date()
    ending = Qualification.objects.filter(
        valid_until__range=(today, soon_after(today)), owner__is_active=True
    ).select_related("owner")
    for qualification in ending.order_by("pk"):
        yield Reminder(
            subject_key=f"qualification:{qualification.pk}",
            due_on=qualification.valid_until,
            user=qualification.owner,
            subject=_("“%(title)s” ends on %(day)s")
            % {
                "title": qualification.title,
                "day": date_format(qualification.valid_until, "j F Y"),
            },
            text=_(
                "From then on it cannot be shown to customers. Renew it, and note the new "
                "end in the catalogue."
            ),
            url=f"{reverse('catalogue:qualification_list')}?standing=ENDS_SOON",
        )


register_rule(
    ReminderRule("qualification_ending", gettext_lazy("Qualification ends"), qualifications_ending)
)
