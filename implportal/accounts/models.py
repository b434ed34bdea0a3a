from __future__ import annotations

import zoneinfo
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@lru_cache
def time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    """Refuse what the time zone database does not know."""
    if name not in time_zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone, such as Europe/Berlin."), params={"name": name}
        )


class Role(models.TextChoices):
    IMPLEMENTATION_MANAGER = "IMPLEMENTATION_MANAGER", _("Implementation manager")
    PROJECT_MANAGER = "PROJECT_MANAGER", _("Project manager")
    BUSINESS_MANAGER = "BUSINESS_MANAGER", _("Business manager")
    COMMERCE = "COMMERCE", _("Commerce")
    CONSULTANT = "CONSULTANT", _("Consultant")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")


class Team(models.Model):
    """Implementation managers who see each other's projects."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person who can sign in; e-mail addresses are kept in lower case."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(
            email,
            password,
            **{"is_staff": True, "is_superuser": True, "role": Role.ADMINISTRATOR} | fields,
        )

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").lower())


class User(AbstractUser):
    """A person of ours who signs in. Customers have no account; they come through links."""

    username = None
    first_name = None
    last_name = None

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(
        _("role"), max_length=24, choices=Role, default=Role.IMPLEMENTATION_MANAGER
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("team")
    )
    title = models.CharField(_("position"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    introduction = models.TextField(
        _("personal introduction"),
        blank=True,
        help_text=_("Shown to customers in a company introduction. Markdown works."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=40, default="Europe/Berlin", validators=[validate_time_zone]
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(name="user_role_is_known", condition=Q(role__in=Role.values))
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR


class SavedView(models.Model):
    """Filters and order of a list that somebody keeps under a name. ``page`` is its route."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="saved_view_is_unique", fields=["user", "page", "name"])
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(self.page)}?{self.query}"
