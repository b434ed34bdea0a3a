from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness
from implportal.projects.models import Contact, Project

if TYPE_CHECKING:
    from implportal.accounts.models import User

SCALE = range(1, 6)
"""1 is the least, 5 the most."""


class QuestionType(models.TextChoices):
    TEXT = "TEXT", _("Short text")
    LONG_TEXT = "LONG_TEXT", _("Long text")
    NUMBER = "NUMBER", _("Number")
    DATE = "DATE", _("Date")
    SINGLE_CHOICE = "SINGLE_CHOICE", _("One of several")
    MULTIPLE_CHOICE = "MULTIPLE_CHOICE", _("Several of several")
    SCALE = "SCALE", _("Scale from 1 to 5")
    TABLE = "TABLE", _("Table")
    FILE = "FILE", _("File")


class Condition(models.TextChoices):
    """When a question is asked, by the answer to an earlier one."""

    EQUALS = "EQUALS", _("is")
    CONTAINS = "CONTAINS", _("contains")
    ANSWERED = "ANSWERED", _("is answered")


WITH_CHOICES = frozenset({QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE})
WITH_LINES = WITH_CHOICES | {QuestionType.TABLE}
"""Their ``choices`` say something: the answers offered, or the columns of the table."""


class Question(models.Model):
    """What a question of a template and its copy in a survey have in common.

    ``choices`` are the answers offered, or the columns of a table. ``smallest``, ``largest``
    and ``unit`` belong to numbers, the labels to the ends of a scale. A question with
    ``depends_on``, an earlier one, is asked only where that one's answer fits.
    """

    order = models.PositiveIntegerField(_("order"))
    text = models.CharField(_("question"), max_length=300)
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    type = models.CharField(_("kind of answer"), max_length=15, choices=QuestionType)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    requirement_hint = models.CharField(
        _("begin the requirement with"),
        max_length=200,
        blank=True,
        help_text=_("Such as “The system shall …”; the answer takes the place of the dots."),
    )
    smallest = models.DecimalField(
        _("smallest number"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    largest = models.DecimalField(
        _("largest number"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    low_label = models.CharField(_("what 1 means"), max_length=60, blank=True)
    high_label = models.CharField(_("what 5 means"), max_length=60, blank=True)
    depends_on = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="dependents",
        verbose_name=_("ask only if"),
    )
    condition = models.CharField(_("its answer"), max_length=8, choices=Condition, blank=True)
    condition_value = models.CharField(_("this"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text


COPIED_FIELDS = [
    field.name
    for field in Question._meta.local_fields
    if not field.is_relation and field.name != "order"
]
"""What a survey takes over from each question of its template."""


class SurveyTemplateQuerySet(models.QuerySet["SurveyTemplate"]):
    def visible_to(self, user: User) -> SurveyTemplateQuerySet:
        """Templates are the company's own: everybody who signs in may read them."""
        return self if user.is_authenticated else self.none()


class SurveyTemplate(models.Model):
    """Questions for one field of business; a survey takes a copy of them."""

    title = models.CharField(_("title"), max_length=160, unique=True)
    field_of_business = models.ForeignKey(
        FieldOfBusiness,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("field of business"),
    )
    is_published = models.BooleanField(
        _("published"), default=False, help_text=_("Only published templates can be chosen.")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    """Counts up with the first change after a survey took a copy."""

    objects = SurveyTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey template")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("presales:survey_template_detail", kwargs={"pk": self.pk})


class TemplateSection(models.Model):
    template = models.ForeignKey(SurveyTemplate, on_delete=models.CASCADE, related_name="sections")
    title = models.CharField(_("heading"), max_length=160)
    order = models.PositiveIntegerField(_("order"))

    class Meta:
        verbose_name = _("section of a survey template")

    def __str__(self) -> str:
        return self.title


class TemplateQuestion(Question):
    section = models.ForeignKey(TemplateSection, on_delete=models.CASCADE, related_name="questions")

    class Meta:
        verbose_name = _("question of a survey template")
        constraints = [
            models.CheckConstraint(
                name="template_question_type_is_known", condition=Q(type__in=QuestionType.values)
            ),
            models.CheckConstraint(
                name="template_question_condition_is_known",
                condition=Q(condition__in=["", *Condition.values]),
            ),
        ]


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, user: User) -> SurveyQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> Survey:
        """Re-read one survey, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Survey(models.Model):
    """The questions that we ask one customer, and their answers.

    ``sent_to`` is the person at the customer who has the link to it now.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Being prepared")
        OPEN = "OPEN", _("Being answered")
        HANDED_IN = "HANDED_IN", _("Handed in")
        CLOSED = "CLOSED", _("Closed")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="surveys")
    title = models.CharField(_("title"), max_length=160)
    template = models.ForeignKey(
        SurveyTemplate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    template_version = models.PositiveIntegerField(_("version"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    sent_to = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    handed_in_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    handed_in_by = models.CharField(_("handed in by"), max_length=160, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        constraints = [
            models.CheckConstraint(
                name="survey_state_is_known",
                condition=Q(state__in=["DRAFT", "OPEN", "HANDED_IN", "CLOSED"]),
            ),
            models.CheckConstraint(
                name="survey_sent_together",
                condition=Q(sent_to=None, sent_at=None)
                | Q(sent_to__isnull=False, sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="survey_handed_in_has_moment",
                condition=~Q(state="HANDED_IN") | Q(handed_in_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse(
            "presales:survey_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def takes_answers(self) -> bool:
        return self.state in {self.State.DRAFT, self.State.OPEN}


SURVEY_MOVES = {
    Survey.State.DRAFT: frozenset({Survey.State.OPEN, Survey.State.HANDED_IN}),
    Survey.State.OPEN: frozenset({Survey.State.HANDED_IN}),
    Survey.State.HANDED_IN: frozenset({Survey.State.OPEN, Survey.State.CLOSED}),
    Survey.State.CLOSED: frozenset({Survey.State.OPEN}),
}
"""From -> to."""


class SurveyQuestion(Question):
    """The survey's own copy of a question; templates change without it."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    section = models.CharField(_("section"), max_length=160)

    class Meta:
        verbose_name = _("question of a survey")
        constraints = [
            models.UniqueConstraint(
                name="survey_question_has_its_place", fields=["survey", "order"]
            ),
            models.CheckConstraint(
                name="survey_question_type_is_known", condition=Q(type__in=QuestionType.values)
            ),
            models.CheckConstraint(
                name="survey_question_condition_is_known",
                condition=Q(condition__in=["", *Condition.values]),
            ),
        ]


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: User) -> AnswerQuerySet:
        return self.filter(question__survey__project__in=Project.objects.visible_to(user))


class Answer(models.Model):
    """The answer to a question that counts: the one agreed on, else what was said last.

    ``value`` is text, a number or a date as text ("12.5", "2026-03-02"), a number from 1
    to 5 for a scale, a list of texts for several choices, a list of rows of texts for a
    table, or the name, size, sha256 and attachment of a file.
    """

    class Via(models.TextChoices):
        INTERVIEW = "INTERVIEW", _("in an interview")
        LINK = "LINK", _("through the link")
        SHEET = "SHEET", _("in a sheet that was handed in")

    question = models.OneToOneField(SurveyQuestion, on_delete=models.CASCADE, related_name="answer")
    value = models.JSONField(_("answer"))
    answered_by = models.CharField(_("answered by"), max_length=160)
    via = models.CharField(_("how"), max_length=9, choices=Via)
    answered_at = models.DateTimeField(_("answered"))
    agreed_at = models.DateTimeField(_("agreed"), null=True)
    """Somebody of ours took this one of several; what is said later does not replace it."""

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        constraints = [
            models.CheckConstraint(
                name="answer_via_is_known", condition=Q(via__in=["INTERVIEW", "LINK", "SHEET"])
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} ({self.via})"

    @property
    def spoken(self) -> str:
        """The answer as a person reads it. Needs ``question``."""
        return speak(self.question, self.value)


def speak(question: Question, value: Any) -> str:
    """Say a stored answer as a person reads it; rows of a table stand in lines."""
    if question.type == QuestionType.MULTIPLE_CHOICE:
        return ", ".join(value)
    if question.type == QuestionType.DATE:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if question.type == QuestionType.NUMBER:
        number = number_format(Decimal(value), use_l10n=True, force_grouping=True)
        return f"{number} {question.unit}".strip()
    if question.type == QuestionType.TABLE:
        return "\n".join(" · ".join(cell or "–" for cell in row) for row in value)
    if question.type == QuestionType.FILE:
        return value["name"]
    return str(value)
