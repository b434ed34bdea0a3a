from datetime import UTC, datetime

import factory

from implportal.meetings.models import ActionItem, Attendee, Decision, Meeting
from implportal.projects.tests.factories import ProjectFactory


class MeetingFactory(factory.django.DjangoModelFactory):
    """An hour on Tuesday 3 March 2026, organised by the project's implementation manager."""

    class Meta:
        model = Meeting

    project = factory.SubFactory(ProjectFactory)
    title = factory.Sequence("Meeting {}".format)
    start_at = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    end_at = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    time_zone = "Europe/Berlin"
    organiser = factory.SelfAttribute("project.implementation_manager")


class AttendeeFactory(factory.django.DjangoModelFactory):
    """A guest."""

    class Meta:
        model = Attendee

    meeting = factory.SubFactory(MeetingFactory)
    name = factory.Sequence("Guest {}".format)


class DecisionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Decision

    meeting = factory.SubFactory(MeetingFactory)
    text = factory.Sequence("Decision {}".format)


class ActionItemFactory(factory.django.DjangoModelFactory):
    """Nobody's yet, and without a day."""

    class Meta:
        model = ActionItem

    meeting = factory.SubFactory(MeetingFactory)
    text = factory.Sequence("To do {}".format)
