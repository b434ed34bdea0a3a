from datetime import date, timedelta

import factory

from aftersales.models import Acceptance, Course, Criterion, Installment, TrainingSession
from implportal.meetings.models import Meeting
from implportal.projects.tests.factories import MOMENT, ProjectFactory


class InstallmentFactory(factory.django.DjangoModelFactory):
    """Half of a contract value of 1,000.00 EUR, waiting for the acceptance."""

    class Meta:
        model = Installment

    class Params:
        released = factory.Trait(state="RELEASED", released_at=MOMENT)
        invoiced = factory.Trait(
            state="INVOICED",
            released_at=MOMENT,
            invoice_number=factory.Sequence("INV-2025-{:04d}".format),
            invoiced_on=date(2026, 3, 2),
            due_on=date(2026, 4, 1),
        )

    project = factory.SubFactory(ProjectFactory, contract_value_minor=100_000)
    order = factory.Sequence(int)
    title = factory.Sequence("Part {}".format)
    amount_minor = 50_000
    currency = factory.SelfAttribute("project.currency")
    release_event = "ACCEPTANCE_SIGNED"


class AcceptanceFactory(factory.django.DjangoModelFactory):
    """An acceptance that has just begun, without criteria."""

    class Meta:
        model = Acceptance

    class Params:
        signed = factory.Trait(state="SIGNED", signed_at=MOMENT)

    project = factory.SubFactory(ProjectFactory, finishing=True)


class CriterionFactory(factory.django.DjangoModelFactory):
    """A criterion that nobody has checked."""

    class Meta:
        model = Criterion

    class Params:
        passed = factory.Trait(
            result="PASSED",
            checked_at=MOMENT,
            checked_by=factory.SelfAttribute("acceptance.project.implementation_manager"),
        )
        failed = factory.Trait(
            result="FAILED",
            evidence="It did not start.",
            checked_at=MOMENT,
            checked_by=factory.SelfAttribute("acceptance.project.implementation_manager"),
        )

    acceptance = factory.SubFactory(AcceptanceFactory)
    order = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("It does thing {}.".format)


class CourseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Course
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory, finishing=True)
    title = factory.Sequence("Course {}".format)


class TrainingSessionFactory(factory.django.DjangoModelFactory):
    """A course that began an hour ago, with ten places."""

    class Meta:
        model = TrainingSession

    course = factory.SubFactory(CourseFactory)
    capacity = 10

    @factory.lazy_attribute
    def meeting(self):
        project = self.course.project
        return Meeting.objects.create(
            project=project,
            kind="TRAINING",
            title=self.course.title,
            start_at=MOMENT - timedelta(hours=1),
            end_at=MOMENT + timedelta(hours=1),
            time_zone="UTC",
            organiser=project.implementation_manager,
        )
