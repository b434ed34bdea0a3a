from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftersales.domain.release import release_dated


@shared_task(name="aftersales.release_due")
def release_due(**_later: object) -> None:
    release_dated(now=timezone.now())
