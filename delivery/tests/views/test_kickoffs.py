from datetime import UTC, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from delivery.models import Kickoff
from delivery.tests.factories import KickoffFactory, TaskFactory
from implportal.projects.models import Member
from implportal.projects.registry import GATES
from implportal.projects.tests.factories import MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture(autouse=True)
def _own_gates_only(monkeypatch):
    ours = {key: gate for key, gate in GATES._items.items() if key.startswith("delivery.")}
    monkeypatch.setattr(GATES, "_items", ours)


def address(name, project, **kwargs):
    return reverse(f"delivery:{name}", kwargs={"project_pk": project.pk} | kwargs)


def resource(user, **fields):
    return {"user": user.pk, "responsibility": "Migration", "percent": 60} | fields


@pytest.mark.parametrize("members", [1, 25])
def test_the_kickoff_costs_the_same_for_any_number_of_people(
    sign_in, ines, project, django_assert_num_queries, members
):
    KickoffFactory(project=project)
    MemberFactory.create_batch(members, project=project)
    TaskFactory.create_batch(members, project=project, milestone=True)
    browser = sign_in(ines)

    ContentType.objects.get_for_model(Kickoff)  # remembered by the process
    # session, user, news, project, kick-off, gate, project managers, members, stakeholders,
    # milestones, files
    with django_assert_num_queries(11):
        response = browser.get(address("kickoff_detail", project))

    assert len(response.context["members"]) == members


def test_the_page_walks_from_an_empty_project_to_its_delivery(
    sign_in, ines, piet, project, django_capture_on_commit_callbacks
):
    browser = sign_in(ines)
    page = browser.get(address("kickoff_detail", project))
    assert [str(reason.text) for reason in page.context["missing"]] == [
        "No project manager is named.", "The kick-off is not planned.",
    ]  # fmt: skip
    assert "Hold kick-off and start delivery" not in page.content.decode()

    browser.post(
        address("kickoff_edit", project),
        {"start_at": "2026-03-30T10:00", "end_at": "2026-03-30T12:00",
         "time_zone": "Europe/Berlin", "place": "Room 2", "goals": "One record"},
    )  # fmt: skip
    browser.post(address("project_manager_set", project), {"project_manager": piet.pk})
    browser.post(address("delivery_grant", project))
    page = browser.get(address("kickoff_detail", project))
    assert page.context["missing"] == []
    assert "Hold kick-off and start delivery" in page.content.decode()
    browser.post(address("kickoff_hold", project))

    kickoff = Kickoff.objects.select_related("project", "meeting").get()
    assert kickoff.meeting.start_at == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    assert (kickoff.state, kickoff.project.phase) == ("HELD", "DELIVERY")
    assert kickoff.project.delivery_granted_at is not None
    page = browser.get(address("kickoff_detail", project)).content.decode()
    assert kickoff.number in page


def test_an_overload_is_shown_before_it_is_saved(sign_in, ines, conny, project):
    other = MemberFactory(user=conny, percent=80).project
    browser = sign_in(ines)

    shown = browser.post(address("resource_add", project), resource(conny))
    assert [overload.percent for overload in shown.context["form"].found] == [140]
    assert other.code in shown.content.decode()
    assert not project.members.exists()

    browser.post(address("resource_add", project), resource(conny, despite_overload="on"))
    assert project.members.get().percent == 60


def test_a_share_that_fits_is_saved_at_once_and_can_be_changed(sign_in, ines, conny, sam, project):
    browser = sign_in(ines)

    browser.post(address("resource_add", project), resource(conny))
    member = project.members.get()
    browser.post(address("resource_edit", project, pk=member.pk), resource(sam, percent=30))
    wrong = browser.post(
        address("resource_add", project),
        resource(sam, from_on="2026-03-02", until_on="2026-03-01"),
    )

    assert list(Member.objects.values_list("user", "percent")) == [(conny.pk, 30)]
    assert list(wrong.context["form"].errors) == ["until_on"]


def test_holding_is_refused_in_words_while_something_is_missing(sign_in, ines, project):
    KickoffFactory(project=project)

    page = sign_in(ines).post(address("kickoff_hold", project))

    assert page.context["form"].non_field_errors() == ["Not yet: No project manager is named."]
    assert Kickoff.objects.get().state == "PLANNED"


def test_an_administrator_goes_on_for_a_reason(sign_in, adam, project):
    KickoffFactory(project=project)
    browser = sign_in(adam)

    page = browser.get(address("kickoff_detail", project)).content.decode()
    browser.post(address("kickoff_hold", project), {"override_reason": "Agreed by phone"})

    assert "Go on although something is missing, because" in page
    assert Kickoff.objects.get().state == "HELD"


def test_permission_needs_a_person_and_says_so(sign_in, ines, project):
    page = sign_in(ines).post(address("delivery_grant", project), follow=True)

    assert "Name a project manager first." in page.content.decode()


FORMS = ["kickoff_edit", "project_manager_set", "resource_add", "kickoff_hold"]


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ("ines", [200] * 5),
        ("adam", [200] * 5),
        ("conny", [200, 403, 403, 403, 403]),
        ("bea", [200, 403, 403, 403, 403]),
        ("sam", [404] * 5),
        ("piet", [404] * 5),
    ],
)
def test_who_reaches_which_page(request, sign_in, project, conny, person, codes):
    MemberFactory(project=project, user=conny)
    browser = sign_in(request.getfixturevalue(person))

    urls = [address(name, project) for name in ["kickoff_detail", *FORMS]]
    assert [browser.get(url).status_code for url in urls] == codes


def test_nobody_gives_the_permission_to_themselves(sign_in, project, piet):
    project.project_manager = piet
    project.save()

    assert sign_in(piet).post(address("delivery_grant", project)).status_code == 403
    project.refresh_from_db()
    assert project.delivery_granted_at is None
