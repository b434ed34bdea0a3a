from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from implportal.documents.domain.versions import hand_out_renderings, render_version


@shared_task(name="documents.render")
def render(*, version_id: int, **_later: object) -> None:
    render_version(version_id=version_id, now=timezone.now())


@shared_task(name="documents.sweep")
def sweep(**_later: object) -> None:
    hand_out_renderings(now=timezone.now())
