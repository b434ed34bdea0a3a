from __future__ import annotations

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from implportal.documents.domain.printouts import lay_out_printout
from implportal.documents.domain.seals import check_seal as check
from implportal.documents.domain.versions import hand_out_renderings, render_version


@shared_task(name="documents.render")
def render(*, version_id: int, **_later: object) -> None:
    render_version(version_id=version_id, now=timezone.now())


@shared_task(name="documents.sweep")
def sweep(**_later: object) -> None:
    hand_out_renderings(now=timezone.now())


@shared_task(name="documents.print")
def print_page(*, word: str, **_later: object) -> None:
    lay_out_printout(word=word)


@shared_task(name="documents.check_seal")
def check_seal(**_later: object) -> None:
    if settings.SEAL_KEY != "dev":
        check(at=timezone.now())


@worker_ready.connect
def check_seal_at_start(**_later: object) -> None:
    """In a task, not here: a token must not be opened before the worker has forked."""
    check_seal.delay()
