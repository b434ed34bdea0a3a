"""What customers of one field of business need as a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness
from presales.models.requirements import Requirement, priority_rank

if TYPE_CHECKING:
    from implportal.accounts.models import User
    from implportal.projects.models import Customer


class CommonRequirementQuerySet(models.QuerySet["CommonRequirement"]):
    def visible_to(self, user: User) -> CommonRequirementQuerySet:
        """They are the company's own: everybody who signs in may read them."""
        return self if user.is_authenticated else self.none()

    def with_rank(self) -> CommonRequirementQuerySet:
        """Add ``priority_rank``: 0 for a must, rising as it matters less."""
        return self.annotate(priority_rank=priority_rank())

    def common_for(self, customer: Customer) -> CommonRequirementQuerySet:
        """Those of the customer's field of business, and those of every field."""
        return self.filter(
            Q(field_of_business=None) | Q(field_of_business=customer.field_of_business_id)
        )


class CommonRequirement(models.Model):
    """A requirement that projects of one field take over; of every field where none is named.

    ``requirements`` are those that were made of it, in whichever project.
    """

    field_of_business = models.ForeignKey(
        FieldOfBusiness,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("field of business"),
    )
    text = models.CharField(_("requirement"), max_length=500)
    priority = models.CharField(
        _("priority"),
        max_length=6,
        choices=Requirement.Priority,
        default=Requirement.Priority.SHOULD,
    )
    requirements = models.ManyToManyField(Requirement, related_name="common_origins", blank=True)

    objects = CommonRequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("common requirement")
        constraints = [
            models.CheckConstraint(name="common_requirement_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="common_requirement_priority_is_known",
                condition=Q(priority__in=["MUST", "SHOULD", "COULD", "WONT"]),
            ),
            models.UniqueConstraint(
                name="common_requirement_once_a_field", fields=["field_of_business", "text"]
            ),
            models.UniqueConstraint(
                name="common_requirement_once_for_all",
                fields=["text"],
                condition=Q(field_of_business=None),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("presales:common_requirement_edit", kwargs={"pk": self.pk})
