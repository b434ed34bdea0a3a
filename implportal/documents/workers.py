"""The processes in which documents are laid out, kept warm between two of them.

Loading WeasyPrint and its fonts takes longer than laying out a page, so a process that has
answered waits for the next job. One that takes too long, needs too much or has grown is
replaced. Web processes, Celery's threads and its processes may all call ``lay_out_apart``.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from threading import BoundedSemaphore, Lock, Timer
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from implportal.kernel.errors import DomainError

ENGINE = Path(__file__).with_name("engine.py")
AT_ONCE = 2
DOCUMENTS_EACH = 200
MEGABYTES_KEPT = 400
SECONDS_TO_START = 60
LARGEST_PDF = 512 * 1024 * 1024
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "XDG_CACHE_HOME")
"""What a worker gets to know of our environment; above all no address, key or password."""


class RenderingStopped(DomainError):
    """The pages could not be laid out; the message says why, and it may be tried again."""


class TookTooLong(RenderingStopped):
    """It took longer than RENDER_SECONDS."""


class NeededTooMuch(RenderingStopped):
    """It needed more memory than RENDER_MEGABYTES."""


class _Died(Exception):
    """The process ended without an answer, and not through us."""


@dataclass(frozen=True)
class AttachedFile:
    """A file carried inside the PDF. ``relationship`` is one of PDF's own words."""

    name: str
    description: str
    data: bytes
    at: datetime
    relationship: str = "Data"


@dataclass(frozen=True)
class Job:
    """A page to lay out. ``images`` are (bytes, type) by SHA-256."""

    html: str
    images: Mapping[str, tuple[bytes, str]]
    attachments: Sequence[AttachedFile] = ()

    def pieces(self, seconds: int) -> Iterator[bytes]:
        """What is said to a worker; ``engine`` reads it."""
        page = self.html.encode()
        told = {
            "seconds": seconds,
            "page": len(page),
            "images": [(name, kind, len(data)) for name, (data, kind) in self.images.items()],
            "attachments": [
                {
                    "name": item.name,
                    "description": item.description,
                    "relationship": item.relationship,
                    "at": item.at.isoformat(),
                    "size": len(item.data),
                }
                for item in self.attachments
            ],
        }
        yield json.dumps(told).encode() + b"\n"
        yield page
        yield from (data for data, _kind in self.images.values())
        yield from (item.data for item in self.attachments)


class Worker:
    """One process. Not for two threads at once."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes, self.documents, self.grown = megabytes, 0, False
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {name: value for name, value in os.environ.items() if "FONTCONFIG" in name}
        self.folder = mkdtemp(prefix="pdf-")
        self.inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB, see below
        # A session of its own: Ctrl-C in a terminal is ours to answer, not the worker's.
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-P", "-s", str(ENGINE), str(megabytes), self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment | {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"},
            start_new_session=True,
        )
        assert self.process.stdin
        assert self.process.stdout
        self.to, self.answers = self.process.stdin, self.process.stdout
        with self._killed_after(SECONDS_TO_START):
            started = self.answers.readline(100) == b"ready\n"
        if not started:
            self.end()
            raise RenderingStopped(_("The program that makes PDFs does not start."))

    def lay_out(self, job: Job, seconds: int) -> bytes:
        """Have one document laid out.

        Raises:
            TookTooLong, NeededTooMuch, RenderingStopped: as their names say.
            _Died: the process was ended from outside.
        """
        told, pdf = {}, b""
        with self._killed_after(seconds) as clock, suppress(BrokenPipeError):
            self.to.writelines(job.pieces(seconds))
            self.to.flush()
            told = json.loads(self.answers.readline(10_000) or b"{}")
            pdf = self.answers.read(min(told.get("size", 0), LARGEST_PDF))
        self.documents += 1
        self.grown = self._megabytes() > MEGABYTES_KEPT
        if not told or len(pdf) != told["size"]:
            raise self._reason_of_death(clock)
        if told.get("error") == "MemoryError":
            self.grown = True
            raise _needed_too_much(self.megabytes)
        if "error" in told:
            raise RenderingStopped(
                _("Rendering stopped with an error (%(kind)s).") % {"kind": told["error"]}
            )
        return pdf

    def _megabytes(self) -> int:
        """Memory that the process holds now. Its own peak would count ours from before exec."""
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):  # it has ended
            return 0
        return int(pages) * resource.getpagesize() // 2**20

    def _killed_after(self, seconds: int) -> _Clock:
        return _Clock(seconds, self.process)

    def _reason_of_death(self, clock: _Clock) -> Exception:
        _pid, status, used = os.wait4(self.process.pid, 0)
        code = self.process.returncode = os.waitstatus_to_exitcode(status)
        if clock.has_struck or code == -signal.SIGXCPU:
            return TookTooLong(
                _(
                    "It took longer than %(seconds)s seconds. "
                    "Shorter tables and smaller pictures help."
                )
                % {"seconds": clock.interval}
            )
        # Libraries in C that get no memory do not ask twice. Linux counts what we held when
        # the process began as its own peak, so that much says nothing.
        if code != -signal.SIGKILL and used.ru_maxrss > max(self.inherited, 512 * self.megabytes):
            return _needed_too_much(self.megabytes)
        return _Died(code)

    def is_fit(self) -> bool:
        return (
            self.process.poll() is None
            and not self.grown
            and self.documents < DOCUMENTS_EACH
            and self.megabytes == settings.RENDER_MEGABYTES
        )

    def end(self) -> None:
        """End the process and wait for it, so that nothing of it stays behind."""
        self.process.kill()
        self.process.wait()
        self.let_go()
        shutil.rmtree(self.folder, ignore_errors=True)

    def let_go(self) -> None:
        for pipe in (self.to, self.answers):
            with suppress(OSError):  # what was left unsaid to a dead process
                pipe.close()


class _Clock(Timer):
    """Kills a process that is still at work after some seconds."""

    def __init__(self, seconds: int, process: subprocess.Popen[bytes]) -> None:
        super().__init__(seconds, self._strike)
        self.daemon, self.has_struck, self._process = True, False, process

    def _strike(self) -> None:
        self.has_struck = True
        self._process.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.cancel()


def _needed_too_much(megabytes: int) -> NeededTooMuch:
    return NeededTooMuch(
        _("It needed more than %(size)s GB of memory. Shorter tables and smaller pictures help.")
        % {"size": f"{megabytes / 1024:.2g}"}
    )


_idle: list[Worker] = []
_lock = Lock()
_places = BoundedSemaphore(AT_ONCE)


def lay_out_apart(job: Job) -> bytes:
    """Lay out one document in a warm process with limits.

    A process that was ended from outside (by a person, or for the sake of the machine's
    memory) is replaced, and asked once more.

    Raises:
        TookTooLong, NeededTooMuch, RenderingStopped: with a message for the person.
    """
    try:
        job.html.encode()
    except UnicodeEncodeError as error:
        raise RenderingStopped(_("The text holds half a character.")) from error
    for _attempt in range(2):
        with _places:
            worker = _take()
            try:
                return worker.lay_out(job, settings.RENDER_SECONDS)
            except _Died:
                continue
            finally:
                _give_back(worker)
    raise RenderingStopped(_("The program that makes PDFs was stopped twice."))


def _take() -> Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.is_fit():
                return worker
            worker.end()
    return Worker(settings.RENDER_MEGABYTES)


def _give_back(worker: Worker) -> None:
    if worker.is_fit():
        with _lock:
            _idle.append(worker)
    else:
        worker.end()


def end_idle() -> None:
    """End the processes that wait for work."""
    with _lock:
        while _idle:
            _idle.pop().end()


def _begin_anew() -> None:
    """In a process that was forked off: our parent's workers answer our parent alone."""
    global _lock, _places  # whoever held them does not exist here
    _lock, _places = Lock(), BoundedSemaphore(AT_ONCE)
    while _idle:
        worker = _idle.pop()
        worker.let_go()
        worker.process.returncode = 0  # not our child, so not ours to wait for


atexit.register(end_idle)
os.register_at_fork(after_in_child=_begin_anew)
