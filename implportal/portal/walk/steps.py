"""The whole way, step by step."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from implportal.portal.walk import (
    steps_acceptance,
    steps_delivery,
    steps_payment,
    steps_presales,
    steps_signing,
    steps_solution,
)
from implportal.portal.walk.forms import Upload
from implportal.portal.walk.journey import Walk
from implportal.portal.walk.report import Report

STEPS = (
    *steps_presales.STEPS,
    *steps_solution.STEPS,
    *steps_signing.STEPS,
    *steps_delivery.STEPS,
    *steps_acceptance.STEPS,
    *steps_payment.STEPS,
)


def walk_through(
    *,
    base_url: str,
    password: str,
    solution: Upload,
    revised: Upload,
    out: Path,
    say: Callable[[str], object],
) -> Path:
    """Walk all steps against the portal at ``base_url`` and return the path of the report.

    ``out`` gets the PDFs and the report; the report is written for a failed walk, too.

    Raises:
        WalkFailed: a page refused, or did not hold what a person would look for.
    """
    report = Report(out=out, say=say)
    mark = secrets.token_hex(3)
    report.fact("Portal", base_url)
    report.fact("Version 1", f"{solution.name}, {len(solution.data):,} bytes")
    report.fact("Version 2", f"{revised.name}, {len(revised.data):,} bytes")
    walk = Walk(base_url, password, solution, revised, out, mark, report)
    try:
        for title, take in STEPS:
            with report.step(title):
                take(walk)
    finally:
        path = report.write()
    return path
