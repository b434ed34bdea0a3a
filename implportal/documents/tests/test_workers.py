"""A document may cost so much time and memory and no more, and never more than itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from implportal.documents import workers
from implportal.documents.engine import lay_out
from implportal.documents.workers import (
    AttachedFile,
    Job,
    NeededTooMuch,
    RenderingStopped,
    TookTooLong,
    lay_out_apart,
)

PAGE = "<title>t</title><p>Some words and 验收.</p>"
OTHER = "<title>u</title><table><tr><td>Ключ</td></tr></table>"
ENDLESS = "<title>t</title>" + "<table><tr><td>a</td><td>" * 400 + "x"
HUGE = "<title>t</title>" + "<p>word</p>" * 200_000


@pytest.fixture(autouse=True)
def _own_workers():
    workers.end_idle()
    yield
    workers.end_idle()


def children() -> set[int]:
    """Processes of ours that live or that nobody has waited for."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            found |= set(map(int, (task / "children").read_text().split()))
    return found


def test_the_next_document_finds_the_process_warm():
    lay_out_apart(Job(PAGE, {}))
    (first,) = workers._idle

    lay_out_apart(Job(OTHER, {}))

    assert workers._idle == [first]
    assert first.documents == 2


def test_bytes_are_the_same_in_every_process_and_after_any_other_document():
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    file = AttachedFile("evidence.json", "Evidence", b"{}", moment)
    job = Job(PAGE, {}, [file])
    first = lay_out_apart(job)
    lay_out_apart(Job(OTHER, {}))
    later = lay_out_apart(job)
    workers.end_idle()
    lay_out_apart(Job(OTHER, {}))
    elsewhere = lay_out_apart(job)
    about = {"name": file.name, "description": file.description, "relationship": "Data"}
    here = lay_out(PAGE, images={}, attachments=[(b"{}", about | {"at": moment.isoformat()})])

    assert first == later == elsewhere == here


def test_what_takes_too_long_is_stopped_and_says_so(settings):
    settings.RENDER_SECONDS = 1
    before = children()

    with pytest.raises(TookTooLong, match="It took longer than 1 seconds"):
        lay_out_apart(Job(ENDLESS, {}))

    assert workers._idle == []
    assert children() == before
    settings.RENDER_SECONDS = 60
    assert lay_out_apart(Job(PAGE, {})).startswith(b"%PDF")


def test_what_needs_too_much_memory_is_stopped_and_says_so(settings):
    settings.RENDER_MEGABYTES = 256
    before = children()

    with pytest.raises(NeededTooMuch, match=r"It needed more than 0\.25 GB"):
        lay_out_apart(Job(HUGE, {}))

    assert workers._idle == []
    assert children() == before
    assert lay_out_apart(Job(PAGE, {})).startswith(b"%PDF")


def test_a_process_that_was_killed_while_waiting_is_replaced():
    lay_out_apart(Job(PAGE, {}))
    (worker,) = workers._idle
    os.kill(worker.process.pid, signal.SIGKILL)

    assert lay_out_apart(Job(PAGE, {})).startswith(b"%PDF")
    assert worker.process.pid not in children()
    assert not Path(worker.folder).exists()


class Killing(workers.Worker):
    """A process that somebody kills as soon as it is at work."""

    times = 0

    def lay_out(self, job, seconds):
        if type(self).times:
            type(self).times -= 1
            os.kill(self.process.pid, signal.SIGKILL)
        return super().lay_out(job, seconds)


def test_a_process_that_is_killed_at_work_is_replaced_once(monkeypatch):
    monkeypatch.setattr(workers, "Worker", Killing)
    before = children()
    Killing.times = 1

    assert lay_out_apart(Job(PAGE, {})).startswith(b"%PDF")

    workers.end_idle()
    Killing.times = 2
    with pytest.raises(RenderingStopped, match="stopped twice"):
        lay_out_apart(Job(PAGE, {}))
    assert children() == before


def test_an_error_leaves_the_process_as_good_as_before():
    with pytest.raises(RenderingStopped, match=r"stopped with an error \(RecursionError\)"):
        lay_out_apart(Job("<title>t</title>" + "<div>" * 3_000, {}))

    assert lay_out_apart(Job(PAGE, {})) == lay_out(PAGE, images={})


def test_a_process_is_renewed_when_it_has_grown_or_has_made_many_documents(monkeypatch):
    monkeypatch.setattr(workers, "DOCUMENTS_EACH", 2)
    lay_out_apart(Job(PAGE, {}))
    lay_out_apart(Job(PAGE, {}))
    assert workers._idle == []

    monkeypatch.setattr(workers, "MEGABYTES_KEPT", 1)
    lay_out_apart(Job(PAGE, {}))
    assert workers._idle == []


def test_threads_get_their_own_documents_and_no_more_processes_than_allowed():
    pages = [f"<title>{number}</title><p>{number}</p>" for number in range(6)]
    made: dict[str, bytes] = {}

    def work(page):
        made[page] = lay_out_apart(Job(page, {}))

    threads = [threading.Thread(target=work, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == {page: lay_out(page, images={}) for page in pages}
    assert 1 <= len(workers._idle) <= workers.AT_ONCE


def test_a_forked_process_leaves_the_workers_to_its_parent():
    lay_out_apart(Job(PAGE, {}))
    (worker,) = workers._idle

    child = os.fork()
    if child == 0:  # pragma: no cover - in another process
        code = 1
        try:
            if not workers._idle and lay_out_apart(Job(OTHER, {})).startswith(b"%PDF"):
                code = 0
            workers.end_idle()
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert workers._idle == [worker]
    assert lay_out_apart(Job(PAGE, {})) == lay_out(PAGE, images={})
    assert worker.documents == 2


def test_a_worker_ends_with_the_process_that_used_it(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "from django.conf import settings\n"
        "settings.configure(RENDER_SECONDS=60, RENDER_MEGABYTES=1024)\n"
        "from implportal.documents import workers\n"
        "workers.lay_out_apart(workers.Job('<title>t</title>', {}))\n"
        "print(workers._idle[0].process.pid, workers._idle[0].folder, flush=True)\n"
        "import os, sys\n"
        "os._exit(0) if sys.argv[1] == 'killed' else None\n"
    )
    for way in ("ended", "killed"):
        done = subprocess.run(
            [sys.executable, str(program), way],
            env={**os.environ, "PYTHONPATH": str(Path(workers.__file__).parents[2])},
            capture_output=True,
            check=True,
            timeout=60,
        )
        pid, folder = done.stdout.decode().split()
        while Path("/proc", pid).exists():  # it ends when it notices, which is soon
            time.sleep(0.01)
        assert not Path(folder).exists()
        assert done.stderr == b""


def test_a_worker_knows_no_secret_of_ours_and_reaches_nobody(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for workers")
    monkeypatch.setenv("DATABASE_URL", "postgres://not-for-workers")
    lay_out_apart(Job(PAGE, {}))
    (worker,) = workers._idle

    environment = Path(f"/proc/{worker.process.pid}/environ").read_bytes()

    assert b"not for workers" not in environment
    assert b"not-for-workers" not in environment
    assert Path(f"/proc/{worker.process.pid}/cwd").resolve() == Path("/")


def test_the_engine_refuses_to_open_a_connection_or_a_program():
    script = (
        "import socket, subprocess, sys\n"
        "from implportal.documents import engine\n"
        "sys.addaudithook(engine._refuse)\n"
        "for act in (lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "            lambda: socket.getaddrinfo('example.com', 80),\n"
        "            lambda: subprocess.Popen(['true'])):\n"
        "    try: act()\n"
        "    except PermissionError as error: print(error)\n"
    )
    root = Path(workers.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=root)

    refused = done.stdout.decode().split()
    assert refused == ["socket.getaddrinfo", "socket.getaddrinfo", "subprocess.Popen"]


def test_a_large_process_of_ours_does_not_make_every_worker_look_grown():
    code = (
        "import django; django.setup()\n"
        "ballast = bytearray(500 * 2**20); ballast[::4096] = bytes(len(ballast[::4096]))\n"
        "from implportal.documents import workers\n"
        "workers.lay_out_apart(workers.Job('<title>t</title>', {}))\n"
        "print(len(workers._idle)); workers.end_idle()"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "implportal.settings"},
    )  # fmt: skip

    assert done.stdout == "1\n"
