from datetime import UTC, datetime

import factory

from implportal.accounts.models import Role
from implportal.accounts.tests.factories import UserFactory
from implportal.projects.models import Contact, Customer, Member, Project, Step
from implportal.projects.registry import ACTIVITIES

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    name = factory.Sequence("Customer {}".format)


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence("Contact {}".format)
    email = factory.Sequence("contact-{}@customer.example".format)


class ProjectFactory(factory.django.DjangoModelFactory):
    """A project in pre-sales with its seventeen activities, none of them started."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    class Params:
        delivering = factory.Trait(
            phase="DELIVERY",
            project_manager=factory.SubFactory(UserFactory, role=Role.PROJECT_MANAGER),
            delivery_granted_at=MOMENT,
        )
        finishing = factory.Trait(
            phase="AFTERSALES",
            project_manager=factory.SubFactory(UserFactory, role=Role.PROJECT_MANAGER),
            delivery_granted_at=MOMENT,
        )

    code = factory.Sequence("IP-2026-{:04d}".format)
    title = factory.Sequence("Roll-out {}".format)
    customer = factory.SubFactory(CustomerFactory)
    implementation_manager = factory.SubFactory(UserFactory)
    created_at = MOMENT

    @factory.post_generation
    def steps(self, create, extracted, **kwargs):
        if create:
            Step.objects.bulk_create(
                Step(project=self, key=activity.key, order=activity.order)
                for activity in ACTIVITIES
            )


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    project = factory.SubFactory(ProjectFactory)
    user = factory.SubFactory(UserFactory, role=Role.CONSULTANT)
    responsibility = "Migration"
