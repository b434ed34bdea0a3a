"""Training, acceptance, the certificate signed and sealed."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from implportal.portal.walk.browser import Page
from implportal.portal.walk.journey import Walk, sign
from implportal.portal.walk.steps_signing import verify

SIGNERS = ("carl", "dora")
CERTIFICATE = "acceptance-signed.pdf"


def train(walk: Walk) -> None:
    emil = walk.people["emil"]
    piet = walk.staff("piet")
    page = walk.open("piet", "training/courses/new/").submit(
        title="Keeping and finding records", topics="Filing\nFinding\nApproving",
        requirements=["R-001"],
    )  # fmt: skip
    # It was yesterday: attendance can be noted only of what has begun.
    start = datetime.combine(datetime.now() - timedelta(days=1), time(9))  # noqa: DTZ005
    page = page.follow(to="/sessions/new/").submit(
        start_at=start.strftime("%Y-%m-%dT%H:%M"), hours=2, place="At the customer",
        trainer="Conny Example",
    )  # fmt: skip
    session = page.path
    page = page.follow(to="/trainees/").submit(
        contacts=[emil.name], guests=f"Gerda Walker gerda.{walk.mark}@walk.example"
    )
    page = piet.get(session)
    page = page.submit(came=[emil.name])
    noted = [name for name, _value in page.form(field="came").filled({}, None) if name == "came"]
    if len(noted) != 1:
        raise page.fail(f"{len(noted)} are noted as having come, not 1.")
    walk.report.note(f"a training with two places taken; {emil.name} came: {session}")


def enter_aftersales(walk: Walk) -> None:
    page = walk.open("piet", "next-phase/")
    page = page.submit(action="/next-phase/")
    walk.report.note(page.messages[0] if page.messages else page.text[:80])


def check_acceptance(walk: Walk) -> None:
    """Every requirement is a criterion; one fails at first and passes when tried again."""
    page = walk.activity("piet", "acceptance", pages="acceptance/").submit(action="/start/")
    day = datetime.now().date().isoformat()  # noqa: DTZ005 - the day on the wall
    walk.open("piet", "acceptance/place/").submit(place="At the customer", held_on=day)
    page = walk.open("piet", "acceptance/committee/")
    form = page.form(field="users")
    signers = [walk.people[key].name for key in SIGNERS]
    answers: dict[str, object] = {
        "users": [one for one in form.choices("users") if one.startswith(("Ines", "Piet", "Bea"))]
    }
    for field in form.controls:
        if field.get("name").startswith("contact_"):
            signs = form.label_of(field).startswith(tuple(signers))
            answers[field.get("name")] = "SIGNS" if signs else "CHECKS"
    page.send(form, **answers)
    page = walk.open("piet", "acceptance/").follow(to="result=FAILED")
    page = page.submit(result="FAILED", evidence="The first try took four seconds.")
    page.expect("The first try took four seconds.")
    passed = 0
    while page.has_form(action="/criteria/"):
        page = page.submit(action="/criteria/")
        passed += 1
    if passed != walk.requirements:
        raise page.fail(f"{passed} criteria passed, but there are {walk.requirements}.")
    walk.report.note(f"{passed} criteria, one of them failed first; a committee of six")


def sign_certificate(walk: Walk) -> None:
    page = walk.open("piet", "acceptance/").follow(to="/acceptance/certificate/")
    page.submit(action="/certificate/")
    for key in SIGNERS:
        sign(walk, walk.people[key])
    page = walk.wait("the seal of the certificate", lambda: _sealed(walk))
    walk.sealed[CERTIFICATE] = walk.download(page, CERTIFICATE)
    verify(walk, CERTIFICATE)


def _sealed(walk: Walk) -> Page | None:
    links = walk.open("piet", "documents/").links(to="/sealed.pdf")
    for _words, address in links:
        page = walk.staff("piet").get(address)
        if page.body not in walk.sealed.values():
            return page
    return None


STEPS = (
    ("A training, with attendance", train),
    ("On to aftersales", enter_aftersales),
    ("The acceptance: criteria, committee, results", check_acceptance),
    ("The certificate, signed by two, sealed, checked", sign_certificate),
)
