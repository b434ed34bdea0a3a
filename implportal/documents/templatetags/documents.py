from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from implportal.documents.markdown import to_html, with_image_addresses

register = template.Library()


@register.filter
def frozen_html(html: str) -> SafeString:
    """HTML of frozen content for print: it was rendered and sanitised when it was frozen.

    The inside of a list item is wrapped in ``<dd>``, which WeasyPrint tags as the body of
    the item; without it paragraphs hang directly in the item, which PDF/UA forbids.
    """
    return mark_safe(html.replace("<li>", "<li><dd>").replace("</li>", "</dd></li>"))  # noqa: S308


@register.filter
def frozen_html_on_screen(html: str, image_prefix: str) -> SafeString:
    """Frozen HTML for a browser, its pictures at ``image_prefix`` + digest."""
    return mark_safe(with_image_addresses(html, image_prefix))  # noqa: S308


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown that somebody typed, as safe HTML."""
    return mark_safe(to_html(text or ""))  # noqa: S308


@register.filter
def iso_date(text: str) -> str:
    """A date of frozen content ("2026-03-02") in the reader's format."""
    return formats.date_format(date.fromisoformat(text), "DATE_FORMAT")


@register.filter
def utc_time(moment: datetime | str) -> str:
    """A moment as it stands in a certificate: always UTC, to the second."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@register.simple_tag
def heading(section: dict[str, Any], position: int) -> SafeString:
    """A section's heading on the level below the document's title, with an anchor."""
    level = min(int(section["level"]) + 1, 6)
    number = (
        format_html('<span class="number">{}</span> ', section["number"])
        if section["number"]
        else ""
    )
    return format_html(
        '<h{} id="section-{}">{}{}</h{}>', level, position, number, section["title"], level
    )
