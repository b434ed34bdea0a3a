import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from aftersales.models import Acceptance
from aftersales.tests.factories import AcceptanceFactory, CriterionFactory
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines, conny):
    project = ProjectFactory(implementation_manager=ines, finishing=True)
    MemberFactory(project=project, user=conny)
    return project


def url(name, project, **kwargs):
    return reverse(f"aftersales:{name}", kwargs={"project_pk": project.pk, **kwargs})


@pytest.mark.parametrize("criteria", [1, 25])
def test_the_page_costs_the_same_for_any_number_of_criteria(
    sign_in, project, ines, django_assert_num_queries, criteria
):
    acceptance = AcceptanceFactory(project=project)
    for _ in range(criteria):
        requirement = RequirementFactory(project=project)
        CriterionFactory(acceptance=acceptance, requirement=requirement, passed=True)
    browser = sign_in(ines)
    ContentType.objects.get_for_model(Acceptance)  # a process asks for it once

    # Who asks (2), project, acceptance, criteria, committee, certificate, what lacks (2), news.
    with django_assert_num_queries(11):
        response = browser.get(url("acceptance_detail", project))

    assert len(response.context["criteria"]) == criteria


@pytest.mark.parametrize(
    ("person", "answers"),
    [
        ("ines", (200, 200, 200)),
        ("adam", (200, 200, 200)),
        ("conny", (200, 200, 403)),
        ("bea", (200, 403, 403)),
        ("cora", (404, 404, 404)),
        ("sam", (404, 404, 404)),
    ],
)
def test_who_reaches_which_page(request, sign_in, project, person, answers):
    criterion = CriterionFactory(acceptance__project=project)
    browser = sign_in(request.getfixturevalue(person))

    assert (
        browser.get(url("acceptance_detail", project)).status_code,
        browser.get(url("criterion_check", project, pk=criterion.pk)).status_code,
        browser.get(url("committee_edit", project)).status_code,
    ) == answers


def test_from_the_first_criterion_to_the_certificate_through_the_browser(sign_in, project, ines):
    requirement = RequirementFactory(project=project)
    carl = ContactFactory(customer=project.customer, name="Carl Example")
    browser = sign_in(ines)

    assert "has not begun" in browser.get(url("acceptance_detail", project)).content.decode()
    browser.post(url("acceptance_start", project))
    acceptance = Acceptance.objects.get()
    criterion = acceptance.criteria.get(requirement=requirement)
    refused = browser.post(
        url("criterion_check", project, pk=criterion.pk), {"result": "FAILED", "evidence": ""}
    )
    assert "Say why it failed or is waived." in refused.content.decode()
    browser.post(
        url("criterion_check", project, pk=criterion.pk), {"result": "PASSED", "evidence": ""}
    )
    refused = browser.post(url("certificate_send", project))
    assert "Name at least one person who signs." in refused.content.decode()
    browser.post(
        url("committee_edit", project), {"users": [ines.pk], f"contact_{carl.pk}": "SIGNS"}
    )
    sent = browser.post(
        url("certificate_send", project),
        {f"role_{carl.pk}": "SIGNER", "deadline": "2199-01-01"},
    )

    acceptance.refresh_from_db()
    assert (sent.status_code, acceptance.state) == (302, "SIGNING")
    assert [one.name for one in acceptance.committee.order_by("pk")] == [
        "Ines Example",
        "Carl Example",
    ]
    taken = browser.post(url("certificate_recall", project), {"reason": "Wrong day"})
    acceptance.refresh_from_db()
    assert (taken.status_code, acceptance.state) == (302, "OPEN")
    assert "came back: Wrong day" in browser.get(url("acceptance_detail", project)).content.decode()


def test_a_criterion_of_another_project_is_not_found(sign_in, project, ines):
    AcceptanceFactory(project=project)
    other = CriterionFactory()

    response = sign_in(ines).get(url("criterion_check", project, pk=other.pk))

    assert response.status_code == 404
