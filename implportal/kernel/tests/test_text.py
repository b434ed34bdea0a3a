from __future__ import annotations

import pytest
from django import forms

from implportal.kernel.forms import PageForm
from implportal.kernel.text import first_unkeepable


class LetterForm(PageForm):
    subject = forms.CharField()
    text = forms.CharField(widget=forms.Textarea)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["late"] = forms.CharField(required=False)


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x9b", "\u202d", "\u202e", "\ud800", "\ufffe"],
)
def test_a_form_refuses_what_cannot_be_kept_printed_or_signed(character):
    form = LetterForm(
        {"subject": f"a{character}b", "text": f"a{character}b", "late": f"a{character}b"}
    )

    assert set(form.errors) == {"subject", "text", "late"}


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028"])
def test_a_line_has_no_second_line_and_a_text_may_have_many(end):
    form = LetterForm({"subject": f"Hello{end}Bcc: x@example.com", "text": f"a{end}b"})

    assert set(form.errors) == {"subject"}


def test_it_says_which_character_and_where():
    assert str(first_unkeepable("ab\u202ecd")).startswith("The character U+202E (at place 3)")


def test_it_keeps_every_language():
    text = "שלום עולם \u2067مرحبا\u2069 \u200f 验收 Ключ 👩\u200d💻 e\u0301 a\tb"

    assert first_unkeepable(text) is None


def test_a_text_without_a_limit_of_its_own_has_one():
    form = LetterForm({"subject": "a", "text": "a" * 100_001})

    assert set(form.errors) == {"text"}
