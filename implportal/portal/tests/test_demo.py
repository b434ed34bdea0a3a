from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count

from implportal.accounts.models import User
from implportal.accounts.tests.factories import UserFactory
from implportal.documents.models import DocumentVersion
from implportal.documents.verification import verify
from implportal.meetings.models import Feedback
from implportal.portal.demo.company import demo_password, password_file
from implportal.projects.models import Project
from implportal.signing.models import LinkKind, SharedLink
from presales.models import (
    GlossaryTerm,
    Interview,
    Recipient,
    SectionComment,
    SolutionApproval,
    SolutionSection,
    SolutionTemplate,
    SurveyQuestion,
    TextBlock,
)

pytestmark = pytest.mark.django_db


def test_the_demo_is_told_once_and_ends_where_it_says(client):
    # when the demo is made, twice
    for _time in range(2):
        call_command("seed_demo", if_empty=True)

    # then there is one project in each phase, its documents sealed
    projects = Project.objects.order_by("phase").values_list("phase", "title", "paid_minor")
    assert list(projects) == [
        ("AFTERSALES", "Claims archive", 3_000_000),
        ("DELIVERY", "Terminals for the warehouse", 2_520_000),
        ("PRESALES", "Patient records without paper", 0),
    ]
    sealed = DocumentVersion.objects.exclude(sealed_pdf="").order_by("pk")
    assert [version.kind for version in sealed] == [
        *["presales.solution"] * 2, "delivery.change", *["meetings.minutes"] * 3,
    ]  # fmt: skip
    for version in sealed:
        with version.sealed_pdf.open() as file:
            assert verify(file.read()).is_valid
    # and the hospital's pre-sales is as large as a real one
    hospital = Project.objects.get(title="Patient records without paper")
    kinds = hospital.meetings.values_list("kind").annotate(count=Count("pk"))
    assert dict(kinds) == {"DEMONSTRATION": 3, "EXCHANGE": 4, "INSPECTION": 1}
    assert hospital.customer.contacts.count() == 12
    assert SurveyQuestion.objects.filter(survey__project=hospital).count() == 40
    assert hospital.requirements.count() == 60
    assert SolutionSection.objects.filter(solution__project=hospital).count() == 25
    assert Interview.objects.filter(project=hospital).count() == 20
    # and we talked about its solution among us, and approved each version
    threads = SectionComment.objects.threads().order_by("pk")
    assert [(one.section_title, one.author.name, bool(one.resolved_at)) for one in threads] == [
        ("8.1 Servers", "Conny Example", True),
        ("10 Schedule", "Ines Example", False),
        ("2 Scope", "Conny Example", False),
    ]
    assert SectionComment.objects.count() == 4
    approvals = SolutionApproval.objects.order_by("pk").values_list("state", "decided_by__name")
    assert list(approvals) == [
        ("RETURNED", "Piet Example"), ("APPROVED", "Piet Example"), ("APPROVED", "Piet Example"),
    ]  # fmt: skip
    rule = hospital.solution_approval_rule
    assert (rule.is_needed, rule.needs_four_eyes) == (True, True)
    assert list(TextBlock.objects.order_by("pk").values_list("title", "lock_version")) == [
        ("Support on weekdays (demo)", 1),
        ("Take-over in two rounds (demo)", 1),
        ("Access to patients' files (demo)", 1),
    ]
    words = GlossaryTerm.objects.order_by("pk").values_list("term", "project__title")
    assert list(words) == [
        ("HL7", None), ("PDF/A", None), ("Standstill", None),
        ("Central records", "Patient records without paper"),
    ]  # fmt: skip
    outline = SolutionTemplate.objects.get()
    assert (outline.title, outline.sections.count()) == ("Solution for documents (demo)", 5)
    sent = DocumentVersion.objects.filter(project=hospital, kind="presales.solution")
    assert [one.content["sections"][-1]["key"] for one in sent.order_by("pk")] == ["glossary"] * 2
    # and each introduction was answered by who got it
    said_of = Recipient.objects.order_by("pk").values_list("confidence", "is_own_answer")
    assert list(said_of) == [(5, True)] * 3
    # and who saw the second demonstration was asked how it was; one has answered
    asked = SharedLink.objects.filter(kind=LinkKind.FEEDBACK).order_by("pk")
    assert [link.name for link in asked] == ["Carl Sample", "Quentin Sample"]
    answers = Feedback.objects.filter(attendee__meeting__kind="DEMONSTRATION")
    assert [(one.attendee.label, one.rating) for one in answers] == [("Carl Sample", 4)]
    # and whoever started it learns how to come in
    said = StringIO()
    call_command("demo_access", stdout=said)
    assert demo_password() in said.getvalue()
    assert "ines@example.com     Implementation manager" in said.getvalue()
    link = next(word for word in said.getvalue().split() if "/s/" in word)
    assert client.get(link.replace("http://127.0.0.1:8000", "")).status_code == 302


def test_the_demo_keeps_out_of_a_portal_that_is_in_use():
    UserFactory(email="somebody@company.example")

    call_command("seed_demo", if_empty=True)

    assert User.objects.count() == 1
    assert not password_file().exists()
