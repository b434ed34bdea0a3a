import factory

from implportal.accounts.models import Role, User


class UserFactory(factory.django.DjangoModelFactory):
    """An implementation manager."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence("Person {}".format)
    email = factory.Sequence("person-{}@example.com".format)
    role = Role.IMPLEMENTATION_MANAGER
    time_zone = "UTC"
    password = "!"
