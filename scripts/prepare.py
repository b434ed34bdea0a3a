"""Bring database, page files and demo data up to date; run by serve.py before it serves.

Progress goes to standard error. Standard output holds what the greeting says of
signing in: one start of Django less than asking for it apart.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "implportal.settings")


def page_files_state() -> str:
    """Return a fingerprint of everything that `collectstatic` collects from."""
    marks = [
        (ROOT / name).read_bytes()
        for name in ("requirements.txt", "package-lock.json", "implportal/kernel/finders.py")
    ]
    for path in sorted((ROOT / "static").rglob("*.*")):
        marks += [str(path).encode(), path.read_bytes()]
    return hashlib.sha256(b"\n".join(marks)).hexdigest()


def say(sentence: str) -> None:
    print(f"→ {sentence}", file=sys.stderr, flush=True)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    stamp = settings.VAR_DIR / "static-collected"
    state = page_files_state()
    if not stamp.is_file() or stamp.read_text() != state:
        say("Collecting the files of the pages")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(state)
    if not get_user_model().objects.exists():
        say("Making demo data")
    call_command("seed_demo", if_empty=True, stdout=sys.stderr)
    call_command("demo_access")


if __name__ == "__main__":
    main()
