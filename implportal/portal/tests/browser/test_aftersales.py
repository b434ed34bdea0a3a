"""People learn it, a committee checks it, the certificate goes out."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from aftersales.models import Acceptance, Attendance, Criterion
from delivery.domain.plans import add_task
from implportal.portal.tests.browser.scene import CARL, DORA, started_project
from implportal.signing.models import SignatureRequest

pytestmark = pytest.mark.browser


def test_a_training_is_held_and_attendance_noted(visit, company):
    project = started_project(company)
    piet = visit(company.piet)
    piet.go(f"{project.get_absolute_url()}training/")
    piet.press("Add the first course")
    piet.fill(title="Keeping and finding", topics="Filing\nFinding")
    piet.press("Add course")
    piet.press("Plan a training")
    start = timezone.localtime() - timedelta(days=1)
    piet.fill(start_at=f"{start:%Y-%m-%dT%H:%M}", hours=2, trainer="Conny Example")
    piet.press("Plan training")
    piet.press("Add trainees")
    piet.fill(contacts=["Emil Sample"], guests="Gerda Sample gerda@harbour.example")
    piet.press("Give them places")
    piet.fill(came=["Emil Sample"])
    piet.press("Note who came")
    piet.reads("came")
    assert list(Attendance.objects.order_by("name").values_list("name", "came")) == [
        ("Emil Sample", True),
        ("Gerda Sample", False),
    ]
    piet.go(f"{project.get_absolute_url()}training/")
    piet.reads("1 of 2 came")


def test_a_committee_checks_and_the_certificate_goes_out(visit, company, mailed):
    project = started_project(company)
    today = timezone.localdate()
    add_task(
        project=project, title="Pilot", starts_on=today, ends_on=today, actor=company.piet,
        at=timezone.now(),
    )  # fmt: skip
    address = project.get_absolute_url()
    piet = visit(company.piet)
    piet.go(f"{address}next-phase/")
    piet.press("Go on to After-sales")
    piet.go(f"{address}acceptance/")
    piet.press("Begin the acceptance")
    count = Criterion.objects.filter(acceptance__project=project).count()
    assert count == 5
    piet.press("Set place and day")
    piet.fill(place="At the harbour", held_on=today)
    piet.press("Keep")
    piet.press("Name the committee")
    carl, dora = project.customer.contacts.order_by("pk")[:2]
    piet.fill(
        users=["Ines Example", "Piet Example"],
        **dict.fromkeys(
            [f"contact_{carl.pk}", f"contact_{dora.pk}"], "Checks and signs the certificate"
        ),
    )
    piet.press("Name the committee")

    piet.press("Failed")
    piet.fill(evidence="It took four seconds.")
    piet.press("Keep result")
    piet.reads("It took four seconds.")
    for _criterion in range(count):
        piet.press("Passed")
    piet.reads(f"{count} of {count} decided")
    expect(piet.page.get_by_role("button", name="Passed")).to_have_count(0)
    piet.press("Send certificate")
    piet.press("Send for signature")
    acceptance = Acceptance.objects.get(project=project)
    request = SignatureRequest.objects.order_by("-pk").first()
    assert acceptance.state == Acceptance.State.SIGNING
    assert set(request.signers.values_list("email", flat=True)) == {CARL, DORA}
    assert mailed(CARL, "link")
