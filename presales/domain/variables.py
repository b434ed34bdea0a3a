"""Words in double braces that stand for facts of the project: {{customer}}, {{date}}.

They are looked up in one table and never evaluated. In code they stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date as Date  # noqa: N812 - "date" is what callers write

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.documents.domain.content import plain_words
from implportal.documents.outline import fenced_lines
from implportal.kernel.errors import DomainError
from presales.models import Solution

MEANINGS = {
    "customer": gettext_lazy("the customer's name"),
    "project": gettext_lazy("the project's title"),
    "code": gettext_lazy("the project's code"),
    "number": gettext_lazy("the number of this solution"),
    "title": gettext_lazy("the title of this solution"),
    "supplier": gettext_lazy("our name"),
    "manager": gettext_lazy("who runs the project"),
    "date": gettext_lazy("the day on which the version is frozen"),
    "start": gettext_lazy("the planned start"),
    "end": gettext_lazy("the planned end"),
}
_VARIABLE = re.compile(r"\{\{[ \t]{0,9}([^{}\n]{0,60}?)[ \t]{0,9}\}\}")
_CODE_OR_VARIABLE = re.compile(rf"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)|{_VARIABLE.pattern}")


class UnknownVariable(DomainError):
    """A word in double braces that stands for nothing, or for a fact that is not set yet."""


def variables_of(solution: Solution, *, on: Date) -> dict[str, str]:
    """Return what each variable stands for on a day; empty where the fact is not known."""
    project = solution.project
    return {
        "customer": project.customer.name,
        "project": project.title,
        "code": project.code,
        "number": solution.number,
        "title": solution.title,
        "supplier": settings.ORGANISATION_NAME,
        "manager": project.implementation_manager.name,
        "date": _day(on),
        "start": _day(project.planned_start_on),
        "end": _day(project.planned_end_on),
    }


def put_in(text: str, values: Mapping[str, str], *, section: str = "") -> str:
    """Return the Markdown with each variable replaced by its value, as plain words.

    Raises:
        UnknownVariable: the message names the section, the line and what is wrong.
    """
    if faults := faults_of(text, values):
        line, fault = faults[0]
        raise UnknownVariable(
            _("“%(section)s”, line %(line)s: %(fault)s")
            % {"section": section, "line": line, "fault": fault}
        )
    return put_in_known(text, values)


def put_in_known(text: str, values: Mapping[str, str]) -> str:
    """Return the text with what is known put in; the rest stays as it was typed."""

    def value(name: str, typed: str) -> str:
        return plain_words(values[name]) if values.get(name) else typed

    return _each(text, lambda _line, name, typed: value(name, typed))


def faults_of(text: str, values: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return what is wrong with the variables of a text, each with its line from 1."""
    found: list[tuple[int, str]] = []

    def check(line: int, name: str, typed: str) -> str:
        if name not in values:
            known = ", ".join(f"{{{{{name}}}}}" for name in values)
            said = _("%(typed)s stands for nothing. Known are %(known)s.")
            found.append((line, said % {"typed": typed, "known": known}))
        elif not values[name]:
            said = _("%(typed)s, %(meaning)s, is not set yet.")
            found.append((line, said % {"typed": typed, "meaning": MEANINGS[name]}))
        return typed

    _each(text, check)
    return found


def _each(text: str, act: Callable[[int, str, str], str]) -> str:
    if "{{" not in text:
        return text
    lines = text.splitlines()
    fenced = fenced_lines(lines)
    for number, line in enumerate(lines):
        if number in fenced or "{{" not in line:
            continue

        def replaced(match: re.Match[str], number: int = number) -> str:
            return match[0] if match[1] else act(number + 1, match[2].strip(), match[0])

        lines[number] = _CODE_OR_VARIABLE.sub(replaced, line)
    return "\n".join(lines)


def _day(day: Date | None) -> str:
    return date_format(day, "j F Y") if day else ""
