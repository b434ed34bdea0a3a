"""Texts that are written once and used in many solutions: blocks, words explained, outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness, Product
from implportal.projects.models import Project
from presales.models.solutions import MAX_LEVEL

if TYPE_CHECKING:
    from implportal.accounts.models import User


class CompanyQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> CompanyQuerySet:
        """The company's own: everybody who signs in may read it."""
        return self if user.is_authenticated else self.none()


class TextBlock(models.Model):
    """A text that is put into sections of solutions as it is at that moment.

    Its words stand in its newest version; ``lock_version`` is that one's number.
    """

    title = models.CharField(_("title"), max_length=160)
    field_of_business = models.ForeignKey(
        FieldOfBusiness,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("field of business"),
    )
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
    )
    markdown = models.TextField(_("text"))
    is_retired = models.BooleanField(_("not used any more"), default=False)
    lock_version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("block of text")
        constraints = [
            models.UniqueConstraint(Lower("title"), name="text_block_title_is_unique"),
            models.CheckConstraint(name="text_block_has_title", condition=~Q(title="")),
            models.CheckConstraint(name="text_block_has_text", condition=~Q(markdown="")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("presales:block_detail", kwargs={"pk": self.pk})


class TextBlockVersion(models.Model):
    """What a block said from one saving to the next."""

    block = models.ForeignKey(TextBlock, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    markdown = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a block of text")
        constraints = [
            models.UniqueConstraint(
                name="text_block_version_is_unique", fields=["block", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"


class GlossaryTermQuerySet(models.QuerySet["GlossaryTerm"]):
    def visible_to(self, user: User) -> GlossaryTermQuerySet:
        return self.filter(Q(project=None) | Q(project__in=Project.objects.visible_to(user)))


class GlossaryTerm(models.Model):
    """A word that a reader may not know; of the company, or of one project alone."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, blank=True, related_name="glossary"
    )
    term = models.CharField(_("word"), max_length=80)
    explanation = models.CharField(_("what it means"), max_length=500)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = GlossaryTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("word of the glossary")
        constraints = [
            models.UniqueConstraint(
                Lower("term"),
                name="glossary_term_of_company_is_unique",
                condition=Q(project=None),
            ),
            models.UniqueConstraint(
                "project",
                Lower("term"),
                name="glossary_term_of_project_is_unique",
                condition=Q(project__isnull=False),
            ),
            models.CheckConstraint(name="glossary_term_has_word", condition=~Q(term="")),
            models.CheckConstraint(name="glossary_term_is_explained", condition=~Q(explanation="")),
        ]

    def __str__(self) -> str:
        return self.term


class SolutionTemplate(models.Model):
    """Headings and texts that a solution starts from; it takes a copy of them."""

    title = models.CharField(_("title"), max_length=160)
    purpose = models.CharField(_("when to take it"), max_length=300, blank=True)
    is_default = models.BooleanField(_("taken unless another is chosen"), default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of solutions")
        constraints = [
            models.UniqueConstraint(Lower("title"), name="solution_template_title_is_unique"),
            models.UniqueConstraint(
                name="solution_template_one_default",
                fields=["is_default"],
                condition=Q(is_default=True),
            ),
            models.CheckConstraint(name="solution_template_has_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("presales:solution_template_detail", kwargs={"pk": self.pk})


class SolutionTemplateSection(models.Model):
    """One heading of a template. ``hint`` says what belongs below it and is never sent."""

    template = models.ForeignKey(
        SolutionTemplate, on_delete=models.CASCADE, related_name="sections"
    )
    order = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    title = models.CharField(_("heading"), max_length=250)
    hint = models.CharField(_("what belongs here"), max_length=300, blank=True)
    markdown = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("section of a template of solutions")
        constraints = [
            models.CheckConstraint(
                name="solution_template_section_level_is_known",
                condition=Q(level__gte=1, level__lte=MAX_LEVEL),
            ),
            models.CheckConstraint(
                name="solution_template_section_has_title", condition=~Q(title="")
            ),
        ]

    def __str__(self) -> str:
        return self.title
