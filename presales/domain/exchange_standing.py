"""Where the technical exchange of a project stands, and what it adds to minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from implportal.accounts.models import User
from implportal.documents.domain.content import plain_words
from implportal.meetings.domain.minutes_standing import MinutesStanding, Standing, minutes_standing
from implportal.meetings.domain.outcomes import who_does
from implportal.meetings.models import Kind, Meeting, State
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from presales.models import ExchangeQuestion, Idea, Topic

OUT = frozenset({Standing.PREPARING, Standing.WAITING, Standing.SEALING})
"""The minutes are on their way; the next word is not ours."""


Held = list[tuple[Meeting, MinutesStanding]]


@dataclass(frozen=True)
class Next:
    """Where the exchange stands and what comes next, in a sentence."""

    state: Step.State
    text: str = ""
    waiting_on: str = ""


def advance_exchange(project: Project, *, actor: User | None, at: datetime) -> None:
    """Note where the exchange stands now that something of it has moved."""
    found = _next_of(project, at)
    advance_step(
        project=project, key="exchange", state=found.state, actor=actor, at=at,
        next_step=found.text, waiting_on=found.waiting_on,
    )  # fmt: skip


def _next_of(project: Project, at: datetime) -> Next:
    """What we owe comes before what we wait for."""
    meetings = list(
        project.meetings.filter(kind=Kind.EXCHANGE)
        .exclude(state=State.CANCELLED)
        .order_by("start_at", "pk")
    )
    if not meetings:
        return Next(Step.State.NOT_STARTED, _("Plan an exchange"))
    held = [(one, minutes_standing(one)) for one in meetings if one.end_at <= at]
    found = chain(
        _unsettled(held, {Standing.OBJECTED}, _("Answer the objection to the minutes of %s")),
        _unanswered(meetings) if held else (),
        _unsettled(
            held,
            set(Standing) - OUT - {Standing.CONFIRMED},
            _("Send the minutes of %s to confirm"),
        ),
        _undecided(meetings),
        _to_come([one for one in meetings if one.end_at > at]),
        _waiting(held),
    )
    return next(found, Next(Step.State.DONE))


def _unsettled(held: Held, keys: set[Standing], words: str) -> Iterator[Next]:
    for meeting, standing in held:
        if standing.key in keys:
            yield Next(Step.State.IN_PROGRESS, words % f"“{meeting.title}”")


def _unanswered(meetings: list[Meeting]) -> Iterator[Next]:
    count = ExchangeQuestion.objects.filter(topic__meeting__in=meetings).unanswered().count()
    if count:
        said = ngettext("Answer %(n)s open question", "Answer %(n)s open questions", count)
        yield Next(Step.State.IN_PROGRESS, said % {"n": count})


def _undecided(meetings: list[Meeting]) -> Iterator[Next]:
    count = Idea.objects.filter(topic__meeting__in=meetings, state=Idea.State.NEW).count()
    if count:
        said = ngettext("Decide on %(n)s idea", "Decide on %(n)s ideas", count)
        yield Next(Step.State.IN_PROGRESS, said % {"n": count})


def _to_come(meetings: list[Meeting]) -> Iterator[Next]:
    for meeting in meetings:
        day = date_format(meeting.start_at.astimezone(ZoneInfo(meeting.time_zone)), "j F Y")
        said = _("Hold “%(title)s” on %(day)s") % {"title": meeting.title, "day": day}
        yield Next(Step.State.IN_PROGRESS, said)


def _waiting(held: Held) -> Iterator[Next]:
    for _meeting, standing in held:
        if standing.key in OUT:
            names = ", ".join(one.name for one in standing.waiting_for)
            yield Next(Step.State.WAITING, _("Wait until the minutes are confirmed"), names)


def note_meeting_moved(
    *, project: Project, at: datetime, actor: User | None, reference: str
) -> None:
    """Follow an exchange that was planned, moved, held, or whose minutes were answered."""
    if Meeting.objects.filter(pk=int(reference), kind=Kind.EXCHANGE).exists():
        advance_exchange(project, actor=actor, at=at)


def topics_of(meeting: Meeting) -> list[Topic]:
    """Return the topics in order with all that belongs to them; four queries, or one."""
    topics = (
        meeting.topics.order_by("order", "pk")
        .select_related("meeting")
        .prefetch_related(
            Prefetch(
                "questions",
                ExchangeQuestion.objects.select_related("action__user", "action__contact").order_by(
                    "asked_at", "pk"
                ),
            ),
            Prefetch(
                "ideas", Idea.objects.select_related("requirement").order_by("noted_at", "pk")
            ),
            "technologies",
        )
    )
    return list(topics)


def minutes_text(meeting: Meeting) -> str:
    """Say as Markdown what was talked about, asked and answered."""
    return "\n\n".join(block for topic in topics_of(meeting) for block in _blocks(topic))


def written_of() -> QuerySet:
    """The keys of meetings of which something was noted with a topic."""
    return Topic.objects.filter(
        ~Q(notes="") | Q(questions__isnull=False) | Q(ideas__isnull=False)
    ).values("meeting_id")


def _blocks(topic: Topic) -> Iterator[str]:
    yield f"### {plain_words(topic.title)} ({plain_words(topic.get_kind_display())})"
    if topic.notes.strip():
        yield topic.notes.strip()
    for question in topic.questions.all():
        yield _said(_("Question"), question.asked_by, question.text)
        if question.answered_at:
            yield _said(_("Answer"), question.answered_by, question.answer)
        elif question.action:
            item = question.action
            until = date_format(item.due_on, "j F Y") if item.due_on else "–"
            words = _("Open: %(who)s finds out, until %(until)s.")
            yield plain_words(words % {"who": who_does(item), "until": until})
        else:
            yield plain_words(_("Open."))
    names = sorted((one.name for one in topic.technologies.all()), key=str.casefold)
    if names:
        yield f"**{plain_words(_('Technologies named'))}:** {plain_words(', '.join(names))}"
    ideas = topic.ideas.all()
    if ideas:
        lines = "\n".join(f"- {plain_words(_idea(idea))}" for idea in ideas)
        yield f"**{plain_words(_('Ideas for further development'))}**\n\n{lines}"


def _said(label: str, name: str, text: str) -> str:
    """One thing that somebody said, in as many paragraphs as it was typed."""
    head = f"{label} ({name})" if name else label
    paragraphs = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    words = "\n\n".join(plain_words(part) for part in paragraphs)
    return f"**{plain_words(head)}:** {words}"


def _idea(idea: Idea) -> str:
    if idea.requirement:
        return f"{idea.text} ({idea.requirement.code})"
    if idea.state == Idea.State.LATER:
        return f"{idea.text} ({Idea.State.LATER.label})"
    return idea.text
