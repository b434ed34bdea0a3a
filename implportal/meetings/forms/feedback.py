from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.kernel.forms import PageForm

CHOICES = [
    (5, _("5 – very good")),
    (4, _("4 – good")),
    (3, _("3 – so-so")),
    (2, _("2 – not good")),
    (1, _("1 – poor")),
]


class FeedbackForm(PageForm):
    rating = forms.TypedChoiceField(
        label=_("How was it?"), choices=CHOICES, coerce=int, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was useful, what was missing, what you wish for next."),
    )


class NoteFeedbackForm(FeedbackForm):
    """The same, as one of us writes down what was heard."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rating"].label = _("How was it received?")
        self.fields["note"].label = _("What was said")
        self.fields["note"].help_text = ""
