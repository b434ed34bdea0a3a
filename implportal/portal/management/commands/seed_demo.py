from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from implportal.accounts.models import User
from implportal.celery import leaving_slow_work
from implportal.portal.demo.company import make_catalogue, make_people
from implportal.portal.demo.library import make_library
from implportal.portal.demo.stories import STORIES
from implportal.projects.models import Project


class Command(BaseCommand):
    help = "Fill the portal with plainly made-up people, customers and projects."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where somebody else has an account"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        strangers = User.objects.exclude(email__endswith="@example.com").exists()
        if options["if_empty"] and strangers:
            return
        cast = make_people()
        make_catalogue(cast=cast, today=timezone.localdate())
        make_library(cast=cast, at=now)
        # The stories are set in the past and make their documents then; mail can wait.
        with leaving_slow_work():
            for title, tell in STORIES.items():
                if not Project.objects.filter(title=title).exists():
                    tell(cast, now)
