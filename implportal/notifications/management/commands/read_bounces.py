from __future__ import annotations

import mailbox
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from implportal.notifications.domain.bounces import LARGEST_BYTES, note_bounce


class Command(BaseCommand):
    help = (
        "Note mails that came back. Reads one mail from standard input (for a pipe of the mail "
        "server), from files, or all new ones from a Maildir, where they are marked as read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="FILE|MAILDIR")

    def handle(self, *, paths: list[Path], **_options: object) -> None:
        read = noted = 0
        for raw in self.mails(paths):
            read += 1
            noted += note_bounce(raw=raw, now=timezone.now()) is not None
        self.stdout.write(f"{read} read, {noted} came back")

    def mails(self, paths: list[Path]) -> Iterator[bytes]:
        if not paths:
            yield sys.stdin.buffer.read(LARGEST_BYTES)
        for path in paths:
            if path.is_dir():
                yield from _unread(path)
            elif path.is_file():
                yield path.read_bytes()
            else:
                raise CommandError(f"{path} is neither a file nor a Maildir.")


def _unread(path: Path) -> Iterator[bytes]:
    """Give the new mails of a Maildir; one is put aside once it was dealt with."""
    if not (path / "new").is_dir():
        raise CommandError(f"{path} is not a Maildir.")
    box = mailbox.Maildir(path, create=False)
    for key in [key for key, mail in box.items() if mail.get_subdir() == "new"]:
        yield box.get_bytes(key)
        mail = box[key]
        mail.set_subdir("cur")
        mail.add_flag("S")
        box[key] = mail
