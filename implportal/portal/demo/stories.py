"""Three projects, one in each phase, told backwards from now: ``now - 40 * DAY``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aftersales.domain.installments import invoice_installment
from aftersales.models import Installment
from implportal.portal.demo.acts import (
    DAY,
    accept,
    begin,
    collect,
    divide_payment,
    introduce,
    kick_off,
    make_customer,
    plan_work,
    send,
    sign_solution,
    survey,
    train,
    write_solution,
)
from implportal.portal.demo.changes import hand_in_another, sign_a_change
from implportal.portal.demo.company import Cast
from implportal.portal.demo.customers import understand_everything
from implportal.portal.demo.hospital.story import hospital
from implportal.portal.demo.texts import SOLUTION_REVISED, WAREHOUSE
from implportal.projects.domain.phases import enter_phase
from implportal.projects.models import Phase, Project
from presales.domain.review import (
    latest_version,
)


def logistics(cast: Cast, now: datetime) -> Project:
    """In delivery: kicked off, half of the plan done, one invoice overdue, one change signed."""
    customer = make_customer(
        "Demo Logistics", region="Rotterdam", field="Logistics",
        people=(
            ("Frida Sample", "Head of operations", "EXECUTIVE"),
            ("Georg Sample", "IT manager", "IT"),
            ("Hanna Sample", "Accounts payable", "FINANCE"),
        ),
    )  # fmt: skip
    start = now - 90 * DAY
    project = begin(
        cast, customer, title="Terminals for the warehouse", at=start, value=8_400_000,
        product="TRM",
    )  # fmt: skip
    introduce(cast, project, at=start + 2 * DAY)
    requirements = survey(cast, project, at=start + 8 * DAY)
    divide_payment(cast, project, at=start + 9 * DAY)
    solution = write_solution(cast, project, requirements, text=WAREHOUSE, at=start + 12 * DAY)
    links = send(cast, solution, at=start + 14 * DAY)
    version = latest_version(solution)
    for link in links:
        understand_everything(link=link, version=version, at=start + 16 * DAY)
    sign_solution(cast, solution, at=start + 18 * DAY)
    kick_off(cast, project, at=start + 30 * DAY)
    project.refresh_from_db()
    plan_work(cast, project, requirements, first_on=(start + 32 * DAY).date(), now=now)
    collect(cast, project, place=0, at=start + 20 * DAY)
    second = Installment.objects.filter(project=project).order_by("order", "pk")[1]
    invoice_installment(
        installment=second, invoiced_on=(start + 35 * DAY).date(), actor=cast.bea,
        at=start + 35 * DAY,
    )  # fmt: skip
    sign_a_change(cast, project, at=now - 12 * DAY)
    hand_in_another(cast, project, at=now - 3 * DAY)
    return project


def insurer(cast: Cast, now: datetime) -> Project:
    """In after-sales: users are trained, and the certificate waits for its second signature."""
    customer = make_customer(
        "Demo Insurer", region="Zürich", field="Insurance",
        people=(
            ("Ida Sample", "Head of claims", "EXECUTIVE"),
            ("Jan Sample", "IT architect", "EXPERT"),
            ("Kim Sample", "Claims handler", "DIRECT_USER"),
        ),
    )  # fmt: skip
    start = now - 160 * DAY
    project = begin(
        cast, customer, title="Claims archive", at=start, value=5_000_000, product="DOC"
    )
    introduce(cast, project, at=start + 2 * DAY)
    requirements = survey(cast, project, at=start + 5 * DAY)
    divide_payment(cast, project, at=start + 6 * DAY)
    solution = write_solution(
        cast, project, requirements, text=SOLUTION_REVISED, at=start + 10 * DAY
    )
    for link in send(cast, solution, at=start + 12 * DAY):
        understand_everything(link=link, version=latest_version(solution), at=start + 14 * DAY)
    sign_solution(cast, solution, at=start + 16 * DAY)
    kick_off(cast, project, at=start + 25 * DAY)
    project.refresh_from_db()
    plan_work(cast, project, requirements, first_on=(start + 27 * DAY).date(), now=now)
    for place, moment in enumerate((start + 20 * DAY, start + 30 * DAY)):
        collect(cast, project, place=place, at=moment)
    enter_phase(project=project, phase=Phase.AFTERSALES, actor=cast.piet, at=now - 30 * DAY)
    project.refresh_from_db()
    train(cast, project, requirements, at=now - 20 * DAY)
    accept(cast, project, at=now - 6 * DAY)
    return project


STORIES: dict[str, Callable[[Cast, datetime], Project]] = {
    "Claims archive": insurer,
    "Terminals for the warehouse": logistics,
    "Patient records without paper": hospital,
}
"""Title -> how it is told. A title that exists is not told again."""
