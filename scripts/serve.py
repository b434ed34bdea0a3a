"""Start web server and worker, greet, and stop both on Ctrl-C.

If one of the two ends, the other is stopped too: half a portal looks like a
whole one until somebody waits for a document that never comes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ["VAR_DIR"])
PORT = os.environ["PORT"]
BASE_URL = os.environ["BASE_URL"]

SECONDS_TO_START = 120
SECONDS_TO_STOP = 10
LOG_BYTES_KEPT = 10_000_000

PROCESSES = {
    # No access log: addresses of customers' links must not be written down.
    "web": f"""
        gunicorn implportal.wsgi:application --bind 127.0.0.1:{PORT}
        --workers 2 --threads 4 --preload --graceful-timeout 5 --no-control-socket
    """.split(),
    # Threads: a killed pool of processes would leave some of them behind.
    "worker": """
        celery --app implportal worker --beat --pool threads --concurrency 2
        --loglevel INFO --without-gossip --without-mingle
    """.split(),
}


def fail(sentence: str) -> None:
    sys.exit(f"\n✗ {sentence}")


def take_var() -> IO[str]:
    """Claim the data directory for this process; keep the returned file open."""
    claim = (VAR / "running").open("a+")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        claim.seek(0)
        fail(f"The portal is running already with the data in {VAR}: {claim.read().strip()}")
    claim.truncate(0)
    claim.write(f"{BASE_URL} (process {os.getpid()})\n")
    claim.flush()
    return claim


def log_of(name: str) -> Path:
    return VAR / "logs" / f"{name}.log"


def start(name: str, command: list[str]) -> subprocess.Popen[bytes]:
    """Start one process in a group of its own, its output going to its log."""
    log = log_of(name)
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".log.1"))
    # Should this process be killed outright, its children are told to stop.
    leash = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*leash, sys.executable, "-m", *command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every process to end, and end with its whole group what does not."""
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in running.values():
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def check_alive(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Raise SystemExit with the end of its log if a process has ended."""
    for name, process in running.items():
        if process.poll() is not None:
            lines = log_of(name).read_text(errors="replace").splitlines()[-20:]
            fail(
                "\n".join(lines)
                + f"\n\n✗ The {name} process has ended; its last words are above,"
                + f" all of them in {log_of(name)}."
            )


def wait_until_it_answers(alive: Callable[[], None]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        alive()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=10):
                return
        except urllib.error.HTTPError as error:
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                return
            fail(f"The web server answers with error {error.code}; see {log_of('web')}.")
        except OSError:
            if time.monotonic() > deadline:
                fail(f"The web server has not answered in time; see {log_of('web')}.")
            time.sleep(0.1)


def prepare() -> str:
    """Bring everything up to date and return what to say of signing in."""
    done = subprocess.run(
        [sys.executable, "scripts/prepare.py"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        fail("The portal could not be prepared; the reason is above.")
    return done.stdout.strip()


def main() -> None:
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.default_int_handler)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        claim = take_var()  # noqa: F841 - held while we run
        access = prepare()
        for name, command in PROCESSES.items():
            running[name] = start(name, command)
        wait_until_it_answers(lambda: check_alive(running))
        print(f"\nThe portal is running at {BASE_URL}\n\n{access}\n")
        print(f"Data, keys and logs are in {VAR}. Ctrl-C stops everything.", flush=True)
        while True:
            check_alive(running)
            time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        # A second Ctrl-C must not leave anything behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop(running)


if __name__ == "__main__":
    main()
