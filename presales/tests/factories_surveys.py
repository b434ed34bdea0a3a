import factory

from presales.models import CommonRequirement, Preparation, PreparationItem
from presales.tests.factories import SurveyFactory, SurveyTemplateFactory


class PreparationItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PreparationItem

    template = factory.SubFactory(SurveyTemplateFactory)
    order = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("Prepare {}".format)


class PreparationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Preparation

    survey = factory.SubFactory(SurveyFactory)
    order = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("Prepare {}".format)


class CommonRequirementFactory(factory.django.DjangoModelFactory):
    """Of every field of business."""

    class Meta:
        model = CommonRequirement

    text = factory.Sequence("Whoever signs in does it {} times.".format)
