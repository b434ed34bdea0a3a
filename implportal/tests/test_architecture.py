"""Rules nobody should have to remember: what is public, and what narrows its rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from implportal.audit.registry import ACTIONS
from implportal.kernel.views import VisibleToUserMixin
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.registry import ACTIVITIES

OURS = ("implportal.", "presales.", "delivery.", "aftersales.")

PUBLIC = {
    # Anybody may check a file; it shows nothing of a document that the file does not.
    "documents:verification_start",
    "documents:verification_detail",
    # What evidence looks like, not whose.
    "signing:evidence_schema",
    # Customers without an account: a token in the address, then a cookie for that link.
    "signing:link_enter",
    "signing:link_enter_inexact",
    "shared:link_nothing",
    "signing:link_start",
    "signing:link_opened",
    "signing:link_document",
    "signing:link_changes",
    "signing:link_document_file",
    "signing:link_sealed_file",
    "signing:link_image",
    "signing:link_section_understood",
    "signing:link_question_ask",
    "signing:link_question_reply",
    "signing:link_question_close",
    "signing:link_sign",
    "signing:link_code_send",
    "signing:link_code_check",
    "signing:link_decline",
    "signing:link_delegate",
    "presales:introduction_feedback",
    "presales:survey_link_start",
    "presales:survey_link_section",
    "presales:survey_link_hand_in",
    "presales:survey_link_file",
    "presales:survey_link_not_me",
    "delivery:link_user_requests",
    "delivery:link_user_request",
    "aftersales:training_link",
    "aftersales:training_link_calendar",
    "meetings:feedback_link",
}

READS_NOTHING_OF_OTHERS = {
    # Making something new, or one's own profile: there is no row of others to narrow.
    "CustomerCreate",
    "ContactCreate",
    "Profile",
    "MessageList",
}


def routes(
    patterns: list | None = None, namespace: str = "", prefix: str = ""
) -> Iterator[tuple[str, str, object]]:
    """Give (name, address, view) of every route of our own apps."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace or namespace
            yield from routes(pattern.url_patterns, inner, path)
        elif isinstance(pattern, URLPattern) and pattern.callback.__module__.startswith(OURS):
            yield f"{namespace}:{pattern.name}", path, pattern.callback


def test_only_listed_routes_are_public():
    public = {name for name, _path, view in routes() if not getattr(view, "login_required", True)}

    assert public == PUBLIC


def views_with_rows() -> list[tuple[str, type]]:
    found = []
    for name, _path, callback in routes():
        view = getattr(callback, "view_class", None)
        if view is None:
            continue
        if getattr(view, "queryset", None) is not None or getattr(view, "model", None):
            found.append((name, view))
    return found


@pytest.mark.parametrize(("name", "view"), views_with_rows(), ids=str)
def test_every_view_with_rows_narrows_them_to_the_person(name, view):
    narrows = issubclass(view, (VisibleToUserMixin, ProjectPageMixin))

    assert narrows or view.__name__ in READS_NOTHING_OF_OTHERS, (
        f"{name}: put VisibleToUserMixin in front of {view.__name__}"
    )


def test_there_are_seventeen_activities_in_three_phases():
    by_phase = [activity.phase for activity in ACTIVITIES]

    assert len(ACTIVITIES) == 17
    assert [by_phase.count(phase) for phase in ("PRESALES", "DELIVERY", "AFTERSALES")] == [7, 6, 4]


def test_every_sentence_of_the_record_can_be_said():
    class AnyDetail(dict):
        def __missing__(self, key: str) -> str:
            return key

    for action in ACTIONS:
        assert str(action.sentence) % AnyDetail()
