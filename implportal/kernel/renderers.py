"""Draws the plain fields of forms without a template for each of their options.

Django renders a ``<select>`` with three templates an option. A filter bar with twenty people
in it cost a fifth of its page that way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

INPUTS = (
    "input", "text", "number", "email", "url", "tel", "password", "hidden", "search", "date",
    "time", "datetime", "color", "checkbox",
)  # fmt: skip
OPTION = "django/forms/widgets/select_option.html"


class FormRenderer(DjangoTemplates):
    """What Django's own templates make of the commonest widgets; anything else is theirs."""

    def render(self, template_name: str, context: dict, request: Any = None) -> SafeString:
        draw = DRAWN.get(template_name)
        drawn = draw(context["widget"]) if draw else None
        return super().render(template_name, context, request) if drawn is None else drawn


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    shown = "" if value is None else f' value="{conditional_escape(value)}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return mark_safe(f'<input type="{kind}" name="{name}"{shown}{_attributes(widget)}>')  # noqa: S308 - escaped


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    name, value = conditional_escape(widget["name"]), conditional_escape(widget["value"] or "")
    # Browsers drop a line break that comes first.
    return mark_safe(f'<textarea name="{name}"{_attributes(widget)}>\n{value}</textarea>')  # noqa: S308 - escaped


def _select(widget: Mapping[str, Any]) -> SafeString | None:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        for option in options:
            if option["template_name"] != OPTION:
                return None
            value, label = conditional_escape(option["value"]), localize(option["label"])
            parts.append(
                f'<option value="{value}"{_attributes(option)}>{conditional_escape(label)}</option>'
            )
        if group:
            parts.append("</optgroup>")
    parts.append("</select>")
    return mark_safe("".join(parts))  # noqa: S308 - escaped


def _attributes(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


DRAWN: dict[str, Callable[[Mapping[str, Any]], SafeString | None]] = {
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
    **{f"django/forms/widgets/{kind}.html": _input for kind in INPUTS},
}
