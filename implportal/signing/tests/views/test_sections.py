from __future__ import annotations

from dataclasses import replace

import pytest

from implportal.signing.domain import reading
from implportal.signing.tests.conftest import at
from implportal.signing.views.sections import ShownSection, draw_section

pytestmark = pytest.mark.django_db


def test_what_one_reader_has_understood_is_not_shown_to_another(shared, frozen, visit, now, dora):
    version = frozen()
    mine, other = shared(version), shared(version, contact=dora)
    visit(other).get(at("link_document", other))
    reading.mark_understood(link=mine, section_key="s1", at=now)

    here = visit(mine).get(at("link_document", mine)).content.decode()
    there = visit(other).get(at("link_document", other)).content.decode()

    assert here.count("You have understood this") == 1
    assert "You have understood this" not in there


def test_nothing_of_a_link_stands_in_a_section_that_is_kept(shared, frozen, visit):
    link = shared(frozen())

    page = visit(link).get(at("link_document", link))

    drawn = "".join(section["drawn"] for section in page.context["sections"])
    assert 'formaction="../sections/s1/understood/"' in drawn
    for secret in (str(link.public_id), link.name, link.email, "csrfmiddlewaretoken"):
        assert secret not in drawn


@pytest.mark.parametrize("name", ["is_changed", "is_understood", "may_discuss", "may_confirm"])
def test_a_section_is_drawn_anew_for_whatever_changes_it(frozen, name):
    version = frozen()
    section = version.content["sections"][0]
    shown = ShownSection(
        content_sha256=version.content_sha256,
        key=section["key"],
        frozen=section,
        is_understood=False,
        needs_confirmation=True,
        is_changed=False,
        may_discuss=True,
        may_confirm=True,
        language="en",
    )

    other = replace(shown, **{name: not getattr(shown, name)})

    assert draw_section(shown) is draw_section(replace(shown))
    assert draw_section(other) != draw_section(shown)


def test_equal_keys_of_two_documents_are_two_sections(shared, frozen, visit):
    links = [shared(frozen([("s1", "A", words)])) for words in ("One.", "Two.")]

    pages = [visit(link).get(at("link_document", link)).content.decode() for link in links]

    assert ["One." in page for page in pages] == [True, False]
    assert ["Two." in page for page in pages] == [False, True]
