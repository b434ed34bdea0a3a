from datetime import UTC, date, datetime

import factory

from delivery.models import ChangeRequest, Kickoff, RequirementEffect, Task, TaskEffect, TaskLink
from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.tests.factories import MOMENT, ProjectFactory


class TaskFactory(factory.django.DjangoModelFactory):
    """Two days, Monday 2 and Tuesday 3 March 2026, not begun, nobody's."""

    class Meta:
        model = Task

    class Params:
        done = factory.Trait(progress_percent=100, done_at=datetime(2026, 3, 3, 16, 0, tzinfo=UTC))
        milestone = factory.Trait(is_milestone=True, ends_on=factory.SelfAttribute("starts_on"))

    project = factory.SubFactory(ProjectFactory, delivering=True)
    number = factory.Sequence(lambda n: n + 1)
    position = factory.SelfAttribute("number")
    title = factory.Sequence("Task {}".format)
    starts_on = date(2026, 3, 2)
    ends_on = date(2026, 3, 3)


class TaskLinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TaskLink

    predecessor = factory.SubFactory(TaskFactory)
    successor = factory.SubFactory(
        TaskFactory, project=factory.SelfAttribute("..predecessor.project")
    )


class KickoffFactory(factory.django.DjangoModelFactory):
    """Planned for Tuesday 3 March 2026."""

    class Meta:
        model = Kickoff

    project = factory.SubFactory(ProjectFactory)
    meeting = factory.SubFactory(
        MeetingFactory, project=factory.SelfAttribute("..project"), kind="KICKOFF"
    )


class ChangeRequestFactory(factory.django.DjangoModelFactory):
    """A draft that does nothing yet."""

    class Meta:
        model = ChangeRequest

    class Params:
        handed_in = factory.Trait(
            state="IN_REVIEW", handed_in_by=factory.SelfAttribute("created_by")
        )
        approved = factory.Trait(
            state="APPROVED",
            approved_by=factory.SelfAttribute("project.project_manager"),
            approved_at=MOMENT,
            old_value_minor=factory.SelfAttribute("project.contract_value_minor"),
        )
        signed = factory.Trait(approved=True, state="SIGNED", signed_at=MOMENT)

    project = factory.SubFactory(ProjectFactory, delivering=True)
    number = factory.Sequence("CR-2025-{:04d}".format)
    title = factory.Sequence("Change {}".format)
    what = "Gates scan, too."
    why = "Lorries wait."
    currency = factory.SelfAttribute("project.currency")
    state_since = MOMENT
    created_at = MOMENT
    created_by = factory.SelfAttribute("project.implementation_manager")


class RequirementEffectFactory(factory.django.DjangoModelFactory):
    """A new requirement."""

    class Meta:
        model = RequirementEffect

    change = factory.SubFactory(ChangeRequestFactory)
    kind = "ADD"
    text = factory.Sequence("Does thing {}, too.".format)
    priority = "MUST"


class TaskEffectFactory(factory.django.DjangoModelFactory):
    """A task that moves by a day."""

    class Meta:
        model = TaskEffect

    change = factory.SubFactory(ChangeRequestFactory)
    kind = "SHIFT"
    task = factory.SubFactory(TaskFactory, project=factory.SelfAttribute("..change.project"))
    title = factory.SelfAttribute("task.title")
    shift_days = 1
