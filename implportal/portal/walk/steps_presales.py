"""From the new customer to the requirements."""

from __future__ import annotations

from datetime import date, timedelta

from implportal.portal.walk.browser import Page
from implportal.portal.walk.forms import Form, Upload
from implportal.portal.walk.journey import Person, Walk

CONTRACT_VALUE = 120_000
"""In whole euros."""
CUSTOMER = (
    ("carl", "Carl Walker", "Managing director", "EXECUTIVE"),
    ("dora", "Dora Walker", "Head of records", "EXPERT"),
    ("emil", "Emil Walker", "Records clerk", "DIRECT_USER"),
)
PRESALES = ("introduction", "survey", "solution", "demonstration", "exchange", "inspection",
            "user_research")  # fmt: skip
DELIVERY = ("executive", "kickoff", "change", "user_requests", "design", "plan")
AFTERSALES = ("training", "promotion", "acceptance", "payment")


def create_customer(walk: Walk) -> None:
    ines = walk.staff("ines")
    walk.customer = f"Walk {walk.mark} Ltd"
    page = ines.get("customers/new/").submit(
        name=walk.customer, region="Hamburg", address="Example Street 1\n20095 Hamburg",
    )  # fmt: skip
    customer = page.path
    for key, name, title, kind in CUSTOMER:
        email = f"{key}.{walk.mark}@walk.example"
        page = ines.get(f"{customer}contacts/new/").submit(
            name=name, title=title, email=email, kinds=[kind]
        )
        walk.people[key] = Person(name, email, walk.browser(name))
    page.expect(*(name for _key, name, _title, _kind in CUSTOMER))
    walk.report.note(f"{walk.customer} at {customer}, with {len(walk.people)} contacts")


def create_project(walk: Walk) -> None:
    today = date.today()  # noqa: DTZ011 - the day on the wall, as a person would type it
    page = walk.staff("ines").get("projects/new/").submit(
        customer=walk.customer,
        title=f"Records without paper {walk.mark}",
        contract_value=f"{CONTRACT_VALUE}.00",
        currency="EUR",
        project_manager="Piet Example",
        business_manager="Bea Example",
        planned_start_on=today.isoformat(),
        planned_end_on=(today + timedelta(days=150)).isoformat(),
    )  # fmt: skip
    walk.project = page.path
    code = page.links(to=page.path)[0][0]
    walk.report.fact("Project", f"{code}, {walk.customer}, at `{walk.project}`")
    walk.report.note(f"{code} at {walk.project}, contract value {CONTRACT_VALUE:,} EUR")


def go_through_activities(walk: Walk) -> None:
    """All seventeen have a page of their own; one is waived, one has a note and a file."""
    for key in (*PRESALES, *DELIVERY, *AFTERSALES):
        walk.open("ines", f"steps/{key}/")
    reason = "The customer knows our office from another project."
    page = walk.step("ines", "inspection", state="WAIVED", waived_reason=reason)
    page.holds(state="WAIVED", waived_reason=reason)
    note = "Ask for the network."
    page = walk.step("ines", "exchange", state="IN_PROGRESS", owner="Ines Example", notes=note)
    page.holds(state="IN_PROGRESS", notes=note)
    page = walk.open("ines", "steps/exchange/").submit(
        action="/attachments/add/",
        file=Upload("network.txt", b"Two sites, one line of 1 Gbit/s.\n"),
    )
    page.expect("network.txt")
    count = len((*PRESALES, *DELIVERY, *AFTERSALES))
    walk.report.note(f"{count} activities; inspection waived, a note and a file on the exchange")


def introduce(walk: Walk) -> None:
    page = walk.activity("ines", "introduction", pages="introductions/").follow(
        to="/introductions/new/"
    )
    page = page.submit(greeting="Thank you for your time. On the next pages you meet us.")
    introduction = page.path
    form = page.form(field="chosen")
    page = page.send(form, chosen=[one for one in form.choices("chosen") if one])
    page = page.submit(action="/freeze/")
    pdf = walk.wait("the introduction's PDF", lambda: _ready_pdf(walk, introduction))
    walk.download(pdf, "introduction.pdf")
    carl = walk.people["carl"]
    page = walk.staff("ines").get(introduction).submit(
        action="/give/", contacts=[carl.name], message="As promised, here is who we are."
    )  # fmt: skip
    page = walk.come_by_link(carl)
    page.expect("On the next pages you meet us.")
    page = walk.staff("ines").get(introduction).follow(to="/recipients/")
    page = page.submit(confidence="4", note="Asked for a reference.")
    page.follow(to="/recipients/").holds(confidence="4")
    walk.report.note(f"{carl.name} opened it; confidence noted")


def _ready_pdf(walk: Walk, page_path: str) -> Page | None:
    page = walk.staff("ines").get(page_path)
    links = page.links(to="/frozen.pdf")
    return walk.staff("ines").get(links[0][1]) if links else None


def ask_survey(walk: Walk) -> None:
    """Half of the questions are answered in an interview, the rest through the link."""
    page = walk.activity("ines", "survey", pages="surveys/").follow(to="/surveys/new/")
    template = next(one for one in page.form(field="template").choices("template")
                    if one.strip("- "))  # fmt: skip
    page = page.submit(template=template)
    survey = page.path
    page = walk.staff("ines").get(f"{survey}interview/")
    form = _question_form(page)
    names = [name for name in form.names if name.startswith("q") and name[1:].isdecimal()]
    page.send(form, **_answers(form, names[: len(names) // 2]))
    walk.report.note(f"“{template}”: {len(names) // 2} of {len(names)} answers in the interview")
    dora = walk.people["dora"]
    walk.staff("ines").get(f"{survey}send/").submit(contact=dora.name)
    page = walk.come_by_link(dora).follow(to="/survey/1/")
    answered = 0
    while not page.path.endswith("/hand-in/"):
        page, count = _answer_rest(page)
        answered += count
    walk.report.note(f"{dora.name} answered {answered} through the link")
    page.submit(action="/hand-in/")
    walk.report.note(f"handed in: {survey}")
    make_requirements(walk, survey)


def _question_form(page: Page) -> Form:
    for form in page.forms:
        if any(name.startswith("q") and name[1:].isdecimal() for name in form.names):
            return form
    raise page.fail("There are no questions on this page.")


def _answer_rest(page: Page) -> tuple[Page, int]:
    """Answer what is open on one page of the survey; return the next page and how many."""
    form = _question_form(page)
    names = [name for name in form.names if name.startswith("q") and name[1:].isdecimal()]
    empty = [name for name in names
             if not any(value for key, value in form.filled({}, None) if key == name)]  # fmt: skip
    return page.send(form, **_answers(form, empty)), len(empty)


def _answers(form: Form, names: list[str]) -> dict[str, object]:
    """Answer each question by its kind; the walk knows no template."""
    answers: dict[str, object] = {}
    for name in names:
        first = next(one for one in form.controls if one.get("name") == name)
        kind = first.get("type", "text") if first.tag == "input" else first.tag
        if kind in {"checkbox", "radio"}:
            answers[name] = [form.choices(name)[0]]
        elif kind == "number":
            answers[name] = "420"
        elif kind == "date":
            answers[name] = (date.today() + timedelta(days=120)).isoformat()  # noqa: DTZ011
        else:
            answers[name] = "the head of the department"
    return answers


def make_requirements(walk: Walk, survey: str) -> None:
    page = walk.staff("ines").get(f"{survey}requirements/")
    form = next(one for one in page.forms if any(n.startswith("make_") for n in one.names))
    boxes = [name for name in form.names if name.startswith("make_")]
    answers: dict[str, object] = {}
    for box in boxes:
        number = box.removeprefix("make_")
        answers |= {
            box: True,
            f"text_{number}": f"The system shall meet answer {number} of the survey.",
            f"priority_{number}": "MUST",
        }
    page.send(form, **answers)
    walk.open("ines", "requirements/add/").submit(
        text="A clerk finds a record by its number within two seconds.", priority="MUST"
    )
    page = walk.open("ines", "requirements/")
    walk.requirements = len(boxes) + 1
    page.expect(f"R-{walk.requirements:03}")
    walk.report.note(f"{walk.requirements} requirements, R-001 to R-{walk.requirements:03}")


STEPS = (
    ("A new customer with three contacts", create_customer),
    ("A project for this customer", create_project),
    ("The seventeen activities: one waived, one with note and file", go_through_activities),
    ("The company introduction: composed, frozen, given, opened", introduce),
    ("The survey: interview, link, requirements", ask_survey),
)
