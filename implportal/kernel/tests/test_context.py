import pytest
from django.test import RequestFactory
from django.urls import ResolverMatch

from implportal.kernel import context
from implportal.kernel.context import ADMINISTRATORS, Frame, Place, count_news_with

PLACES = (
    Place("Home", icon="home", route="portal:home"),
    Place("Projects", icon="folders", route="projects:project_list", covers=("kinds:list",)),
    Place("Nowhere", icon="x", route="portal:does_not_exist"),
    Place("Keys", icon="key", route="projects:customer_list", roles=ADMINISTRATORS),
)


@pytest.fixture
def frame_of(monkeypatch):
    """Return the frame as a person sees it at a path, with three places of which two exist."""
    monkeypatch.setattr(context, "PLACES", PLACES)
    addresses = {
        "portal:home": "/",
        "projects:project_list": "/projects/",
        "projects:customer_list": "/customers/",
        "kinds:list": "/kinds-of-projects/",
    }
    monkeypatch.setattr(context, "address", lambda route: addresses.get(route, ""))

    def _frame_of(user, path="/", **kwargs):
        request = RequestFactory().get(path)
        request.user = user
        request.resolver_match = ResolverMatch(lambda: None, (), kwargs)
        return Frame(request)

    return _frame_of


def test_frame_shows_places_that_exist_and_that_the_role_may_see(frame_of, ines, adam):
    assert [place["label"] for place in frame_of(ines).places] == ["Home", "Projects"]
    assert [place["label"] for place in frame_of(adam).places] == ["Home", "Projects", "Keys"]


@pytest.mark.parametrize(
    ("path", "kwargs", "here"),
    [
        ("/", {}, ["Home"]),
        ("/projects/", {}, ["Projects"]),
        ("/projects/7/", {}, ["Projects"]),
        ("/presales/surveys/", {"project_pk": 7}, ["Projects"]),
        ("/kinds-of-projects/3/", {}, ["Projects"]),
        ("/elsewhere/", {}, []),
    ],
)
def test_frame_marks_where_one_is(frame_of, ines, path, kwargs, here):
    places = frame_of(ines, path, **kwargs).places
    assert [place["label"] for place in places if place["is_here"]] == here


def test_the_search_box_of_all_pages_holds_what_was_searched_everywhere(
    frame_of, ines, monkeypatch
):
    monkeypatch.setattr(context, "address", lambda _route: "/search/")
    assert frame_of(ines, "/search/?q=files").searched == "files"
    assert frame_of(ines, "/projects/?q=files").searched == ""


def test_frame_counts_news_only_where_somebody_counts_them(frame_of, ines, monkeypatch):
    monkeypatch.setattr(context, "_counters", [])
    assert frame_of(ines).news == 0
    count_news_with(lambda _user: 3)
    assert frame_of(ines).news == 3


def test_address_of_an_unknown_route_is_empty():
    assert context.address("portal:does_not_exist") == ""
    assert context.address("account_login") == "/accounts/login/"
