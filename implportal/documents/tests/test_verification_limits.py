"""Anybody may hand in a file: reading it must not cost more than its size."""

from __future__ import annotations

import time
import zlib

import pytest

from implportal.documents.verification import Outcome, verify

pytestmark = pytest.mark.django_db

ENTRIES = 4_000_000


def small_file_of_many_entries() -> bytes:
    """A PDF of a few kilobytes whose table of objects unfolds to millions of lines."""
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    table = zlib.compress(b"\x01\x00\x09" * ENTRIES)
    words = b"/Type/XRef/W[1 1 1]/Size %d/Root 1 0 R/Filter/FlateDecode/Length %d"
    return (
        head
        + (b"2 0 obj\n<<" + words + b">>stream\n") % (ENTRIES, len(table))
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)
    )


def test_it_does_not_unfold_a_file_made_to_fill_the_memory():
    data = small_file_of_many_entries()
    assert len(data) < 20_000
    begun = time.process_time()

    verdict = verify(data)

    assert not verdict.is_valid
    assert verdict.line("seal").outcome == Outcome.FAILED
    assert time.process_time() - begun < 3
