from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from implportal.signing.domain.completion import hand_out_sealings, seal_request
from implportal.signing.domain.ending import end_overdue
from implportal.signing.domain.reminding import remind_signers


@shared_task(name="signing.seal")
def seal(*, request_id: int, **_later: object) -> None:
    seal_request(request_id=request_id, now=timezone.now())


@shared_task(name="signing.sweep")
def sweep(**_later: object) -> None:
    now = timezone.now()
    end_overdue(now=now)
    remind_signers(now=now)
    hand_out_sealings(now=now)
