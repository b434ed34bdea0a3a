import json

import pytest
import rfc8785

from implportal.documents.canonical import canonical_bytes, content_digest, digest
from implportal.documents.tests.factories import DocumentVersionFactory, plain_content


def test_equal_content_has_equal_bytes():
    assert canonical_bytes({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


def test_a_content_digest_is_not_that_of_the_bare_bytes():
    assert content_digest({}) == (digest(b"implportal/document-content/1\n{}"))
    assert content_digest({}) != digest(b"{}")


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (
            {"€": 1, "\r": 2, "1": 3, "\U0001f600": 4, "\ufb33": 5},
            '{"\\r":2,"1":3,"€":1,"😀":4,"\ufb33":5}',
        ),
        ([2**53 - 1, -(2**53) + 1], "[9007199254740991,-9007199254740991]"),
        ([1.0, 1e21, 1e-7, -0.0, 0.1 + 0.2], "[1,1e+21,1e-7,0,0.30000000000000004]"),
        ('a\x07\u2028"\\/', '"a\\u0007\u2028\\"\\\\/"'),
        ([True, None, "", [], {}], '[true,null,"",[],{}]'),
    ],
)
def test_it_spells_as_rfc_8785_does(value, spelled):
    assert canonical_bytes(value).decode() == spelled


@pytest.mark.parametrize(
    "value",
    [
        float("nan"), float("inf"), -float("inf"), 2**53, -(2**53), 10**30,
        "half a character \ud800", {1: "a key that is no text"}, {"bytes": b"x"}, {1.5, 2},
    ],
)  # fmt: skip
def test_it_refuses_what_json_cannot_say_exactly(value):
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_bytes({"value": value})


def test_text_is_kept_as_it_was_typed_and_never_normalised():
    composed, decomposed = "\u00e9", "e\u0301"

    assert content_digest({"title": composed}) != content_digest({"title": decomposed})
    assert json.loads(canonical_bytes({"title": decomposed}))["title"] == decomposed


def test_neither_order_nor_what_the_database_makes_of_it_changes_a_digest(db):
    content = plain_content(title="e\u0301 \u2067א\u2069 😀", facts=[{"value": "1", "label": "€"}])
    shuffled = dict(reversed(content.items()))
    version = DocumentVersionFactory(content=shuffled)

    stored = type(version).objects.get(pk=version.pk).content

    assert content_digest(stored) == content_digest(shuffled) == content_digest(content)
