from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.kernel.forms import DateInput, PageForm
from implportal.meetings.forms.minutes import OwnerField
from implportal.projects.models import Contact
from presales.models import ExchangeQuestion, Requirement, TopicKind

NAME_LIMIT = 80
MOST_NAMES = 30


class TopicForm(PageForm):
    title = forms.CharField(label=gettext_lazy("Topic"), max_length=160)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TopicKind)


class NotesForm(PageForm):
    """Notes and the revision on which they are based; ``over`` replaces that one on purpose."""

    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=50_000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Markdown works: “- ” begins a point."),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    over = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)


class QuestionForm(PageForm):
    text = forms.CharField(
        label=gettext_lazy("Question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    asked_by = forms.CharField(
        label=gettext_lazy("Asked by"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "people"}),
    )


class QuestionChangeForm(QuestionForm):
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class AnswerForm(PageForm):
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Leave it empty to open the question again."),
    )
    answered_by = forms.CharField(
        label=gettext_lazy("Answered by"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "people"}),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class TakeHomeForm(PageForm):
    owner = OwnerField(label=gettext_lazy("Who finds the answer"), required=False)
    due_on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DateInput)

    def __init__(
        self, *args: Any, users: list[User], contacts: list[Contact], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].let_choose_from(users, contacts)


class TechnologiesForm(PageForm):
    names = forms.CharField(
        label=gettext_lazy("Technologies named"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy("Separated by commas, such as: HL7 FHIR, PostgreSQL, SAML."),
    )

    def clean_names(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["names"].split(",") if name.strip()]
        if too_long := next((name for name in names if len(name) > NAME_LIMIT), None):
            raise ValidationError(
                _("“%(name)s…” is too long. Separate names by commas."),
                params={"name": too_long[:40]},
            )
        if len(names) > MOST_NAMES:
            raise ValidationError(_("Name the thirty that matter."))
        return names


class IdeaForm(PageForm):
    text = forms.CharField(label=gettext_lazy("Idea"), max_length=500)


class IdeaTakeForm(PageForm):
    text = forms.CharField(
        label=gettext_lazy("Requirement"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One sentence that can be checked."),
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"),
        choices=Requirement.Priority,
        initial=Requirement.Priority.SHOULD,
    )


def initial_answer(question: ExchangeQuestion) -> dict[str, object]:
    return {
        "answer": question.answer,
        "answered_by": question.answered_by,
        "seen": question.revision,
    }
