from __future__ import annotations

import logging

import pytest

from implportal.kernel.logs import HideTokens

TOKEN = "mD3xq-secret_part-of-a-link-0123456789abcdefg"


def said(message: str, *args: object) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, args, None)
    HideTokens().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    "path",
    [
        f"/s/{TOKEN}/",
        f"/s/{TOKEN.replace('_', '%5F')}",
        f"/s/%6D{TOKEN[1:]}",
        f"/accounts/password/reset/key/1-{TOKEN}/",
    ],
)
def test_it_cuts_the_secret_out_of_a_line(path):
    line = said("Not Found: %s", path)

    assert "secret" not in line
    assert "456789" not in line
    assert line.startswith("Not Found: /")


def test_it_leaves_other_lines_as_they_are():
    assert said("Not Found: %s", "/projects/77/plan/") == "Not Found: /projects/77/plan/"
