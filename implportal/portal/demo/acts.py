"""What happens in more than one story: each act is a few calls of the domain."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from aftersales.domain.acceptances import (
    MemberSpec,
    change_acceptance,
    name_committee,
    record_result,
    start_acceptance,
)
from aftersales.domain.certificates import latest_request, send_certificate
from aftersales.domain.certificates import latest_version as latest_certificate
from aftersales.domain.installments import InstallmentRow, invoice_installment, set_installments
from aftersales.domain.receipts import record_receipt
from aftersales.domain.trainings import (
    add_trainees,
    note_attendance,
    plan_session,
    save_course,
)
from aftersales.models import Installment
from delivery.domain.kickoffs import hold_kickoff, plan_kickoff
from delivery.domain.links import link_tasks
from delivery.domain.plans import add_task
from delivery.domain.progress import report_progress
from delivery.models import Task
from implportal.catalogue.models import FieldOfBusiness, Product
from implportal.documents.domain.versions import render_version
from implportal.documents.models import DocumentVersion
from implportal.meetings.domain.writing import write_minutes
from implportal.portal.demo.company import Cast, make_survey_template
from implportal.portal.demo.customers import sign_all, sign_first
from implportal.projects.domain.people import grant_delivery, set_member, set_stakeholder
from implportal.projects.domain.projects import create_project
from implportal.projects.models import Contact, Customer, Project, Stakeholder
from implportal.signing.domain.links import note_opened
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.models import LinkKind, SharedLink
from presales.domain.imports import import_solution, read_solution
from presales.domain.introductions import (
    freeze_introduction,
    give_introduction,
    note_confidence,
    start_introduction,
)
from presales.domain.introductions_feedback import give_feedback
from presales.domain.introductions_parts import add_parts, choices_for
from presales.domain.review import (
    send_for_review,
    send_for_signature,
)
from presales.domain.sections import link_requirements
from presales.domain.surveys import hand_in_survey, start_survey
from presales.domain.surveys_answers import keep_answers
from presales.domain.surveys_requirements import Wish, make_requirements, sentence_for
from presales.models import Answer, Requirement, Solution

DAY = timedelta(days=1)


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
            email=f"{_mailbox(person)}@{name.split()[1].lower()}.example",
        )
    return customer


def _mailbox(person: str) -> str:
    """The first name; one in other letters by its code points, as addresses are ASCII."""
    first = person.split(maxsplit=1)[0].lower()
    return first if first.isascii() else "u" + "-".join(f"{ord(letter):x}" for letter in first)


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
    link = SharedLink.objects.filter(kind=LinkKind.READ, object_id=version.pk).get()
    note_opened(link=link, at=at + timedelta(hours=5))
    note_confidence(
        recipient=recipient, confidence=4, note="Asked for a second reference.", actor=cast.ines,
        at=at + DAY,
    )  # fmt: skip
    give_feedback(
        link=link, recipient=recipient, confidence=5, at=at + 2 * DAY,
        note="Clear about who does what. The second reference helped.",
    )  # fmt: skip


def survey(cast: Cast, project: Project, *, at: datetime) -> list[Requirement]:
    """Answer the survey in an interview and turn the answers into requirements."""
    sheet = start_survey(
        project=project, template=make_survey_template(), title="First survey", actor=cast.ines,
        at=at,
    )  # fmt: skip
    answers = (420, ["paper files", "shared folders"], "Searching for what others have filed.",
               "the head of department", "within 2 seconds",
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
        terms=Terms(valid_days=90),
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


def collect(cast: Cast, project: Project, *, place: int, at: datetime) -> None:
    """Invoice the installment at ``place``, counted from 0, and receive it ten days later."""
    installment = Installment.objects.filter(project=project).order_by("order", "pk")[place]
    installment = invoice_installment(
        installment=installment, invoiced_on=at.date(), actor=cast.bea, at=at
    )
    record_receipt(
        customer=project.customer, received_on=(at + 10 * DAY).date(),
        amount_minor=installment.amount_minor, currency=installment.currency,
        allocations={installment.pk: installment.amount_minor}, reference=f"Transfer {place + 1}",
        actor=cast.bea, at=at + 10 * DAY,
    )  # fmt: skip


def train(cast: Cast, project: Project, requirements: list[Requirement], *, at: datetime) -> None:
    course = save_course(
        project=project, title="Finding and approving documents", actor=cast.piet, at=at,
        topics="Find\nFile\nApprove", requirements=requirements[:2],
    )  # fmt: skip
    session = plan_session(
        course=course, start_at=at + DAY, end_at=at + DAY + timedelta(hours=3), capacity=12,
        place="Training room", trainer=cast.conny, actor=cast.piet, at=at,
    )  # fmt: skip
    contacts = list(project.customer.contacts.order_by("pk"))
    add_trainees(session=session, contacts=contacts, guests=[], actor=cast.piet, at=at)
    came = session.attendances.order_by("pk").values_list("pk", flat=True)[:2]
    note_attendance(
        session=session, came=list(came), actor=cast.piet, at=at + DAY + timedelta(hours=4)
    )


def accept(cast: Cast, project: Project, *, at: datetime) -> None:
    """Every criterion passes; the first of two signers has signed."""
    acceptance = start_acceptance(project=project, actor=cast.piet, at=at)
    change_acceptance(
        acceptance=acceptance, place="At the customer", held_on=at.date(), actor=cast.piet, at=at
    )
    for criterion in acceptance.criteria.order_by("order", "pk"):
        record_result(
            criterion=criterion, result="PASSED", evidence="Shown to the committee.",
            actor=cast.piet, at=at,
        )  # fmt: skip
    signers = project.customer.contacts.order_by("pk")[:2]
    name_committee(
        acceptance=acceptance,
        members=[
            MemberSpec(role="PROJECT", user=cast.piet),
            MemberSpec(role="BUSINESS", user=cast.bea),
            *[MemberSpec(role="CUSTOMER_EXPERT", contact=who, signs=True) for who in signers],
        ],
        actor=cast.piet,
        at=at,
    )
    send_certificate(acceptance=acceptance, actor=cast.piet, at=at + DAY)
    render_version(version_id=latest_certificate(acceptance).pk, now=at + DAY)
    sign_first(request=latest_request(acceptance), at=at + 2 * DAY)


def kick_off(cast: Cast, project: Project, *, at: datetime) -> None:
    plan_kickoff(
        project=project, start_at=at, end_at=at + timedelta(hours=2), time_zone="Europe/Berlin",
        place="At the customer", agenda="1. Goals\n2. People\n3. Plan\n4. Rules",
        goals="In use before the busy season.", milestones="Pilot; training; acceptance",
        rules="One list of open points, every Tuesday.", actor=cast.ines, at=at - 7 * DAY,
    )  # fmt: skip
    grant_delivery(project=project, actor=cast.ines, at=at - DAY)
    kickoff = hold_kickoff(project=project, actor=cast.ines, at=at)
    write_minutes(
        meeting=kickoff.meeting, minutes="All agreed to the goals and the rules.",
        actor=cast.ines, at=at + timedelta(hours=3),
    )  # fmt: skip
    for version in DocumentVersion.objects.filter(project=project, state="RENDERING"):
        render_version(version_id=version.pk, now=at)


def plan_work(
    cast: Cast, project: Project, requirements: list[Requirement], *, first_on: date, now: datetime
) -> None:
    """Six tasks in a row from ``first_on``; what lies in the past is done."""
    day = working(first_on)
    tasks: list[Task] = []
    rows = (
        ("Prepare", "Set up the servers", 5, cast.conny, "Server room", False),
        ("Prepare", "Map the old data", 8, cast.conny, "Remote", False),
        ("Build", "Configure workflows", 10, cast.piet, "Remote", False),
        ("Build", "Take over the data", 8, cast.conny, "At the customer", False),
        ("Build", "Pilot works", 1, cast.piet, "At the customer", True),
        ("Hand over", "Trial run with ten users", 10, cast.piet, "At the customer", False),
    )
    for place, (label, title, days, owner, where, is_milestone) in enumerate(rows):
        last = day if is_milestone else working_after(day, days - 1)
        task = add_task(
            project=project, title=title, starts_on=day, ends_on=last, phase_label=label,
            place=where, owner=owner, is_milestone=is_milestone,
            requirements=requirements[place : place + 1], actor=cast.piet, at=now - 50 * DAY,
        )  # fmt: skip
        if tasks:
            link_tasks(predecessor=tasks[-1], successor=task, actor=cast.piet, at=now - 50 * DAY)
        tasks.append(task)
        day = working_after(last, 1)
    today = timezone.localdate(now)
    for task in tasks:
        if task.starts_on <= today:
            percent = 100 if task.ends_on < today else 40
            report_progress(task=task, percent=percent, actor=cast.piet, at=now - 2 * DAY)


def working(day: date) -> date:
    while day.weekday() > 4:  # noqa: PLR2004 - Friday
        day += DAY
    return day


def working_after(day: date, days: int) -> date:
    for _day in range(days):
        day = working(day + DAY)
    return day
