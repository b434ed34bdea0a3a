from datetime import date

import factory

from implportal.catalogue.models import (
    FieldOfBusiness,
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
)


class FieldOfBusinessFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FieldOfBusiness

    name = factory.Sequence("Field {}".format)


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    code = factory.Sequence("P-{}".format)
    name = factory.Sequence("Product {}".format)


class OfferedSolutionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OfferedSolution

    title = factory.Sequence("Solution {}".format)
    text = "Files are found *within seconds*."


class ProfilePartFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProfilePart

    title = factory.Sequence("Profile {}".format)
    text = "We have rolled out **records** since 2009."


class QualificationFactory(factory.django.DjangoModelFactory):
    """A certificate without an end."""

    class Meta:
        model = Qualification

    class Params:
        expired = factory.Trait(valid_until=date(2026, 3, 1))

    title = factory.Sequence("Certificate {}".format)
    issuer = "Example Certification"


class ReferenceCaseFactory(factory.django.DjangoModelFactory):
    """A case whose customer agrees for ever."""

    class Meta:
        model = ReferenceCase

    class Params:
        silent = factory.Trait(consent_given_on=None)

    customer_name = factory.Sequence("Referee {}".format)
    title = factory.Sequence("Case {}".format)
    text = "Forty branches in six weeks."
    consent_given_on = date(2025, 1, 1)
