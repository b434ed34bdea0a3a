"""A customer compares with what they were given, not with what was frozen and kept among us."""

import pytest

from implportal.signing.tests.conftest import SECTIONS, at

pytestmark = pytest.mark.django_db


def with_price(words):
    return (*SECTIONS[:2], ("s3", "Price", words))


def test_a_version_that_was_never_given_to_the_customer_is_not_compared_with(frozen, shared, visit):
    first = frozen(with_price("It costs nine thousand."))
    shared(first, kind="READ")
    frozen(with_price("Internal: we would go down to five thousand."))
    link = shared(frozen(with_price("It costs eight thousand.")))
    browser = visit(link)

    changes = browser.get(at("link_changes", link))
    document = browser.get(at("link_document", link))

    assert changes.context["previous"] == document.context["previous"] == first
    assert "nine" in changes.content.decode()
    for page in (changes, document):
        assert "five" not in page.content.decode()
        assert "Internal" not in page.content.decode()


def test_who_only_reads_is_told_nothing_of_an_earlier_version(frozen, shared, visit):
    shared(frozen(with_price("It costs nine thousand.")))
    link = shared(frozen(with_price("It costs eight thousand.")), kind="READ")

    answer = visit(link).get(at("link_changes", link))

    assert answer.status_code == 404
    assert "nine" not in answer.content.decode()
