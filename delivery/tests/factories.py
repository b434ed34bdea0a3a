from datetime import UTC, date, datetime

import factory

from delivery.models import Kickoff, Task, TaskLink
from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.tests.factories import ProjectFactory


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
