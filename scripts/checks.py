"""Run every check and test, all of them even when one fails, and sum up once.

    .venv/bin/python scripts/checks.py              everything
    .venv/bin/python scripts/checks.py style imports    only these

Nothing of this machine's configuration or data is used: each run has a data
directory, a PostgreSQL and a broker of its own.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import services

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
SECONDS_PER_STAGE = 20 * 60


@dataclass(frozen=True)
class Outcome:
    """How a stage ended; a check that is not made of tests counts as one."""

    passed: int
    failed: int
    skipped: int = 0


def clean_environment(var_dir: Path) -> dict[str, str]:
    """Return this environment without the portal's own variables, and a data directory."""
    documented = re.findall(
        r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE
    )
    env = {name: value for name, value in os.environ.items() if name not in documented}
    return {
        **env,
        "VAR_DIR": str(var_dir),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "PYTHONUNBUFFERED": "1",
    }


def production_environment() -> dict[str, str]:
    """Return what a production installation would set."""
    return {
        "BASE_URL": "https://portal.example.com",
        "DATABASE_URL": "postgres://portal:secret@db.example.com/portal",
        "BROKER_URL": "redis://queue.example.com:6379/0",
        "EMAIL_URL": "smtp+tls://portal:secret@mail.example.com:587",
        "TRUSTED_PROXIES": "1",
        "SEAL_KEY": "p12",
        "SEAL_P12_FILE": "/etc/implportal/seal.p12",
        "SEAL_P12_PASSPHRASE_FILE": "/etc/implportal/seal.passphrase",
    }


def run(command: list[str | Path], env: dict[str, str]) -> int:
    """Run a command in a process group of its own; all of it ends when time is up."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(SECONDS_PER_STAGE)
    except subprocess.TimeoutExpired:
        print(f"Not finished after {SECONDS_PER_STAGE // 60} minutes; ended.", flush=True)
        return 1
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def check(command: list[str | Path], env: dict[str, str]) -> Outcome:
    failed = bool(run(command, env))
    return Outcome(passed=not failed, failed=failed)


def pytest(arguments: list[str], env: dict[str, str]) -> Outcome:
    """Run pytest and count what it ran; no test at all is a failure."""
    report = Path(env["VAR_DIR"]) / "pytest.xml"
    report.unlink(missing_ok=True)
    status = run(
        [
            PYTHON,
            "-m",
            "pytest",
            "-q",
            "-rfEs",
            "--durations=10",
            f"--junitxml={report}",
            *arguments,
        ],
        env,
    )
    if not report.exists():
        return Outcome(passed=0, failed=1)
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - our own file
    total, failures, errors, skipped = (
        int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return Outcome(
        passed=total - failed - skipped,
        failed=failed or (1 if status else 0),
        skipped=skipped,
    )


def pytest_on_servers(arguments: list[str], env: dict[str, str]) -> Outcome:
    with services.postgresql() as database_url, services.valkey() as broker_url:
        servers = {"DATABASE_URL": database_url, "BROKER_URL": broker_url}
        return pytest(arguments, {**env, **servers})


def stages(env: dict[str, str]) -> dict[str, Callable[[], Outcome]]:
    manage = [PYTHON, "-W", "error::RuntimeWarning", "manage.py"]
    parallel = ["-n", "2", "-m", "not browser"]
    once_more = ["-n", "2", "-m", "not browser and not one_database"]
    return {
        "formatting": partial(
            check,
            [PYTHON, "-m", "ruff", "format", "--check", "--output-format", "concise", "."],
            env,
        ),
        "style": partial(
            check, [PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."], env
        ),
        "imports": partial(check, [BIN / "lint-imports"], env),
        "deployment": partial(
            check,
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            {**env, **production_environment()},
        ),
        "migrations": partial(check, [*manage, "makemigrations", "--check", "--dry-run"], env),
        "page-files": partial(check, [*manage, "collectstatic", "--noinput", "-v0"], env),
        "sqlite": partial(pytest, parallel, env),
        "postgresql": partial(pytest_on_servers, once_more, env),
        "browser": partial(pytest, ["-n", "2", "-m", "browser"], env),
    }


def print_summary(outcomes: dict[str, tuple[Outcome, float]]) -> None:
    print(f"\n{'stage':<14}{'result':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for name, (outcome, seconds) in outcomes.items():
        result = "FAILED" if outcome.failed else "ok"
        counts = f"{outcome.passed:>8}{outcome.failed:>8}{outcome.skipped:>9}"
        print(f"{name:<14}{result:<10}{counts}{seconds:>9.1f}")
    passed, failed, skipped = (
        sum(getattr(outcome, kind) for outcome, _ in outcomes.values())
        for kind in ("passed", "failed", "skipped")
    )
    print(f"{'together':<42}{skipped:>9}{sum(s for _, s in outcomes.values()):>9.1f}\n")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))


def main(wanted: list[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers are stopped
    with tempfile.TemporaryDirectory(prefix="checks-", ignore_cleanup_errors=True) as name:
        known = stages(clean_environment(Path(name)))
        if unknown := set(wanted) - set(known):
            sys.exit(f"There is no stage {', '.join(unknown)}; there are {', '.join(known)}.")
        outcomes = {}
        for stage in wanted or known:
            print(f"\n── {stage} {'─' * (70 - len(stage))}", flush=True)
            began = time.monotonic()
            outcomes[stage] = (known[stage](), time.monotonic() - began)
    print_summary(outcomes)
    return any(outcome.failed for outcome, _ in outcomes.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
