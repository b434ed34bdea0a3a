from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness
from implportal.kernel.forms import PageForm, PageModelForm
from implportal.kernel.imports import ImportForm
from implportal.kernel.tables import Table
from implportal.projects.models import Contact, Project
from presales.domain.surveys_conditions import fault_of
from presales.domain.surveys_requirements import Wish, sentence_for
from presales.domain.surveys_template_sheets import QuestionRow, rows_of_table
from presales.domain.surveys_templates import fault_of_choices
from presales.forms.surveys_answers import LenientForm
from presales.models import (
    WITH_LINES,
    Answer,
    PreparationItem,
    QuestionType,
    Requirement,
    Survey,
    SurveyTemplate,
    TemplateQuestion,
    TemplateSection,
)

VALID_DAYS = 14


class SurveyTemplateForm(PageModelForm):
    class Meta:
        model = SurveyTemplate
        fields = ("title", "field_of_business", "is_published")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field_of_business"].queryset = FieldOfBusiness.objects.order_by("name", "pk")


class TemplateSectionForm(PageModelForm):
    class Meta:
        model = TemplateSection
        fields = ("title",)


class PreparationItemForm(PageModelForm):
    class Meta:
        model = PreparationItem
        fields = ("text",)
        help_texts = {"text": _("Such as “Read what the customer publishes about itself”.")}


class PreparationForm(PageForm):
    text = forms.CharField(label=_("To prepare"), max_length=300)


class TemplateQuestionForm(PageModelForm):
    """A question; what does not belong to its kind is emptied, not refused."""

    choices = forms.CharField(
        label=_("Answers to choose from, or columns of the table"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One in each line; only for questions with a choice and for tables."),
    )

    class Meta:
        model = TemplateQuestion
        fields = (
            "text", "help_text", "type", "choices", "smallest", "largest", "unit",
            "low_label", "high_label", "is_required", "depends_on", "condition",
            "condition_value", "requirement_hint",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices)
        self.earlier = earlier_questions(self.instance)
        self.fields["depends_on"].choices = [("", _("always"))] + [
            (question.pk, question.text) for question in self.earlier
        ]
        self.fields["depends_on"].help_text = _("Only questions that come earlier can be chosen.")
        self.fields["condition_value"].help_text = _("Not needed for “is answered”.")
        for name in ("smallest", "largest"):
            value = self.initial.get(name)
            self.initial[name] = value if value is None else format(value.normalize(), "f")

    def clean_choices(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["choices"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict:
        cleaned = super().clean()
        kind = cleaned.get("type")
        self._clean_lines(cleaned, kind)
        if kind != QuestionType.NUMBER:
            cleaned |= {"smallest": None, "largest": None, "unit": ""}
        if kind != QuestionType.SCALE:
            cleaned |= {"low_label": "", "high_label": ""}
        smallest, largest = cleaned.get("smallest"), cleaned.get("largest")
        if smallest is not None and largest is not None and smallest > largest:
            self.add_error("largest", _("This is below the smallest number."))
        self._clean_condition(cleaned)
        return cleaned

    def _clean_lines(self, cleaned: dict, kind: str | None) -> None:
        lines = cleaned.get("choices", [])
        if kind not in WITH_LINES:
            cleaned["choices"] = []
        elif fault := fault_of_choices(kind, lines):
            self.add_error("choices", fault)

    def _clean_condition(self, cleaned: dict) -> None:
        reason = cleaned.get("depends_on")
        if reason is None:
            cleaned |= {"condition": "", "condition_value": ""}
            return
        wish = TemplateQuestion(
            text=cleaned.get("text", ""),
            condition=cleaned.get("condition", ""),
            condition_value=cleaned.get("condition_value", ""),
        )
        fault = fault_of(wish, reason, [question.pk for question in self.earlier])
        if fault:
            self.add_error("condition_value" if wish.condition else "condition", fault)


class TemplateImportForm(ImportForm):
    file_help = _(
        "A table (.xlsx or .csv) with the columns of the export: take that of any template as "
        "a pattern."
    )

    def rows_of(self, table: Table) -> list[QuestionRow]:
        return rows_of_table(table)


def earlier_questions(question: TemplateQuestion) -> list[TemplateQuestion]:
    """Return the questions of the template that come before this one; one query."""
    section = question.section
    before = Q(section__order__lt=section.order) | Q(
        section__order=section.order, section__lt=section.pk
    )
    same = Q(section=section)
    if question.pk is not None:
        same &= Q(order__lt=question.order) | Q(order=question.order, pk__lt=question.pk)
    return list(
        TemplateQuestion.objects.filter(before | same, section__template=section.template_id)
        .order_by("section__order", "section_id", "order", "pk")
    )  # fmt: skip


class SurveyForm(PageForm):
    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=SurveyTemplate.objects.filter(is_published=True).order_by("title", "pk"),
        help_text=_("The survey gets its own copy of the questions."),
    )
    title = forms.CharField(label=_("Title"), max_length=160)


class SendForm(PageForm):
    contact = forms.ModelChoiceField(label=_("To"), queryset=Contact.objects.none())
    sections = forms.MultipleChoiceField(
        label=_("Sections"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What this person answers. Tick none to ask everything."),
    )
    message = forms.CharField(
        label=_("Your words in the mail"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    valid_days = forms.IntegerField(
        label=_("Days the link is open"), min_value=1, max_value=365, initial=VALID_DAYS
    )

    def __init__(self, *args: Any, project: Project, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = survey.questions.order_by("order", "pk").values_list("section", flat=True)
        self.fields["sections"].choices = [(title, title) for title in dict.fromkeys(titles)]
        self.fields["contact"].queryset = Contact.objects.filter(
            customer=project.customer_id
        ).order_by("name", "pk")


class WishesForm(LenientForm):
    """For each answer: make a requirement of it, in these words, this important."""

    def __init__(self, *args: Any, answers: Iterable[Answer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers = list(answers)
        for answer in self.answers:
            self.fields[f"make_{answer.pk}"] = forms.BooleanField(
                required=False, label=_("Make this a requirement")
            )
            self.fields[f"text_{answer.pk}"] = forms.CharField(
                label=_("Requirement"),
                max_length=500,
                initial=sentence_for(answer),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"priority_{answer.pk}"] = forms.ChoiceField(
                label=_("Priority"),
                choices=Requirement.Priority,
                initial=Requirement.Priority.SHOULD,
            )

    def clean(self) -> dict:
        cleaned = super().clean()
        for answer in self.answers:
            name = f"text_{answer.pk}"
            if cleaned.get(f"make_{answer.pk}") and not cleaned.get(name) and name in cleaned:
                self.add_error(name, _now("Write the requirement, or take the tick away."))
        return cleaned

    def wishes(self) -> list[Wish]:
        """Return what is ticked, once the form is valid."""
        cleaned = self.cleaned_data
        return [
            Wish(
                answer=answer,
                text=cleaned[f"text_{answer.pk}"],
                priority=Requirement.Priority(
                    cleaned[f"priority_{answer.pk}"] or Requirement.Priority.SHOULD
                ),
            )
            for answer in self.answers
            if cleaned[f"make_{answer.pk}"]
        ]

    def rows(self) -> list[tuple[Answer, BoundField, BoundField, BoundField]]:
        return [
            (answer, *(self[f"{name}_{answer.pk}"] for name in ("make", "text", "priority")))
            for answer in self.answers
        ]
