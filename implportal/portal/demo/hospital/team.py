"""What we said among ourselves about the hospital's solution, and who approved it."""

from __future__ import annotations

from datetime import datetime, timedelta

from implportal.accounts.models import User
from implportal.portal.demo.company import Cast
from presales.domain.glossary import save_term
from presales.domain.section_comments import resolve_comment, write_comment
from presales.domain.solution_approval import (
    approve_solution,
    ask_approval,
    change_approval_rule,
    return_solution,
    text_sha256,
)
from presales.models import SectionComment, Solution

HOUR = timedelta(hours=1)


def prepare(cast: Cast, solution: Solution, *, at: datetime) -> None:
    """Ask for four eyes, explain the hospital's own word, and talk about the first draft."""
    change_approval_rule(
        project=solution.project, is_needed=True, needs_four_eyes=True, actor=cast.ines, at=at
    )
    save_term(
        term=None, project=solution.project, word="Central records", actor=cast.ines, at=at,
        explanation="The office in the basement of house B that keeps the paper files.",
    )  # fmt: skip
    thread = say(
        solution, "Servers", "Are both server rooms on separate power?", actor=cast.conny, at=at
    )
    say(
        solution, "Servers", "Yes, the head of IT showed us.", actor=cast.ines, at=at + HOUR,
        thread=thread,
    )  # fmt: skip
    resolve_comment(comment=thread, actor=cast.conny, at=at + 2 * HOUR)


def have_returned(cast: Cast, solution: Solution, *, at: datetime) -> None:
    """Piet sends the draft back, with a reason, before it goes out."""
    ask_approval(
        solution=solution, approver=cast.piet, actor=cast.ines, at=at,
        note="Please look at the schedule above all.",
    )  # fmt: skip
    return_solution(
        solution=solution, reason="Say which wards are the pilot, or agree it at the kick-off.",
        actor=cast.piet, at=at + HOUR,
    )  # fmt: skip
    say(
        solution, "Schedule", "The pilot's ward is agreed at the kick-off; the hospital knows.",
        actor=cast.ines, at=at + 2 * HOUR,
    )  # fmt: skip


def have_approved(cast: Cast, solution: Solution, *, at: datetime) -> None:
    """Piet approves what is there."""
    ask_approval(solution=solution, approver=cast.piet, actor=cast.ines, at=at)
    approve_solution(
        solution=solution, seen_sha256=text_sha256(solution), actor=cast.piet, at=at + HOUR
    )


def say(
    solution: Solution, title: str, text: str, *, actor: User, at: datetime,
    thread: SectionComment | None = None,
) -> SectionComment:  # fmt: skip
    section = next(
        one
        for one in solution.sections.order_by("order", "pk")
        if one.title.lstrip("0123456789. ") == title
    )
    return write_comment(section=section, text=text, actor=actor, at=at, thread=thread)


def talk_on(cast: Cast, solution: Solution, *, at: datetime) -> None:
    """A question of ours that is still open while the customer reads."""
    say(
        solution, "Scope", "Who scans the radiology reports, now that they are included?",
        actor=cast.conny, at=at,
    )  # fmt: skip
