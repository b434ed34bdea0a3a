"""What is shown at a product demonstration, in which order, and how it was received."""

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
from implportal.catalogue.models import Scenario
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.order import keys_after_step
from implportal.meetings.domain.meetings import hold_if_begun, lock_open_meeting
from implportal.meetings.models import RATINGS, Kind, Meeting
from implportal.meetings.permissions import may_take_minutes
from implportal.projects.domain.projects import check_running
from presales.domain.demonstration_standing import advance_demonstration
from presales.models import ShownScenario

COPIED = ("title", "goal", "steps", "prepared_data", "minutes")

SCENARIOS_CHOSEN = Action(
    "presales.scenarios_chosen", gettext_lazy("chose for “%(title)s”: %(names)s")
)
SCENARIO_CHANGED = Action(
    "presales.scenario_changed", gettext_lazy("changed the scenario “%(name)s” of “%(title)s”")
)
SCENARIO_REMOVED = Action(
    "presales.scenario_removed", gettext_lazy("took the scenario “%(name)s” out of “%(title)s”")
)
SCENARIOS_ORDERED = Action(
    "presales.scenarios_ordered",
    gettext_lazy("put the scenarios of “%(title)s” in another order"),
)
REACTION_NOTED = Action(
    "presales.reaction_noted", gettext_lazy("noted how “%(name)s” was received at “%(title)s”")
)


class NotADemonstration(DomainError):
    """The meeting is of another kind, so it has no scenarios."""


class NothingChosen(DomainError):
    """No scenario, or none that is not there already."""


class ListHasChanged(DomainError):
    """Scenarios came or went since the list was opened."""


class WasShown(DomainError):
    """Something was noted of the scenario, so it stays."""


class NotBegunYet(DomainError):
    """Nobody has reacted to what was not shown yet."""


class ReactionWasChanged(DomainError):
    """Somebody else has saved since the writer read it; ``theirs`` holds what is there."""

    def __init__(self, theirs: ShownScenario) -> None:
        super().__init__(
            _("Somebody else has noted something here meanwhile. Nothing of yours is lost.")
        )
        self.theirs = theirs


@transaction.atomic
def choose_scenarios(
    *, meeting: Meeting, scenarios: Sequence[Scenario], actor: User, at: datetime
) -> list[ShownScenario]:
    """Copy scenarios of the catalogue to the end of a demonstration; those there are skipped.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotADemonstration, NothingChosen.
    """
    meeting = locked_demonstration(meeting, actor=actor)
    present = set(meeting.scenarios.values_list("source_id", flat=True))
    new = [one for one in scenarios if one.pk not in present]
    if not new:
        raise NothingChosen(_("Choose at least one scenario that is not on the list yet."))
    last = _last(meeting)
    shown = [
        ShownScenario(
            meeting=meeting, source=one, order=last + place,
            **{name: getattr(one, name) for name in COPIED},
        )
        for place, one in enumerate(new, start=1)
    ]  # fmt: skip
    ShownScenario.objects.bulk_create(shown)
    _note_chosen(meeting, [one.title for one in new], actor=actor, at=at)
    return shown


@transaction.atomic
def add_own_scenario(
    *,
    meeting: Meeting,
    title: str,
    goal: str = "",
    steps: str = "",
    prepared_data: str = "",
    minutes: int,
    actor: User,
    at: datetime,
) -> ShownScenario:
    """Add a scenario that is shown to this customer alone, at the end.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
    """
    meeting = locked_demonstration(meeting, actor=actor)
    scenario = ShownScenario.objects.create(
        meeting=meeting, order=_last(meeting) + 1, title=title, goal=goal, steps=steps,
        prepared_data=prepared_data, minutes=minutes,
    )  # fmt: skip
    _note_chosen(meeting, [title], actor=actor, at=at)
    return scenario


@transaction.atomic
def change_scenario(
    *,
    scenario: ShownScenario,
    title: str,
    goal: str,
    steps: str,
    prepared_data: str,
    minutes: int,
    actor: User,
    at: datetime,
) -> ShownScenario:
    """Adapt a scenario to this customer; the catalogue stays as it is.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
    """
    meeting = locked_demonstration(scenario.meeting, actor=actor)
    scenario = ShownScenario.objects.locked(scenario.pk)
    scenario.meeting = meeting
    wanted = dict(zip(COPIED, (title, goal, steps, prepared_data, minutes), strict=True))
    changed = [name for name, value in wanted.items() if getattr(scenario, name) != value]
    if changed:
        for name in changed:
            setattr(scenario, name, wanted[name])
        scenario.save(update_fields=changed)
        _record(SCENARIO_CHANGED, scenario, actor=actor, at=at)
    return scenario


@transaction.atomic
def order_scenarios(*, meeting: Meeting, keys: Sequence[int], actor: User, at: datetime) -> None:
    """Put the scenarios in the order of ``keys``, which are all of them.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
        ListHasChanged: ``keys`` are not exactly those of the demonstration.
    """
    meeting = locked_demonstration(meeting, actor=actor)
    scenarios = {one.pk: one for one in meeting.scenarios.order_by("order", "pk")}
    if sorted(keys) != sorted(scenarios):
        raise ListHasChanged(_("The list has changed since you opened it. Reload the page."))
    if list(keys) == list(scenarios):
        return
    for order, key in enumerate(keys, start=1):
        scenarios[key].order = order
    ShownScenario.objects.bulk_update(scenarios.values(), ["order"])
    record(
        SCENARIOS_ORDERED, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title},
    )  # fmt: skip


@transaction.atomic
def move_scenario(*, scenario: ShownScenario, step: int, actor: User, at: datetime) -> None:
    """Move a scenario by ``step`` places; beyond the ends of the list nothing happens.

    Raises as ``order_scenarios``.
    """
    meeting = locked_demonstration(scenario.meeting, actor=actor)
    keys = keys_after_step(meeting.scenarios, key=scenario.pk, step=step)
    order_scenarios(meeting=meeting, keys=keys, actor=actor, at=at)


@transaction.atomic
def remove_scenario(*, scenario: ShownScenario, actor: User, at: datetime) -> None:
    """Take a scenario out that is not shown after all; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
        WasShown: a reaction, a question or a wish was noted.
    """
    meeting = locked_demonstration(scenario.meeting, actor=actor)
    scenario = ShownScenario.objects.locked(scenario.pk)
    scenario.meeting = meeting
    if scenario.reaction or scenario.rating or scenario.remarks.exists():
        raise WasShown(
            _("“%(name)s” was shown: something is noted of it, so it stays.")
            % {"name": scenario.title}
        )
    _record(SCENARIO_REMOVED, scenario, actor=actor, at=at)
    scenario.delete()
    advance_demonstration(meeting.project, actor=actor, at=at)


@transaction.atomic
def note_reaction(
    *,
    scenario: ShownScenario,
    reaction: str,
    rating: int | None,
    based_on: int,
    actor: User,
    at: datetime,
) -> ShownScenario:
    """Keep how a scenario was received: words, and 1 to 5 or None while nobody can say.

    ``based_on`` is the ``revision`` that the writer has seen. The same once more is silent.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration, NotBegunYet.
        ReactionWasChanged: somebody else was faster; nothing is kept.
        ValueError: ``rating`` lies outside 1 to 5.
    """
    if rating is not None and rating not in RATINGS:
        raise ValueError(rating)
    meeting = locked_demonstration(scenario.meeting, actor=actor)
    check_begun(meeting, at=at)
    scenario = ShownScenario.objects.locked(scenario.pk)
    scenario.meeting = meeting
    if (scenario.reaction, scenario.rating) == (reaction, rating):
        return scenario
    if based_on != scenario.revision:
        raise ReactionWasChanged(scenario)
    scenario.reaction, scenario.rating = reaction, rating
    scenario.shown_at = scenario.shown_at or at
    scenario.revision += 1
    scenario.save(update_fields=["reaction", "rating", "shown_at", "revision"])
    hold_if_begun(meeting, actor=actor, at=at)
    advance_demonstration(meeting.project, actor=actor, at=at)
    record_once(
        REACTION_NOTED, subject=scenario, actor=actor, at=at, project=meeting.project,
        details={"name": scenario.title, "title": meeting.title},
    )  # fmt: skip
    return scenario


def check_begun(meeting: Meeting, *, at: datetime) -> None:
    """Let pass once the meeting has begun.

    Raises:
        NotBegunYet.
    """
    if meeting.start_at > at:
        raise NotBegunYet(
            _("The demonstration has not begun. What people say is noted when it has.")
        )


def locked_demonstration(meeting: Meeting, *, actor: User) -> Meeting:
    """Re-read a demonstration to write to it, holding its row.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotADemonstration.
    """
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    if meeting.kind != Kind.DEMONSTRATION:
        raise NotADemonstration(_("Only a product demonstration has scenarios."))
    return meeting


def _last(meeting: Meeting) -> int:
    return meeting.scenarios.aggregate(last=Max("order"))["last"] or 0


def _note_chosen(meeting: Meeting, names: list[str], *, actor: User, at: datetime) -> None:
    advance_demonstration(meeting.project, actor=actor, at=at)
    record(
        SCENARIOS_CHOSEN, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "names": ", ".join(names)},
    )  # fmt: skip


def _record(action: Action, scenario: ShownScenario, *, actor: User, at: datetime) -> None:
    meeting = scenario.meeting
    record(
        action, subject=scenario, actor=actor, at=at, project=meeting.project,
        details={"name": scenario.title, "title": meeting.title},
    )  # fmt: skip
