"""Kick-off, team, plan: the project manager goes on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from implportal.portal.walk.browser import Page
from implportal.portal.walk.journey import Walk
from implportal.portal.walk.steps_presales import CONTRACT_VALUE

INSTALLMENTS = (
    ("With the signature", 30, "SOLUTION_SIGNED", 14),
    ("With the kick-off", 30, "KICKOFF_HELD", 14),
    ("With the acceptance", 40, "ACCEPTANCE_SIGNED", 30),
)
TASKS = (
    ("Prepare", "Set up the servers", 3, "Server room"),
    ("Prepare", "Map the old data", 4, "Remote"),
    ("Build", "Configure the workflows", 5, "Remote"),
    ("Hand over", "Trial run with ten users", 5, "At the customer"),
)
SATURDAY = 5


def split_contract_value(walk: Walk) -> None:
    page = walk.open("ines", "money/split/")
    for _more in INSTALLMENTS[1:]:
        page = page.submit(button="add", may_refuse=True)
    answers: dict[str, object] = {}
    for place, (title, percent, event, days) in enumerate(INSTALLMENTS):
        answers |= {
            f"form-{place}-title": title,
            f"form-{place}-percent": percent,
            f"form-{place}-release_event": event,
            f"form-{place}-terms_days": days,
        }
    page = page.submit(**answers)
    page.expect(*(title for title, *_rest in INSTALLMENTS))
    walk.report.note(
        f"{CONTRACT_VALUE:,} EUR in {len(INSTALLMENTS)} installments: "
        + ", ".join(f"{percent} % {title.lower()}" for title, percent, *_rest in INSTALLMENTS)
    )


def plan_kickoff(walk: Walk) -> None:
    start = datetime.combine(_working_day(date.today(), 0), time(9))  # noqa: DTZ011
    page = walk.activity("ines", "kickoff", pages="kickoff/").follow(to="/kickoff/edit/")
    page.submit(
        start_at=start.strftime("%Y-%m-%dT%H:%M"),
        end_at=(start + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        place="At the customer",
        agenda="1. Goals\n2. People\n3. Plan\n4. Rules",
        goals="In use before the busy season.",
        milestones="Pilot, training, acceptance",
        rules="One list of open points, every Tuesday.",
    )
    today = date.today()  # noqa: DTZ011
    walk.open("ines", "stakeholders/").submit(
        contact=walk.people["carl"].name, role="SPONSOR", influence=5, attitude=1
    )
    page = walk.open("ines", "kickoff/people/new/").submit(
        user="Conny Example", responsibility="Data migration", percent=20,
        from_on=today.isoformat(), until_on=(today + timedelta(days=30)).isoformat(),
        may_refuse=True,
    )  # fmt: skip
    if page.refusals:
        # Busy elsewhere in this portal: it is shown first and saved when confirmed.
        walk.report.note(f"shown before saving: {page.refusals[-1]}")
        page.submit(despite_overload=True)
    walk.report.note(f"planned for {start:%Y-%m-%d %H:%M}; Conny gives a fifth of her time")


def hold_kickoff(walk: Walk) -> None:
    walk.open("ines", "kickoff/").submit(action="/kickoff/grant/")
    walk.open("piet", "kickoff/").submit(action="/kickoff/hold/")
    walk.report.note("permission given by Ines; held by Piet, who goes on")
    pdf = walk.wait("the kick-off document", lambda: _kickoff_pdf(walk))
    walk.download(pdf, "kick-off.pdf")


def _kickoff_pdf(walk: Walk) -> Page | None:
    for node in walk.open("piet", "documents/").tree.all("li", "tr"):
        if "ick-off" in node.text():
            for link in node.all("a"):
                if link.get("href").endswith("/frozen.pdf"):
                    return walk.staff("piet").get(link.get("href"))
    return None


def plan_work(walk: Walk) -> None:
    """Tasks one after the other, the last a milestone; drawn as a chart; then all done."""
    day = _working_day(date.today(), 1)  # noqa: DTZ011
    tasks: list[str] = []
    for label, title, days, place in TASKS:
        last = _working_day(day, days - 1)
        page = walk.open("piet", "plan/tasks/new/").submit(
            title=title, starts_on=day.isoformat(), ends_on=last.isoformat(), phase_label=label,
            place=place, owner="Conny Example", requirements=["R-001"],
        )  # fmt: skip
        tasks.append(_task_address(page, title))
        if len(tasks) > 1:
            walk.staff("piet").get(tasks[-1]).submit(
                action="/links/new/", predecessor=TASKS[len(tasks) - 2][1]
            )
        day = _working_day(last, 1)
    page = walk.open("piet", "plan/")
    if not [node for node in page.tree.all("svg") if "gantt" in node.get("class")]:
        raise page.fail("The plan has no chart.")
    page.expect(*(title for _label, title, *_rest in TASKS))
    walk.report.note(f"{len(tasks)} tasks with {len(tasks) - 1} links, drawn as a Gantt chart")
    for task in tasks:
        page = walk.staff("piet").get(task)
        page.submit(action="/progress/", percent=100, note="Done.")
        if walk.staff("piet").get(task).has_form(action="/progress/"):
            raise page.fail("The task is not done although it was reported so.")
    walk.report.note("all of them reported done")


def _task_address(page: Page, title: str) -> str:
    for words, address in page.links(to="/plan/tasks/"):
        if title in words and "/tasks/new" not in address:
            return address
    if page.heading == title:
        return page.path
    raise page.fail(f"There is no link to the task “{title}”.")


def _working_day(day: date, days: int) -> date:
    """Return the working day ``days`` working days after ``day``, or the next one."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    for _step in range(days):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
    return day


STEPS = (
    ("The contract value, split into installments", split_contract_value),
    ("The kick-off, planned, with team and stakeholders", plan_kickoff),
    ("Permission to the project manager; the kick-off, held", hold_kickoff),
    ("The plan: tasks, links, chart, progress", plan_work),
)
