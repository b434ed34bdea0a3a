from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Contact, Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def visible_to(self, user: User) -> IntroductionQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> Introduction:
        """Re-read one introduction, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Introduction(models.Model):
    """What we show this customer of ourselves, chosen from the catalogue.

    ``number`` is given when it is frozen for the first time.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Being composed")
        FROZEN = "FROZEN", _("Ready to give")
        GIVEN = "GIVEN", _("Given")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="introductions")
    number = models.CharField(_("number"), max_length=20, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=160)
    greeting = models.TextField(
        _("greeting"),
        blank=True,
        help_text=_("The first words this customer reads. Markdown works."),
    )
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("company introduction")
        constraints = [
            models.UniqueConstraint(
                name="introduction_number_is_unique", fields=["number"], condition=~Q(number="")
            ),
            models.CheckConstraint(
                name="introduction_state_is_known",
                condition=Q(state__in=["DRAFT", "FROZEN", "GIVEN"]),
            ),
            models.CheckConstraint(
                name="introduction_frozen_has_number", condition=Q(state="DRAFT") | ~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse(
            "presales:introduction_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )


INTRODUCTION_MOVES = {
    Introduction.State.DRAFT: frozenset({Introduction.State.FROZEN}),
    Introduction.State.FROZEN: frozenset({Introduction.State.GIVEN, Introduction.State.DRAFT}),
    Introduction.State.GIVEN: frozenset({Introduction.State.GIVEN, Introduction.State.DRAFT}),
}
"""From -> to. Given again is given to somebody else; back to a draft leads to a new version."""


class PartKind(models.TextChoices):
    PROFILE = "PROFILE", _("Company profile")
    QUALIFICATION = "QUALIFICATION", _("Qualification")
    REFERENCE = "REFERENCE", _("Reference")
    SOLUTION = "SOLUTION", _("Solution")
    PRODUCT = "PRODUCT", _("Product")
    PERSON = "PERSON", _("Person")
    TEXT = "TEXT", _("Own text")


ITEM_FIELDS = {
    PartKind.PROFILE: "profile_part",
    PartKind.QUALIFICATION: "qualification",
    PartKind.REFERENCE: "reference",
    PartKind.SOLUTION: "offered_solution",
    PartKind.PRODUCT: "product",
    PartKind.PERSON: "person",
}
"""Which field of a part holds what it shows; an own text shows nothing but itself."""


def _holds_its_item() -> Q:
    """Return the condition that a part points to exactly the item of its kind."""
    condition = Q(
        kind=PartKind.TEXT, **{f"{field}__isnull": True for field in ITEM_FIELDS.values()}
    )
    for kind, own in ITEM_FIELDS.items():
        condition |= Q(
            kind=kind, **{f"{field}__isnull": field != own for field in ITEM_FIELDS.values()}
        )
    return condition


class IntroductionPart(models.Model):
    """One part of an introduction, at its place.

    ``text`` is said to this customer alone: before the words of the catalogue, or, where
    ``replaces_text``, instead of them. The catalogue stays as it is.
    """

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(_("kind"), max_length=13, choices=PartKind)
    order = models.PositiveIntegerField(_("order"))
    profile_part = models.ForeignKey(
        "catalogue.ProfilePart", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    qualification = models.ForeignKey(
        "catalogue.Qualification", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reference = models.ForeignKey(
        "catalogue.ReferenceCase", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    offered_solution = models.ForeignKey(
        "catalogue.OfferedSolution",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    product = models.ForeignKey(
        "catalogue.Product", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    title = models.CharField(_("heading"), max_length=160, blank=True)
    text = models.TextField(_("text"), blank=True, help_text=_("Markdown works."))
    replaces_text = models.BooleanField(_("instead of the catalogue's words"), default=False)

    class Meta:
        verbose_name = _("part of an introduction")
        constraints = [
            models.CheckConstraint(
                name="introduction_part_holds_its_item", condition=_holds_its_item()
            ),
            models.CheckConstraint(
                name="introduction_part_text_has_heading",
                condition=~Q(kind="TEXT") | ~Q(title=""),
            ),
            models.CheckConstraint(
                name="introduction_part_replaces_with_words",
                condition=Q(replaces_text=False) | ~Q(text=""),
            ),
            *[
                models.UniqueConstraint(
                    name=f"introduction_part_{field}_once", fields=["introduction", field]
                )
                for field in ITEM_FIELDS.values()
            ],
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def item(self) -> models.Model | None:
        """What it shows; None for an own text. Fetch with ``select_related``."""
        field = ITEM_FIELDS.get(PartKind(self.kind))
        return getattr(self, field) if field else None

    @property
    def heading(self) -> str:
        # A person's own title is a position, so only these have a heading in their title.
        titled = {
            PartKind.PROFILE, PartKind.QUALIFICATION, PartKind.REFERENCE, PartKind.SOLUTION,
        }  # fmt: skip
        return self.title or (self.item.title if self.kind in titled else str(self.item))


class Recipient(models.Model):
    """Somebody at the customer to whom an introduction was given, and what it did to them.

    ``confidence`` runs from 1 to 5: their ``is_own_answer``, or what one of us noted.
    """

    introduction = models.ForeignKey(
        Introduction, on_delete=models.CASCADE, related_name="recipients"
    )
    version = models.ForeignKey(
        "documents.DocumentVersion", on_delete=models.PROTECT, related_name="+"
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"))
    confidence = models.PositiveSmallIntegerField(_("confidence"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    noted_at = models.DateTimeField(null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_own_answer = models.BooleanField(_("said by themselves"), default=False)

    class Meta:
        verbose_name = _("recipient of an introduction")
        constraints = [
            models.UniqueConstraint(
                name="recipient_gets_a_version_once", fields=["version", "contact"]
            ),
            models.CheckConstraint(
                name="recipient_confidence_1_to_5",
                condition=Q(confidence=None) | Q(confidence__gte=1, confidence__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.given_at:%Y-%m-%d}"
