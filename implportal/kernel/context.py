"""What the frame of every page shows: where one can go, and what is new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MONEY = frozenset(
    {"ADMINISTRATOR", "BUSINESS_MANAGER", "PROJECT_MANAGER", "IMPLEMENTATION_MANAGER"}
)
SELLING = frozenset({"ADMINISTRATOR", "IMPLEMENTATION_MANAGER"})
ADMINISTRATORS = frozenset({"ADMINISTRATOR"})


@dataclass(frozen=True)
class Place:
    """One line of a menu; ``roles`` empty means everybody, ``covers`` are other pages of it."""

    label: str | Promise
    icon: str
    route: str
    roles: frozenset[str] = frozenset()
    covers: tuple[str, ...] = ()


PLACES = (
    Place(_("Home"), icon="home", route="portal:home"),
    Place(_("Projects"), icon="folders", route="projects:project_list"),
    Place(
        _("Pre-sales"),
        icon="layout-kanban",
        route="presales:board",
        roles=SELLING,
        covers=(
            "presales:survey_template_list",
            "presales:solution_template_list",
            "presales:block_list",
            "presales:glossary_list",
            "presales:common_requirement_list",
        ),
    ),
    Place(_("Customers"), icon="building", route="projects:customer_list"),
    Place(_("Meetings"), icon="calendar-event", route="meetings:diary"),
    Place(_("Payments"), icon="coin", route="aftersales:payment_board", roles=MONEY),
    Place(_("Catalogue"), icon="books", route="catalogue:overview"),
)
ADMINISTRATION = (
    Place(_("Mail"), icon="mail", route="notifications:mail_list", roles=ADMINISTRATORS),
    Place(_("Administration"), icon="settings", route="admin:index", roles=ADMINISTRATORS),
)
NEW = (
    Place(_("Project"), icon="folder", route="projects:project_create", roles=SELLING),
    Place(_("Customer"), icon="building", route="projects:customer_create", roles=SELLING),
)
PERSONAL = (
    Place(_("Profile"), icon="user", route="accounts:profile"),
    Place(_("Password"), icon="lock", route="account_change_password"),
    Place(_("Two-factor sign-in"), icon="shield-lock", route="mfa_index"),
)

_counters: list[Callable[[Any], int]] = []


def count_news_with(counter: Callable[[Any], int]) -> None:
    """Let ``counter(user)`` say how many notifications are new; it may cost one query."""
    _counters[:] = [counter]


def address(route: str) -> str:
    """Return the address of ``route``; empty where this installation does not have it."""
    return _address(route, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=256)
def _address(route: str, _urlconf: str | None, _prefix: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


class Frame:
    """Everything is worked out when a template asks: pages without a frame pay nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.organisation = settings.ORGANISATION_NAME

    @property
    def user(self) -> Any:
        return self.request.user

    @cached_property
    def places(self) -> list[dict]:
        return self._shown(PLACES)

    @cached_property
    def administration(self) -> list[dict]:
        return self._shown(ADMINISTRATION)

    @cached_property
    def new(self) -> list[dict]:
        return self._shown(NEW)

    @cached_property
    def personal(self) -> list[dict]:
        return self._shown(PERSONAL)

    @cached_property
    def search_url(self) -> str:
        return address("portal:search")

    @property
    def searched(self) -> str:
        """What was searched for everywhere; lists keep their own words to themselves."""
        return self.request.GET.get("q", "") if self.request.path == self.search_url else ""

    @cached_property
    def news_url(self) -> str:
        return address("notifications:message_list")

    @cached_property
    def news(self) -> int:
        return sum(counter(self.user) for counter in _counters)

    def _shown(self, places: tuple[Place, ...]) -> list[dict]:
        return [
            {
                "label": place.label,
                "icon": place.icon,
                "url": url,
                "is_here": self._is_here(place, url),
            }
            for place in places
            if (not place.roles or self.user.role in place.roles) and (url := address(place.route))
        ]

    def _is_here(self, place: Place, url: str) -> bool:
        match = self.request.resolver_match
        if match and "project_pk" in match.kwargs:
            return place.route == "projects:project_list"
        path = self.request.path
        parts = [url, *filter(None, map(address, place.covers))]
        return path == url or any(part != "/" and path.startswith(part) for part in parts)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor."""
    return {"frame": Frame(request)}
