from __future__ import annotations

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from implportal.kernel.renderers import FormRenderer

HOSTILE = "\"><script>alert('1')</script>&amp;"
CHOICES = [
    ("", "---------"),
    (1, gettext_lazy("Customer")),
    (HOSTILE, HOSTILE),
    ("safe", mark_safe("<b>&amp;</b>")),
    ("Group " + HOSTILE, [("a", "A"), ("b", 1234.5)]),
]
DRAWN = [
    (forms.Select(choices=CHOICES), HOSTILE),
    (forms.Select(choices=CHOICES, attrs={"class": HOSTILE, "required": True, "x": False}), "1"),
    (forms.SelectMultiple(choices=CHOICES), ["a", HOSTILE]),
    (forms.NullBooleanSelect(), True),
    (forms.TextInput(attrs={HOSTILE: HOSTILE, "maxlength": 60}), HOSTILE),
    (forms.TextInput(), None),
    (forms.TextInput(), ""),
    (forms.NumberInput(), 0),
    (forms.NumberInput(), 1234567),
    (forms.EmailInput(), "a@b.example"),
    (forms.HiddenInput(), 7),
    (forms.PasswordInput(), "secret"),
    (forms.DateInput(), date(2026, 3, 2)),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.Textarea(), "\nfirst\nsecond " + HOSTILE),
    (forms.Textarea(), None),
    (forms.RadioSelect(choices=CHOICES[:3]), "1"),
    (forms.SplitDateTimeWidget(), None),
]


def _shape(html: str) -> str:
    """Without the white space between tags, of which Django's templates leave much."""
    return re.sub(r">\s+<", "><", html.strip())


@pytest.mark.parametrize(("widget", "value"), DRAWN, ids=lambda it: type(it).__name__)
def test_fields_are_drawn_as_djangos_templates_draw_them(widget, value):
    name, attrs = f"n{HOSTILE}", {"id": HOSTILE}

    ours = widget.render(name, value, attrs, renderer=FormRenderer())

    assert _shape(ours) == _shape(widget.render(name, value, attrs, renderer=DjangoTemplates()))
    assert hasattr(ours, "__html__")


def test_a_select_with_options_of_its_own_look_keeps_them():
    class Radios(forms.Select):
        option_template_name = "django/forms/widgets/radio_option.html"

    drawn = Radios(choices=[("a", "A")]).render("n", "a", renderer=FormRenderer())

    assert '<input type="' in drawn


def test_the_portal_draws_its_forms_so(settings):
    assert settings.FORM_RENDERER == "implportal.kernel.renderers.FormRenderer"
