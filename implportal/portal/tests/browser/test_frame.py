"""What every page has: keys, menus, light and dark, and room on a phone."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from implportal.celery import leaving_slow_work
from implportal.portal.demo.company import make_catalogue
from implportal.portal.demo.stories import logistics
from implportal.portal.tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

MAIN_PAGES = (
    "/", "/projects/", "/customers/", "/payments/", "/catalogue/", "/catalogue/references/",
    "/notifications/", "/profile/", "/mail/", "/search/?q=demo", "/gallery/", "/survey-templates/",
)  # fmt: skip
PROJECT_PAGES = (
    "", "steps/exchange/", "introductions/", "surveys/", "requirements/", "requirements/matrix/",
    "solution/", "solution/versions/", "documents/", "questions/", "signatures/", "links/",
    "kickoff/", "plan/", "people/", "meetings/", "training/", "acceptance/", "money/",
    "next-phase/", "activity/",
)  # fmt: skip


def test_the_keyboard_is_enough(visit, company):
    ines = visit(company.ines)
    ines.go("/projects/")
    keys = ines.page.keyboard
    keys.press("Tab")
    skip = ines.page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    keys.press("Enter")
    expect(ines.page.locator("main")).to_be_focused()

    keys.press("/")
    search = ines.page.locator("#search")
    expect(search).to_be_focused()
    keys.type("a/b")
    expect(search).to_have_value("a/b")

    menu = ines.page.locator("details.ip-top-person")
    menu.locator("summary").focus()
    keys.press("Enter")
    expect(menu).to_have_attribute("open", "")
    keys.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    keys.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_dark_is_kept_when_chosen(visit, company):
    ines = visit(company.ines, color_scheme="light")
    ines.go("/")
    root = ines.page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "light")
    ines.page.locator("details.ip-top-person summary").click()
    ines.page.get_by_role("button", name="Dark").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    ines.page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    ines.look()


def test_the_drawer_opens_and_closes_on_a_phone(phone, company):
    ines = phone(user=company.ines)
    ines.go("/")
    drawer = ines.page.locator("#side")
    expect(drawer).not_to_be_in_viewport()
    ines.page.get_by_role("link", name="Open the navigation").tap()
    expect(drawer).to_be_in_viewport()
    expect(ines.page.get_by_role("link", name="Close the navigation")).to_be_focused()
    ines.look()
    ines.page.keyboard.press("Escape")
    expect(drawer).not_to_be_in_viewport()


@pytest.mark.parametrize(
    "options",
    [{"color_scheme": "dark"}, {"color_scheme": "light", "viewport": PHONE}],
    ids=["dark", "phone"],
)
def test_main_pages_are_accessible_and_fit(visit, company, mailed, options):
    make_catalogue(cast=company, today=timezone.localdate())
    with leaving_slow_work():
        project = logistics(company, timezone.now())
    stranger = visit(**options)
    stranger.go(reverse("account_login"))
    stranger.go(reverse("documents:verification_start"))
    stranger.go(mailed("frida@logistics.example", "link"))
    adam = visit(company.adam, **options)
    for address in MAIN_PAGES:
        adam.go(address)
    for part in PROJECT_PAGES:
        adam.go(project.get_absolute_url() + part)
