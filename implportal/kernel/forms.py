"""Form pieces that every app uses."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from implportal.kernel.text import first_unkeepable


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


class CheckedForm(forms.BaseForm):
    """Holds for each field, also those made late, what holds for all of its kind."""

    def full_clean(self) -> None:
        check_fields(self)
        super().full_clean()


class PageForm(CheckedForm, forms.Form):
    """A form whose <form> element and buttons stand in the template."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper()


class PageModelForm(CheckedForm, forms.ModelForm):
    """A model form whose <form> element and buttons stand in the template."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper()


check_length = MaxLengthValidator(100_000)
"""Of a field that names no limit of its own."""


def check_fields(form: forms.BaseForm) -> None:
    """Give each field of a form the limits that hold for all of its kind."""
    for field in form.fields.values():
        if isinstance(field, forms.DateField | forms.DateTimeField):
            checks = [check_year]
        elif isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField):
            # What a hidden field carries was typed or read from a file elsewhere.
            has_lines = isinstance(field.widget, forms.Textarea | forms.HiddenInput)
            checks = [check_text if has_lines else check_line]
            if field.max_length is None:
                checks.append(check_length)
        else:
            continue
        field.validators += [check for check in checks if check not in field.validators]


def check_text(text: str) -> None:
    """Refuse what cannot be kept, printed or signed."""
    if found := first_unkeepable(text):
        raise ValidationError(str(found))


def check_line(text: str) -> None:
    """Refuse what ``check_text`` does, and a second line where there is one."""
    if found := first_unkeepable(text, lines=False):
        raise ValidationError(str(found))


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
