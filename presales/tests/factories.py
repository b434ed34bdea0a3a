import factory

from implportal.projects.tests.factories import MOMENT, ProjectFactory
from presales.models import Requirement, Solution, SolutionSection


class RequirementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Requirement

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("The system does thing {}.".format)
    source = Requirement.Source.SURVEY
    priority = Requirement.Priority.MUST
    created_at = MOMENT
    created_by = factory.SelfAttribute("project.implementation_manager")


class SolutionFactory(factory.django.DjangoModelFactory):
    """A draft without sections."""

    class Meta:
        model = Solution

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence("SD-2026-{:04d}".format)
    title = "Records for everybody"
    state_since = MOMENT
    created_at = MOMENT
    created_by = factory.SelfAttribute("project.implementation_manager")


class SolutionSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SolutionSection

    solution = factory.SubFactory(SolutionFactory)
    key = factory.Sequence("s{}".format)
    order = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence("Section {}".format)
    markdown = "Text."
    edited_at = MOMENT
    edited_by = factory.SelfAttribute("solution.project.implementation_manager")
