from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from implportal.portal.domain.chains import check_record


@shared_task(name="portal.check_record", acks_late=True)
def check_the_record(**_later: object) -> None:
    check_record(now=timezone.now())
