from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count

from implportal.accounts.models import User
from implportal.accounts.tests.factories import UserFactory
from implportal.documents.models import DocumentVersion
from implportal.documents.verification import verify
from implportal.portal.demo.company import demo_password, password_file
from implportal.projects.models import Project
from presales.models import Interview, SolutionSection, SurveyQuestion

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
