from __future__ import annotations

import pytest

from implportal.audit.models import Entry
from implportal.audit.registry import ACTIONS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("2026-03-31", "31 March 2026"),
        ("2026-02-30", "2026-02-30"),
        ("in March", "in March"),
        (7, "7"),
    ],
)
def test_a_date_is_said_as_people_say_it(kept, said):
    entry = Entry(action="signing.link_sent", details={"name": "Carl", "until": kept})

    assert "signing.link_sent" in ACTIONS
    assert entry.sentence == f"sent Carl a link (…; it stays open until {said})"
