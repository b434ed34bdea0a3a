import factory

from implportal.catalogue.tests.factories import ProductFactory
from implportal.meetings.tests.factories import MeetingFactory
from presales.models import Arrangement, ItineraryItem, Remark, ShownScenario


class ScenarioFactory(factory.django.DjangoModelFactory):
    """A script of the catalogue."""

    class Meta:
        model = "catalogue.Scenario"

    product = factory.SubFactory(ProductFactory)
    title = factory.Sequence("Script {}".format)
    goal = "Seen by everybody."
    steps = "Open the file\nFind the letter"
    prepared_data = "Account demo"
    minutes = 15


class ShownScenarioFactory(factory.django.DjangoModelFactory):
    """A scenario of one's own in a demonstration on Tuesday 3 March 2026."""

    class Meta:
        model = ShownScenario

    meeting = factory.SubFactory(MeetingFactory, kind="DEMONSTRATION")
    order = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence("Scenario {}".format)
    minutes = 10


class RemarkFactory(factory.django.DjangoModelFactory):
    """An open question."""

    class Meta:
        model = Remark

    scenario = factory.SubFactory(ShownScenarioFactory)
    kind = Remark.Kind.QUESTION
    text = factory.Sequence("Question {}?".format)
    noted_at = factory.SelfAttribute("scenario.meeting.start_at")
    noted_by = factory.SelfAttribute("scenario.meeting.organiser")


class ItineraryItemFactory(factory.django.DjangoModelFactory):
    """The whole visit in one place."""

    class Meta:
        model = ItineraryItem

    meeting = factory.SubFactory(MeetingFactory, kind="INSPECTION")
    start_at = factory.SelfAttribute("meeting.start_at")
    end_at = factory.SelfAttribute("meeting.end_at")
    title = factory.Sequence("Stop {}".format)


class ArrangementFactory(factory.django.DjangoModelFactory):
    """Nobody's yet, and without a day."""

    class Meta:
        model = Arrangement

    meeting = factory.SubFactory(MeetingFactory, kind="INSPECTION")
    order = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("Arrange {}".format)
