from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db
DIARY = reverse("meetings:diary")


@pytest.fixture
def meet(project):
    """Return a function that plans an hour so many days from now."""

    def _meet(days, **fields):
        start = timezone.now() + timedelta(days=days)
        given = {"project": project, "start_at": start, "end_at": start + timedelta(hours=1)}
        return MeetingFactory(**given | fields)

    return _meet


def titles(page):
    return [meeting.title for meeting in page.context["meetings"]]


@pytest.mark.parametrize("meetings", [1, 25])
def test_the_diary_costs_the_same_for_any_number_of_meetings(
    sign_in, ines, meet, django_assert_num_queries, meetings
):
    for day in range(meetings):
        project = ProjectFactory(implementation_manager=ines)
        AttendeeFactory(meeting=meet(day + 1, project=project))
    browser = sign_in(ines)

    with django_assert_num_queries(5):  # session, user, news, count, page
        page = browser.get(DIARY)

    assert len(titles(page)) == meetings


def test_it_begins_with_what_comes_next(sign_in, ines, meet):
    meet(9, title="Later")
    meet(1, title="Soon")
    meet(-1, title="Yesterday")
    browser = sign_in(ines)

    assert titles(browser.get(DIARY)) == ["Soon", "Later"]
    assert titles(browser.get(DIARY, {"when": "past"})) == ["Yesterday"]
    assert titles(browser.get(DIARY, {"when": "all", "sort": "-start"})) == [
        "Later", "Soon", "Yesterday",
    ]  # fmt: skip


def test_meetings_of_others_projects_are_not_shown(sign_in, sam, meet):
    meet(1)

    assert titles(sign_in(sam).get(DIARY)) == []


def test_it_finds_by_title_project_customer_and_whose_it_is(sign_in, ines, adam, meet, project):
    one = meet(1, title="交流 🚀")
    other = ProjectFactory(title="Other roll-out", implementation_manager=adam)
    AttendeeFactory(meeting=meet(2, title="Mine too", project=other), user=adam, name="")
    browser = sign_in(adam)

    assert titles(browser.get(DIARY, {"q": "交流"})) == [one.title]
    assert titles(browser.get(DIARY, {"q": "other roll"})) == ["Mine too"]
    assert titles(browser.get(DIARY, {"q": project.customer.name.lower()})) == [one.title]
    assert titles(browser.get(DIARY, {"whose": "mine"})) == ["Mine too"]
    assert titles(browser.get(DIARY, {"kind": "KICKOFF"})) == []


def test_the_export_is_what_is_filtered(sign_in, ines, meet):
    meet(1, title="=Soon")
    meet(-1, title="Yesterday")

    lines = sign_in(ines).get(DIARY, {"export": "csv"}).content.decode("utf-8-sig").splitlines()

    assert len(lines) == 2
    assert "'=Soon" in lines[1]
