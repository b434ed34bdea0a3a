"""Hostile texts before a real browser: nothing runs, nothing is fetched, nothing is refused."""

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.celery import leaving_slow_work
from implportal.notifications.models import Message
from implportal.portal.tests.browser.visitor import Visitor
from implportal.tests.hostile_story import Story, Words

pytestmark = pytest.mark.browser

PROJECT_PAGES = (
    "portal:project_detail",
    "presales:requirement_list",
    "presales:solution_home",
    "presales:survey_list",
    "signing:question_list",
    "signing:request_list",
    "signing:link_list",
    "documents:version_list",
    "delivery:plan",
    "delivery:user_request_list",
    "meetings:meeting_list",
    "aftersales:training_list",
    "portal:project_feed",
)
LINKS = ("discuss carl", "sign carl", "confirm carl", "answer carl", "request carl", "attend carl")
DEEPER = {
    "discuss carl": ("changes/",),
    "sign carl": ("sign/", "sign/delegate/"),
    "confirm carl": ("sign/",),
    "answer carl": ("survey/1/",),
    "request carl": ("requests/1/",),
}


@pytest.fixture
def story(company):
    """Told with all samples, one after the other where there is one line."""
    with leaving_slow_work():
        return Story(cast=company, words=Words(), at=timezone.now()).everything()


@pytest.fixture
def watched(visit, portal):
    """Return a function that opens a browser of which every request and dialog is noted."""
    asked: list[str] = []

    def _watched(user=None) -> Visitor:
        person = visit(user)
        person.page.on("request", lambda request: asked.append(request.url))
        person.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        return person

    yield _watched
    elsewhere = [url for url in asked if not url.startswith((f"{portal}/", "data:", "blob:"))]
    assert asked
    assert elsewhere == []


def open_page(person: Visitor, address: str) -> None:
    answer = person.page.goto(address)
    assert answer.ok, f"{address} answered {answer.status}"
    assert person.page.locator("[data-hostile]").count() == 0, address


def test_nothing_in_them_happens_on_the_pages_of_staff(watched, company, story):
    ines = watched(company.ines)
    project = {"project_pk": story.project.pk}

    open_page(ines, reverse("portal:home"))
    open_page(ines, reverse("projects:project_list"))
    open_page(ines, reverse("projects:customer_detail", kwargs={"pk": story.project.customer_id}))
    for route in PROJECT_PAGES:
        open_page(ines, reverse(route, kwargs=project))
    request = story.project.signature_requests.latest("pk")
    open_page(ines, reverse("signing:request_detail", kwargs=project | {"pk": request.pk}))
    for route, row in (
        ("meetings:meeting_detail", story.meeting),
        ("meetings:minutes_edit", story.meeting),
        ("presales:survey_interview", story.survey),
        ("aftersales:training_session", story.training),
    ):
        open_page(ines, reverse(route, kwargs=project | {"pk": row.pk}))


def test_nothing_in_them_happens_behind_the_links_of_customers(watched, story):
    for whose in LINKS:
        link = story.links[whose]
        person = watched()
        open_page(person, Message.objects.get(pk=link.message_id).secrets["link"])
        for page in DEEPER.get(whose, ()):
            open_page(person, f"/r/{link.public_id}/{page}")
