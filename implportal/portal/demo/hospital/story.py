"""How the hospital's pre-sales went, told backwards from now: ``now - 60 * DAY``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from implportal.catalogue.models import FieldOfBusiness
from implportal.kernel.tables import read_csv_text
from implportal.portal.demo.acts import DAY, begin, introduce, make_customer, send, working
from implportal.portal.demo.company import Cast, make_template
from implportal.portal.demo.hospital import needs, team
from implportal.portal.demo.hospital import survey as asked
from implportal.portal.demo.hospital.acts import ask_users, demonstrate, exchange, inspect
from implportal.portal.demo.hospital.people import PEOPLE, STAKES
from implportal.portal.demo.hospital.solution import ANSWERS, SOLUTION, SOLUTION_REVISED
from implportal.projects.domain.people import set_stakeholder
from implportal.projects.models import Contact, Project
from implportal.signing.domain.reading import answer_question, ask_question
from presales.domain.imports import import_solution, plan_import, read_solution, reimport_solution
from presales.domain.requirement_imports import (
    check_rows,
    import_requirements,
    newest_number,
    rows_of_table,
)
from presales.domain.review import latest_version, revise_solution
from presales.domain.sections import link_requirements
from presales.domain.surveys import hand_in_survey, start_survey
from presales.domain.surveys_answers import keep_answers
from presales.domain.surveys_common import save_common_requirement, take_common_requirements
from presales.domain.surveys_preparation import tick_preparation
from presales.domain.surveys_requirements import Wish, make_requirements, sentence_for
from presales.models import Answer, CommonRequirement, Requirement, Solution, Survey


def hospital(cast: Cast, now: datetime) -> Project:
    """In pre-sales: version 2 of the solution is with the customer, a question was answered."""
    now = (now - DAY).replace(hour=8, minute=0, second=0, microsecond=0)
    customer = make_customer(
        "Demo Cityhospital", region="Hamburg", field="Health care", people=PEOPLE
    )
    project = begin(
        cast, customer, title="Patient records without paper", at=now - 60 * DAY,
        value=12_000_000, product="DOC",
    )  # fmt: skip
    people = {contact.name: contact for contact in customer.contacts.all()}
    for name, role, influence, attitude in STAKES:
        set_stakeholder(
            project=project, contact=people[name], role=role, influence=influence,
            attitude=attitude, actor=cast.ines, at=now - 59 * DAY,
        )  # fmt: skip
    introduce(cast, project, at=now - 58 * DAY)
    answer_survey(cast, project, people, at=now - 45 * DAY)
    bring_list(cast, project, at=now - 43 * DAY)
    take_common_requirements(
        project=project, items=common_needs(cast, at=now - 70 * DAY), actor=cast.ines,
        at=now - 43 * DAY,
    )  # fmt: skip
    ask_users(cast, project, at=working(now - 40 * DAY))
    exchange(cast, project, people, at=working(now - 33 * DAY))
    demonstrate(cast, project, people, at=working(now - 25 * DAY), now=now)
    inspect(cast, project, people, at=working(now - 10 * DAY))
    offer(cast, project, now=now)
    return project


def answer_survey(
    cast: Cast, project: Project, people: dict[str, Contact], *, at: datetime
) -> Survey:
    """Forty questions in one interview, each part answered by who knows it."""
    template = make_template(asked.TITLE, asked.SECTIONS, field="Health care")
    for place, text in enumerate(asked.PREPARATION, start=1):
        template.preparation.get_or_create(text=text, defaults={"order": place})
    sheet = start_survey(
        project=project, template=template, title="Survey of the hospital", actor=cast.ines, at=at
    )
    texts = [row[0] for _heading, rows in asked.SECTIONS for row in rows]
    for item in sheet.preparation.order_by("order", "pk"):
        tick_preparation(item=item, is_done=True, actor=cast.ines, at=at)
    questions = dict(zip(texts, sheet.questions.order_by("order", "pk"), strict=True))
    for heading, rows in asked.SECTIONS:
        given = {questions[row[0]].pk: _given(row, at) for row in rows}
        keep_answers(
            survey=sheet, given=given, via=Answer.Via.INTERVIEW, answered_by="",
            contact=people[asked.WHO[heading]], actor=cast.ines, at=at,
        )  # fmt: skip
    hand_in_survey(survey=sheet, by="Carl Sample", actor=cast.ines, at=at)
    kept = Answer.objects.filter(question__survey=sheet).exclude(question__requirement_hint="")
    wishes = [
        Wish(answer=answer, text=sentence_for(answer), priority=Requirement.Priority.MUST)
        for answer in kept.select_related("question").order_by("question__order", "pk")
    ]
    make_requirements(survey=sheet, wishes=wishes, actor=cast.ines, at=at + DAY)
    return sheet


def _given(row: asked.Row, at: datetime) -> Any:
    answer = row[-1]
    return (at + int(answer) * DAY).date().isoformat() if row[1] == asked.DATE else answer


def bring_list(cast: Cast, project: Project, *, at: datetime) -> None:
    """The hospital's own list comes in as a table."""
    rows = check_rows(
        rows_of_table(read_csv_text(needs.LIST)), project=project,
        source=Requirement.Source.SURVEY,
    )  # fmt: skip
    import_requirements(
        project=project, rows=rows, latest=newest_number(project), actor=cast.ines, at=at
    )


def common_needs(cast: Cast, *, at: datetime) -> list[CommonRequirement]:
    """What every hospital needs; put on the list of the field where it is missing."""
    field = FieldOfBusiness.objects.get(name="Health care")
    for text, priority in needs.COMMON:
        if not CommonRequirement.objects.filter(field_of_business=field, text=text).exists():
            item = CommonRequirement(field_of_business=field, text=text, priority=priority)
            save_common_requirement(item=item, actor=cast.adam, at=at)
    return list(CommonRequirement.objects.filter(field_of_business=field).order_by("pk"))


def offer(cast: Cast, project: Project, *, now: datetime) -> Solution:
    """We approve each version; the first is read, a question answered by the second."""
    solution = write_solution(cast, project, at=now - 20 * DAY)
    team.prepare(cast, solution, at=now - 19 * DAY)
    team.have_returned(cast, solution, at=now - 18 * DAY)
    team.have_approved(cast, solution, at=now - 17 * DAY)
    links = send(cast, solution, at=now - 15 * DAY)
    question = ask_question(
        link=links[0], section_key=_key_of(solution, "Scope"), at=now - 14 * DAY,
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
    team.have_approved(cast, solution, at=now - 6 * DAY)
    send(cast, solution, at=now - 4 * DAY)
    team.talk_on(cast, solution, at=now - 3 * DAY)
    return solution


def write_solution(cast: Cast, project: Project, *, at: datetime) -> Solution:
    """Twenty-five sections, each linked to what it answers by the words they share."""
    solution = import_solution(
        project=project, document=read_solution(SOLUTION.encode()),
        title=f"Solution: {project.title}", actor=cast.ines, at=at,
    )  # fmt: skip
    requirements = list(project.requirements.order_by("number"))
    for section in solution.sections.order_by("order"):
        words = ANSWERS.get(section.title.lstrip("0123456789. "), ())
        answered = [one for one in requirements if any(w in one.text.casefold() for w in words)]
        if answered:
            link_requirements(section=section, requirements=answered, actor=cast.ines, at=at)
    return solution


def _key_of(solution: Solution, title: str) -> str:
    sections = latest_version(solution).content["sections"]
    return next(section["key"] for section in sections if section["title"] == title)
