from __future__ import annotations

from datetime import date

import pytest
from django import forms

from implportal.kernel.forms import PageForm


class DatesForm(PageForm):
    due_on = forms.DateField()
    start_at = forms.DateTimeField(required=False)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_it_refuses_years_that_nobody_means(day):
    form = DatesForm({"due_on": day, "start_at": f"{day} 10:00"})

    assert not form.is_valid()
    assert set(form.errors) == {"due_on", "start_at"}


def test_it_takes_the_years_in_which_people_live():
    form = DatesForm({"due_on": "2199-12-31", "start_at": ""})

    assert form.is_valid()
    assert form.cleaned_data["due_on"] == date(2199, 12, 31)
