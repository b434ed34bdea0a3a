from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from implportal.accounts.models import User


class SharedQuerySet(models.QuerySet):
    """The catalogue is the company's own: everybody who signs in may read it."""

    def visible_to(self, user: User) -> SharedQuerySet:
        return self if user.is_authenticated else self.none()


class Standing(models.TextChoices):
    """Whether something may be shown to a customer on a day."""

    VALID = "VALID", _("Valid")
    ENDS_SOON = "ENDS_SOON", _("Ends soon")
    ENDED = "ENDED", _("Ended")
    MISSING = "MISSING", _("No consent")


SOON_DAYS = 60
"""How long before its end a qualification or a consent counts as ending soon."""


def soon_after(day: date) -> date:
    """Return the last day on which an end, seen from ``day``, is near."""
    return day + timedelta(days=SOON_DAYS)


def _standing(end: date | None, *, on: date) -> Standing:
    if end is None or end > soon_after(on):
        return Standing.VALID
    return Standing.ENDS_SOON if end >= on else Standing.ENDED


class FieldOfBusiness(models.Model):
    """What a customer's line of work is; survey templates and references go by it."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("field of business")
        verbose_name_plural = _("fields of business")

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What we bring into use."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    summary = models.TextField(_("summary"), blank=True, help_text=_("Markdown works."))
    is_offered = models.BooleanField(_("offered today"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")

    def __str__(self) -> str:
        return self.name


class OfferedSolution(models.Model):
    """What we bring about with our products in one line of work, e.g. “Records on the ward”."""

    title = models.CharField(_("title"), max_length=160)
    field_of_business = models.ForeignKey(
        FieldOfBusiness,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("field of business"),
        help_text=_("Leave it empty if it fits everywhere."),
    )
    products = models.ManyToManyField(
        Product, blank=True, verbose_name=_("products in it"), related_name="solutions"
    )
    text = models.TextField(_("text"), help_text=_("Markdown works."))
    is_offered = models.BooleanField(_("offered today"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("solution that we offer")
        verbose_name_plural = _("solutions that we offer")

    def __str__(self) -> str:
        return self.title


class ProfilePart(models.Model):
    """One part of what we say of ourselves, e.g. “Who we are”, “How we work”."""

    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), help_text=_("Markdown works."))
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of the company profile")

    def __str__(self) -> str:
        return self.title


class QualificationQuerySet(SharedQuerySet):
    def valid_on(self, day: date) -> QualificationQuerySet:
        """Those that may be shown on ``day``."""
        return self.filter(models.Q(valid_until=None) | models.Q(valid_until__gte=day))


class Qualification(models.Model):
    """A certificate or licence that we hold."""

    title = models.CharField(_("title"), max_length=160)
    number = models.CharField(_("number"), max_length=80, blank=True)
    issuer = models.CharField(_("issuer"), max_length=160)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("owner"),
        help_text=_("Is reminded before it ends."),
    )
    scan = models.FileField(
        _("scan"), upload_to="qualifications/%Y/%m/", blank=True, editable=False
    )
    scan_name = models.CharField(max_length=200, blank=True, editable=False)
    scan_content_type = models.CharField(max_length=100, blank=True, editable=False)
    scan_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualification")
        constraints = [
            models.CheckConstraint(
                name="qualification_ends_after_it_begins",
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                violation_error_message=_("It must not end before it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def standing_on(self, day: date) -> Standing:
        return _standing(self.valid_until, on=day)


class ReferenceQuerySet(SharedQuerySet):
    def usable_on(self, day: date) -> ReferenceQuerySet:
        """Those whose customer agrees on ``day`` to being named."""
        return self.filter(consent_given_on__lte=day).filter(
            models.Q(consent_ends_on=None) | models.Q(consent_ends_on__gte=day)
        )


class ReferenceCase(models.Model):
    """A roll-out we may tell others about, as long as that customer agrees."""

    customer_name = models.CharField(_("customer"), max_length=160)
    field_of_business = models.ForeignKey(
        FieldOfBusiness,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("field of business"),
    )
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("text"), help_text=_("Markdown works."))
    consent_given_on = models.DateField(_("consent given on"), null=True, blank=True)
    consent_ends_on = models.DateField(_("consent ends on"), null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference case")

    def __str__(self) -> str:
        return f"{self.title} ({self.customer_name})"

    def standing_on(self, day: date) -> Standing:
        """Whether its customer agrees on ``day`` to being named."""
        if self.consent_given_on is None or self.consent_given_on > day:
            return Standing.MISSING
        return _standing(self.consent_ends_on, on=day)


MARK = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+")
"""What people begin the lines of a list with; pages put their own there."""


def step_lines(text: str) -> list[str]:
    """Return the steps of a script, one a line, without numbers and dashes of their own."""
    return [MARK.sub("", line).strip() for line in text.splitlines() if line.strip()]


class Scenario(models.Model):
    """A script by which a product is demonstrated; each demonstration adapts a copy of it."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="scenarios", verbose_name=_("product")
    )
    title = models.CharField(_("title"), max_length=160)
    goal = models.CharField(
        _("goal"),
        max_length=500,
        blank=True,
        help_text=_("What the audience should have understood at the end, in one sentence."),
    )
    steps = models.TextField(
        _("steps"), blank=True, help_text=_("What is shown and said, one step a line.")
    )
    prepared_data = models.TextField(
        _("prepared data"),
        blank=True,
        help_text=_("What must be in the system before: accounts, records, files."),
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)
    is_current = models.BooleanField(_("used today"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("scenario")
        constraints = [
            models.CheckConstraint(
                name="scenario_takes_time",
                condition=models.Q(minutes__range=(1, 480)),
                violation_error_message=_("It takes between one minute and eight hours."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def step_lines(self) -> list[str]:
        return step_lines(self.steps)
