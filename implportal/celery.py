"""The queue. Everything slow leaves the request through here, after the commit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import Celery
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "implportal.settings")

app = Celery("implportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_left_undone: ContextVar[bool] = ContextVar("left_undone", default=False)


def send_on_commit(task_name: str, **kwargs: object) -> None:
    """Queue the named task once the surrounding transaction has committed.

    A task is named by text, so that the domain need not import what imports it.
    A broker that is away must not undo or hide what was just committed: each
    kind of slow work is also a row in the database that a sweep finds later.
    """

    def send() -> None:
        if _left_undone.get():
            return
        app.loader.import_default_modules()  # a web process has not loaded the tasks yet
        app.tasks[task_name].delay(**kwargs)

    transaction.on_commit(send, robust=True)


@contextmanager
def leaving_slow_work() -> Iterator[None]:
    """Queue nothing: the caller does the slow work itself, or the next sweep finds it."""
    token = _left_undone.set(True)
    try:
        yield
    finally:
        _left_undone.reset(token)
