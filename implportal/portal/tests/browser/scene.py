"""Projects that have come as far as a test begins, told with the pieces of the demo.

They are set in the past and make their documents then; mail stays in the outbox.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from implportal.celery import leaving_slow_work
from implportal.portal.demo.company import Cast
from implportal.portal.demo.customers import understand_everything
from implportal.portal.demo.stories import (
    begin,
    divide_payment,
    kick_off,
    make_customer,
    send,
    sign_solution,
    survey,
    write_solution,
)
from implportal.portal.demo.texts import SOLUTION
from implportal.projects.models import Project
from presales.domain.review import latest_version

DAY = timedelta(days=1)
CARL, DORA = "carl@harbour.example", "dora@harbour.example"


def begun_project(cast: Cast) -> Project:
    """A customer with three contacts and a project of 120,000 euros, begun 40 days ago."""
    customer = make_customer(
        "Demo Harbour", region="Hamburg", field="Logistics",
        people=(
            ("Carl Sample", "Managing director", "EXECUTIVE"),
            ("Dora Sample", "Head of records", "EXPERT"),
            ("Emil Sample", "Records clerk", "DIRECT_USER"),
        ),
    )  # fmt: skip
    at = timezone.now() - 40 * DAY
    return begin(
        cast, customer, title="Papers of the harbour", at=at, value=12_000_000, product="DOC"
    )


@leaving_slow_work()
def sent_project(cast: Cast, *, is_understood: bool = False) -> Project:
    """Version 1 of the solution was sent to Carl and Dora ten days ago."""
    project = begun_project(cast)
    at = timezone.now() - 10 * DAY
    solution = write_solution(cast, project, [], text=SOLUTION, at=at)
    for link in send(cast, solution, at=at):
        if is_understood:
            understand_everything(link=link, version=latest_version(solution), at=at + DAY)
    return project


@leaving_slow_work()
def signed_project(cast: Cast) -> Project:
    """With requirements, installments and a solution that both have signed."""
    project = begun_project(cast)
    at = timezone.now() - 30 * DAY
    requirements = survey(cast, project, at=at)
    divide_payment(cast, project, at=at)
    solution = write_solution(cast, project, requirements, text=SOLUTION, at=at)
    for link in send(cast, solution, at=at):
        understand_everything(link=link, version=latest_version(solution), at=at + DAY)
    sign_solution(cast, solution, at=at + 2 * DAY)
    project.refresh_from_db()
    return project


@leaving_slow_work()
def started_project(cast: Cast) -> Project:
    """In delivery: the kick-off was held a week ago."""
    project = signed_project(cast)
    kick_off(cast, project, at=timezone.now() - 7 * DAY)
    project.refresh_from_db()
    return project
