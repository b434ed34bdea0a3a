"""Form pieces that every app uses."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class DateInput(forms.DateInput):
    """A date field with the browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DateTimeInput(forms.DateTimeInput):
    """A moment in the reader's time zone with the browser's own picker."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


def check_year(value: date) -> None:
    """Refuse what is a slip of the pen, and what overflows as soon as one adds a day to it."""
    if not 1900 <= value.year < 2200:  # noqa: PLR2004
        raise ValidationError(_("Check the year."))


class PageForm(forms.Form):
    """A form whose <form> element and buttons stand in the template."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper()
        _check_years(self)


class PageModelForm(forms.ModelForm):
    """A model form whose <form> element and buttons stand in the template."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper()
        _check_years(self)


def _check_years(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        if isinstance(field, forms.DateField | forms.DateTimeField):
            field.validators.append(check_year)


class ConfirmForm(PageForm):
    """Nothing to fill in: pressing the button is the answer."""


class ReasonForm(PageForm):
    """One reason in the person's own words."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


def page_helper() -> FormHelper:
    """Return a crispy helper that leaves the <form> element to the template."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    return helper
