"""The topics of an exchange: what is talked about, in which order, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record, record_once
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.order import keys_after_step, put_in_order
from implportal.meetings.domain.meetings import hold_if_begun, lock_open_meeting
from implportal.meetings.models import Kind, Meeting
from implportal.meetings.permissions import may_take_minutes
from implportal.projects.domain.projects import check_running
from presales.domain.exchange_standing import advance_exchange
from presales.domain.notes import put_notes
from presales.models import Idea, Topic, TopicKind

TOPIC_ADDED = Action(
    "presales.topic_added", gettext_lazy("put “%(topic)s” on the list of “%(title)s”")
)
TOPIC_CHANGED = Action(
    "presales.topic_changed", gettext_lazy("changed the topic “%(topic)s” of “%(title)s”")
)
TOPIC_REMOVED = Action(
    "presales.topic_removed", gettext_lazy("took “%(topic)s” off the list of “%(title)s”")
)
TOPICS_ORDERED = Action(
    "presales.topics_ordered", gettext_lazy("put the topics of “%(title)s” in another order")
)
TOPIC_NOTED = Action(
    "presales.topic_noted", gettext_lazy("noted what was said of “%(topic)s” at “%(title)s”")
)


class NotAnExchange(DomainError):
    """The meeting is of another kind, so it has no topics."""


class TopicHasOutcome(DomainError):
    """Something came of the topic, so it stays."""


@transaction.atomic
def add_topic(*, meeting: Meeting, kind: TopicKind, title: str, actor: User, at: datetime) -> Topic:
    """Put a topic at the end of an exchange's list, before the meeting or during it.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotAnExchange.
    """
    meeting = locked_exchange(meeting, actor=actor)
    last = meeting.topics.aggregate(last=Max("order"))["last"] or 0
    topic = Topic.objects.create(
        meeting=meeting, order=last + 1, kind=TopicKind(kind), title=title.strip()
    )
    advance_exchange(meeting.project, actor=actor, at=at)
    _record(TOPIC_ADDED, topic, actor=actor, at=at)
    return topic


@transaction.atomic
def change_topic(*, topic: Topic, kind: TopicKind, title: str, actor: User, at: datetime) -> Topic:
    """Name it otherwise, or sort it elsewhere. Raises as ``add_topic``."""
    meeting = locked_exchange(topic.meeting, actor=actor)
    topic = Topic.objects.locked(topic.pk)
    topic.meeting = meeting
    if (topic.kind, topic.title) != (kind, title.strip()):
        topic.kind, topic.title = TopicKind(kind), title.strip()
        topic.save(update_fields=["kind", "title"])
        _record(TOPIC_CHANGED, topic, actor=actor, at=at)
    return topic


@transaction.atomic
def order_topics(*, meeting: Meeting, keys: Sequence[int], actor: User, at: datetime) -> None:
    """Put the topics of an exchange in the order of ``keys``, which are all of them.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
        DomainError: ``keys`` are not exactly those of the meeting.
    """
    meeting = locked_exchange(meeting, actor=actor)
    if list(keys) == list(meeting.topics.order_by("order", "pk").values_list("pk", flat=True)):
        return
    put_in_order(meeting.topics, keys)
    record(
        TOPICS_ORDERED, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title},
    )  # fmt: skip


@transaction.atomic
def move_topic(*, topic: Topic, step: int, actor: User, at: datetime) -> None:
    """Move a topic by ``step`` places; beyond the ends of the list nothing happens.

    Raises as ``order_topics``.
    """
    meeting = locked_exchange(topic.meeting, actor=actor)
    keys = keys_after_step(meeting.topics, key=topic.pk, step=step)
    order_topics(meeting=meeting, keys=keys, actor=actor, at=at)


@transaction.atomic
def write_topic_notes(
    *, topic: Topic, notes: str, based_on: int, actor: User, at: datetime
) -> Topic:
    """Keep what was said of a topic (Markdown); ``based_on`` is the revision that was seen.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
        NotesWereChanged: somebody else was faster; nothing is kept.
    """
    meeting = locked_exchange(topic.meeting, actor=actor)
    topic = Topic.objects.locked(topic.pk)
    topic.meeting = meeting
    if put_notes(topic, notes, based_on=based_on):
        hold_if_begun(meeting, actor=actor, at=at)
        record_once(
            TOPIC_NOTED, subject=topic, actor=actor, at=at, project=meeting.project,
            details={"topic": topic.title, "title": meeting.title},
        )  # fmt: skip
    return topic


@transaction.atomic
def remove_topic(*, topic: Topic, actor: User, at: datetime) -> None:
    """Take a topic off the list that was not talked about; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
        TopicHasOutcome: it has notes, questions or ideas.
    """
    meeting = locked_exchange(topic.meeting, actor=actor)
    topic = Topic.objects.locked(topic.pk)
    topic.meeting = meeting
    if (
        topic.notes
        or topic.questions.exists()
        or Idea.objects.filter(topic=topic).exists()
        or topic.technologies.exists()
    ):
        raise TopicHasOutcome(
            _("“%(topic)s” has notes, questions or ideas. Take those away first.")
            % {"topic": topic.title}
        )
    _record(TOPIC_REMOVED, topic, actor=actor, at=at)
    topic.delete()
    advance_exchange(meeting.project, actor=actor, at=at)


def locked_exchange(meeting: Meeting, *, actor: User) -> Meeting:
    """Re-read an exchange to write to it, holding its row.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotAnExchange.
    """
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    if meeting.kind != Kind.EXCHANGE:
        raise NotAnExchange(_("Only a technical exchange has topics."))
    return meeting


def _record(action: Action, topic: Topic, *, actor: User, at: datetime) -> None:
    meeting = topic.meeting
    record(
        action, subject=topic, actor=actor, at=at, project=meeting.project,
        details={"topic": topic.title, "title": meeting.title},
    )  # fmt: skip
