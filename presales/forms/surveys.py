from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness
from implportal.kernel.forms import DateInput, PageForm, PageModelForm
from implportal.projects.models import Contact, Project
from presales.domain.surveys_answers import LONGEST
from presales.domain.surveys_requirements import Wish, sentence_for
from presales.models import (
    SCALE,
    WITH_CHOICES,
    Answer,
    QuestionType,
    Requirement,
    SurveyQuestion,
    SurveyTemplate,
    TemplateQuestion,
    TemplateSection,
)

VALID_DAYS = 14
FEWEST_CHOICES = 2


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


class TemplateQuestionForm(PageModelForm):
    choices = forms.CharField(
        label=_("Answers to choose from"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One in each line; only for questions with a choice."),
    )

    class Meta:
        model = TemplateQuestion
        fields = ("text", "help_text", "type", "choices", "is_required", "requirement_hint")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices)

    def clean_choices(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["choices"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("type") not in WITH_CHOICES:
            cleaned["choices"] = []
        elif len(cleaned.get("choices", [])) < FEWEST_CHOICES:
            self.add_error("choices", _("Give at least two answers to choose from."))
        return cleaned


class SurveyForm(PageForm):
    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=SurveyTemplate.objects.filter(is_published=True).order_by("title", "pk"),
        help_text=_("The survey gets its own copy of the questions."),
    )
    title = forms.CharField(label=_("Title"), max_length=160)


class SendForm(PageForm):
    contact = forms.ModelChoiceField(label=_("To"), queryset=Contact.objects.none())
    message = forms.CharField(
        label=_("Your words in the mail"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    valid_days = forms.IntegerField(
        label=_("Days the link is open"), min_value=1, max_value=365, initial=VALID_DAYS
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = Contact.objects.filter(
            customer=project.customer_id
        ).order_by("name", "pk")


class LenientForm(PageForm):
    """Marks what is needed in the end, but never refuses what is still empty."""

    use_required_attribute = False

    def full_clean(self) -> None:
        needed = {name for name, field in self.fields.items() if field.required}
        for name in needed:
            self.fields[name].required = False
        super().full_clean()
        for name in needed:
            self.fields[name].required = True


class AnswersForm(LenientForm):
    """One field for each question. People stop and come back, so gaps are fine here."""

    def __init__(self, *args: Any, questions: Iterable[SurveyQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        for question in self.questions:
            field = _FIELDS[QuestionType(question.type)](question)
            field.required, field.label = question.is_required, question.text
            field.help_text = question.help_text
            answer = getattr(question, "answer", None)
            field.initial = answer.value if answer else None
            self.fields[self.name_of(question)] = field

    @staticmethod
    def name_of(question: SurveyQuestion) -> str:
        return f"q{question.pk}"

    def given(self) -> dict[int, Any]:
        """Return what was given for each question, once the form is valid."""
        return {
            question.pk: self.cleaned_data[self.name_of(question)] for question in self.questions
        }

    def sections(self) -> list[tuple[str, list[tuple[SurveyQuestion, BoundField]]]]:
        """Return the fields as they are shown: (section, [(question, field), …])."""
        return [
            (title, [(question, self[self.name_of(question)]) for question in questions])
            for title, questions in groupby(self.questions, key=lambda question: question.section)
        ]


def _choice_field(
    question: SurveyQuestion, kind: type[forms.ChoiceField], widget: type[forms.Widget]
) -> forms.ChoiceField:
    return kind(choices=[(choice, choice) for choice in question.choices], widget=widget)


_FIELDS = {
    QuestionType.TEXT: lambda _question: forms.CharField(max_length=LONGEST[QuestionType.TEXT]),
    QuestionType.LONG_TEXT: lambda _question: forms.CharField(
        max_length=LONGEST[QuestionType.LONG_TEXT], widget=forms.Textarea(attrs={"rows": 3})
    ),
    QuestionType.NUMBER: lambda _question: forms.DecimalField(
        max_digits=15,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    ),
    QuestionType.DATE: lambda _question: forms.DateField(widget=DateInput()),
    QuestionType.SINGLE_CHOICE: lambda question: _choice_field(
        question, forms.ChoiceField, forms.RadioSelect
    ),
    QuestionType.MULTIPLE_CHOICE: lambda question: _choice_field(
        question, forms.MultipleChoiceField, forms.CheckboxSelectMultiple
    ),
    QuestionType.SCALE: lambda _question: forms.ChoiceField(
        choices=[(str(step), str(step)) for step in SCALE], widget=forms.RadioSelect
    ),
}


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
