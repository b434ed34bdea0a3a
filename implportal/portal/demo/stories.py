"""Three projects, each at another place in its life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.utils import timezone

from aftersales.domain.installments import InstallmentRow, invoice_installment, set_installments
from aftersales.domain.receipts import record_receipt
from aftersales.models import Installment
from delivery.domain.kickoffs import hold_kickoff, plan_kickoff
from delivery.domain.links import link_tasks
from delivery.domain.plans import add_task
from delivery.domain.progress import report_progress
from implportal.catalogue.models import FieldOfBusiness, Product
from implportal.documents.domain.versions import render_version
from implportal.documents.models import DocumentVersion
from implportal.portal.demo.company import Cast, make_survey_template
from implportal.portal.demo.customers import sign_all, understand_everything
from implportal.portal.demo.texts import SOLUTION, SOLUTION_REVISED
from implportal.projects.domain.people import grant_delivery, set_member, set_stakeholder
from implportal.projects.domain.projects import create_project
from implportal.projects.domain.steps import change_step
from implportal.projects.models import Contact, Customer, Project, Stakeholder, Step
from implportal.signing.domain.reading import answer_question, ask_question
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import LinkKind, SharedLink
from presales.domain.imports import import_solution, plan_import, read_solution, reimport_solution
from presales.domain.introductions import (
    freeze_introduction,
    give_introduction,
    note_confidence,
    start_introduction,
)
from presales.domain.introductions_parts import add_parts, choices_for
from presales.domain.review import (
    latest_version,
    revise_solution,
    send_for_review,
    send_for_signature,
)
from presales.domain.sections import link_requirements
from presales.domain.surveys import hand_in_survey, start_survey
from presales.domain.surveys_answers import keep_answers
from presales.domain.surveys_requirements import Wish, make_requirements, sentence_for
from presales.models import Answer, Requirement, Solution

DAY = timedelta(days=1)
"""Stories are told backwards from now: ``now - 40 * DAY``."""


def make_customer(
    name: str, *, region: str, field: str, people: tuple[tuple[str, str, str], ...]
) -> Customer:
    customer = Customer.objects.create(
        name=name,
        region=region,
        address="Example Street 1",
        field_of_business=FieldOfBusiness.objects.filter(name=field).first(),
    )
    for person, title, kind in people:
        Contact.objects.create(
            customer=customer,
            name=person,
            title=title,
            kinds=[kind],
            email=f"{person.split()[0].lower()}@{name.split()[1].lower()}.example",
        )
    return customer


def begin(
    cast: Cast, customer: Customer, *, title: str, at: datetime, value: int, product: str
) -> Project:
    project = create_project(
        customer=customer,
        title=title,
        implementation_manager=cast.ines,
        project_manager=cast.piet,
        business_manager=cast.bea,
        products=Product.objects.filter(code=product),
        contract_value_minor=value,
        planned_start_on=(at + 30 * DAY).date(),
        planned_end_on=(at + 150 * DAY).date(),
        actor=cast.ines,
        at=at,
    )
    sponsor = customer.contacts.order_by("pk")[0]
    set_stakeholder(
        project=project, contact=sponsor, role=Stakeholder.Role.SPONSOR, influence=5, attitude=1,
        actor=cast.ines, at=at,
    )  # fmt: skip
    set_member(
        project=project, user=cast.conny, responsibility="Data migration", percent=40,
        actor=cast.ines, at=at,
    )  # fmt: skip
    return project


def introduce(cast: Cast, project: Project, *, at: datetime) -> None:
    introduction = start_introduction(
        project=project,
        title=f"An introduction for {project.customer.name}",
        greeting="Thank you for your time. On the next pages you meet us.",
        actor=cast.ines,
        at=at,
    )
    choices = choices_for(introduction, on=at.date())
    chosen = [choice.value for group in choices for choice in group.choices if not choice.reason]
    add_parts(introduction=introduction, chosen=chosen[:6], actor=cast.ines, at=at)
    version = freeze_introduction(introduction=introduction, actor=cast.ines, at=at)
    render_version(version_id=version.pk, now=at)
    [recipient] = give_introduction(
        introduction=introduction,
        contacts=list(project.customer.contacts.order_by("pk")[:1]),
        message="As promised, here is who we are.",
        valid_days=365,
        actor=cast.ines,
        at=at,
    )
    note_confidence(
        recipient=recipient, confidence=4, note="Asked for a second reference.", actor=cast.ines,
        at=at + DAY,
    )  # fmt: skip


def survey(cast: Cast, project: Project, *, at: datetime) -> list[Requirement]:
    """Answer the survey in an interview and turn the answers into requirements."""
    sheet = start_survey(
        project=project, template=make_survey_template(), title="First survey", actor=cast.ines,
        at=at,
    )  # fmt: skip
    answers = (420, ["Paper files", "Shared folders"], "Searching for what others have filed.",
               "the head of department", "Within 2 seconds",
               (at + 120 * DAY).date().isoformat(), 4)  # fmt: skip
    questions = sheet.questions.order_by("order", "pk")
    given = dict(zip([question.pk for question in questions], answers, strict=True))
    who = project.customer.contacts.order_by("pk")[0].name
    keep_answers(
        survey=sheet, given=given, via=Answer.Via.INTERVIEW, answered_by=who, actor=cast.ines, at=at
    )
    hand_in_survey(survey=sheet, by=who, actor=cast.ines, at=at)
    kept = Answer.objects.filter(question__survey=sheet).exclude(question__requirement_hint="")
    wishes = [
        Wish(answer=answer, text=sentence_for(answer), priority=Requirement.Priority.MUST)
        for answer in kept.select_related("question").order_by("question__order", "pk")
    ]
    return make_requirements(survey=sheet, wishes=wishes, actor=cast.ines, at=at)


def write_solution(
    cast: Cast, project: Project, requirements: list[Requirement], *, text: str, at: datetime
) -> Solution:
    document = read_solution(text.encode())
    solution = import_solution(
        project=project, document=document, title=f"Solution: {project.title}", actor=cast.ines,
        at=at,
    )  # fmt: skip
    sections = list(solution.sections.order_by("order"))
    for place, requirement in enumerate(requirements):
        link_requirements(
            section=sections[place % len(sections)], requirements=[requirement], actor=cast.ines,
            at=at,
        )  # fmt: skip
    return solution


def send(cast: Cast, solution: Solution, *, at: datetime) -> list[SharedLink]:
    """Send the solution to the first two contacts and return their links."""
    contacts = list(solution.project.customer.contacts.order_by("pk")[:2])
    version = send_for_review(
        solution=solution, contacts=contacts, valid_days=60, actor=cast.ines, at=at,
        message="Please read it and ask whatever is not clear.",
    )  # fmt: skip
    render_version(version_id=version.pk, now=at)
    return list(
        SharedLink.objects.filter(kind=LinkKind.DISCUSS, object_id=version.pk).order_by("pk")
    )


def sign_solution(cast: Cast, solution: Solution, *, at: datetime) -> None:
    """Two people of the customer sign, one after the other."""
    contacts = solution.project.customer.contacts.order_by("pk")[:2]
    request = send_for_signature(
        solution=solution,
        signers=[SignerSpec(contact, order=order) for order, contact in enumerate(contacts, 1)],
        valid_days=90,
        actor=cast.ines,
        at=at,
    )
    sign_all(request=request, at=at + DAY)


def divide_payment(cast: Cast, project: Project, *, at: datetime) -> None:
    set_installments(
        project=project,
        rows=[
            InstallmentRow(
                title="With the signature",
                release_event="SOLUTION_SIGNED",
                percent_points=3000,
                terms_days=14,
            ),
            InstallmentRow(
                title="With the kick-off",
                release_event="KICKOFF_HELD",
                percent_points=3000,
                terms_days=14,
            ),
            InstallmentRow(
                title="With the acceptance",
                release_event="ACCEPTANCE_SIGNED",
                percent_points=4000,
                terms_days=30,
            ),
        ],
        actor=cast.ines,
        at=at,
    )


def hospital(cast: Cast, now: datetime) -> Project:
    """In pre-sales: version 2 of the solution is with the customer, a question was answered."""
    customer = make_customer(
        "Demo Cityhospital", region="Hamburg", field="Health care",
        people=(
            ("Carl Sample", "Managing director", "EXECUTIVE"),
            ("Dora Sample", "Head of records", "EXPERT"),
            ("Emil Sample", "Ward clerk", "DIRECT_USER"),
        ),
    )  # fmt: skip
    project = begin(
        cast, customer, title="Patient records without paper", at=now - 40 * DAY,
        value=12_000_000, product="DOC",
    )  # fmt: skip
    introduce(cast, project, at=now - 38 * DAY)
    requirements = survey(cast, project, at=now - 30 * DAY)
    solution = write_solution(cast, project, requirements, text=SOLUTION, at=now - 20 * DAY)
    links = send(cast, solution, at=now - 15 * DAY)
    section = latest_version(solution).content["sections"][2]["key"]
    question = ask_question(
        link=links[0], section_key=section, at=now - 14 * DAY,
        text="Does the take-over include the files of the old radiology archive?",
    )  # fmt: skip
    answer_question(
        question=question, text="Yes. Version 2 says so.", actor=cast.ines, at=now - 13 * DAY
    )
    solution = revise_solution(solution=solution, actor=cast.ines, at=now - 12 * DAY)
    document = read_solution(SOLUTION_REVISED.encode())
    plan = plan_import(solution=solution, document=document)
    reimport_solution(
        solution=solution, document=document, state_token=plan.state_token, actor=cast.ines,
        at=now - 12 * DAY,
    )  # fmt: skip
    solution.refresh_from_db()
    send(cast, solution, at=now - 4 * DAY)
    inspection = project.steps.get(key="inspection")
    change_step(
        step=inspection, actor=cast.ines, at=now - 10 * DAY, state=Step.State.WAIVED, owner=None,
        due_on=None, notes="", waived_reason="The customer knows our office from another project.",
    )  # fmt: skip
    return project


def logistics(cast: Cast, now: datetime) -> Project:
    """In delivery: signed, kicked off, half of the plan done, one invoice overdue."""
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
    solution = write_solution(
        cast, project, requirements, text=SOLUTION_REVISED, at=start + 12 * DAY
    )
    links = send(cast, solution, at=start + 14 * DAY)
    version = latest_version(solution)
    for link in links:
        understand_everything(link=link, version=version, at=start + 16 * DAY)
    sign_solution(cast, solution, at=start + 18 * DAY)
    kick_off(cast, project, at=start + 30 * DAY)
    project.refresh_from_db()
    plan_work(cast, project, requirements, first_on=(start + 32 * DAY).date(), now=now)
    first = Installment.objects.filter(project=project).order_by("order", "pk")[0]
    second = Installment.objects.filter(project=project).order_by("order", "pk")[1]
    first = invoice_installment(
        installment=first,
        invoiced_on=(start + 20 * DAY).date(),
        actor=cast.bea,
        at=start + 20 * DAY,
    )
    record_receipt(
        customer=customer, received_on=(start + 33 * DAY).date(), amount_minor=first.amount_minor,
        currency="EUR", allocations={first.pk: first.amount_minor}, reference="Demo transfer 1",
        actor=cast.bea, at=start + 33 * DAY,
    )  # fmt: skip
    invoice_installment(
        installment=second, invoiced_on=(start + 35 * DAY).date(), actor=cast.bea,
        at=start + 35 * DAY,
    )  # fmt: skip
    return project


def kick_off(cast: Cast, project: Project, *, at: datetime) -> None:
    plan_kickoff(
        project=project, start_at=at, end_at=at + timedelta(hours=2), time_zone="Europe/Berlin",
        place="At the customer", agenda="1. Goals\n2. People\n3. Plan\n4. Rules",
        goals="In use before the busy season.", milestones="Pilot; training; acceptance",
        rules="One list of open points, every Tuesday.", actor=cast.ines, at=at - 7 * DAY,
    )  # fmt: skip
    grant_delivery(project=project, actor=cast.ines, at=at - DAY)
    hold_kickoff(project=project, actor=cast.ines, at=at)
    for version in DocumentVersion.objects.filter(project=project, state="RENDERING"):
        render_version(version_id=version.pk, now=at)


def plan_work(
    cast: Cast, project: Project, requirements: list[Requirement], *, first_on: date, now: datetime
) -> None:
    """Six tasks in a row from ``first_on``; what lies in the past is done."""
    day = _working(first_on)
    before = None
    rows = (
        ("Prepare", "Set up the servers", 5, cast.conny, "Server room", False),
        ("Prepare", "Map the old data", 8, cast.conny, "Remote", False),
        ("Build", "Configure workflows", 10, cast.piet, "Remote", False),
        ("Build", "Take over the data", 8, cast.conny, "At the customer", False),
        ("Build", "Pilot works", 1, cast.piet, "At the customer", True),
        ("Hand over", "Trial run with ten users", 10, cast.piet, "At the customer", False),
    )
    for place, (label, title, days, owner, where, is_milestone) in enumerate(rows):
        last = day if is_milestone else _working_after(day, days - 1)
        task = add_task(
            project=project, title=title, starts_on=day, ends_on=last, phase_label=label,
            place=where, owner=owner, is_milestone=is_milestone,
            requirements=requirements[place : place + 1], actor=cast.piet, at=now - 50 * DAY,
        )  # fmt: skip
        if before is not None:
            link_tasks(predecessor=before, successor=task, actor=cast.piet, at=now - 50 * DAY)
        if last < timezone.localdate(now):
            report_progress(task=task, percent=100, actor=cast.piet, at=now - 2 * DAY)
        elif day <= timezone.localdate(now):
            report_progress(task=task, percent=40, actor=cast.piet, at=now - 2 * DAY)
        before, day = task, _working_after(last, 1)


def _working(day: date) -> date:
    while day.weekday() > 4:  # noqa: PLR2004 - Friday
        day += DAY
    return day


def _working_after(day: date, days: int) -> date:
    for _day in range(days):
        day = _working(day + DAY)
    return day


STORIES: dict[str, Callable[[Cast, datetime], Project]] = {
    "Patient records without paper": hospital,
    "Terminals for the warehouse": logistics,
}
"""Title -> how it is told. A title that exists is not told again."""
