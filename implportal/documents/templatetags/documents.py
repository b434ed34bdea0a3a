from __future__ import annotations

import re
from datetime import date, datetime
from html import unescape
from typing import Any

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from implportal.documents.markdown import to_html, with_image_addresses

register = template.Library()

LONGEST_WHOLE_WORD = 16
"""Letters of which a few columns stand beside each other on a page."""
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@register.filter
def frozen_html(html: str) -> SafeString:
    """HTML of frozen content for print: it was rendered and sanitised when it was frozen.

    The inside of a list item is wrapped in ``<dd>``, which WeasyPrint tags as the body of
    the item; without it paragraphs hang directly in the item, which PDF/UA forbids. A table
    of short words keeps them whole; any other may break them, or it would leave the page.
    """
    html = html.replace("<li>", "<li><dd>").replace("</li>", "</dd></li>")
    return mark_safe(_TABLE.sub(_keep_words, html))  # noqa: S308


def _keep_words(table: re.Match[str]) -> str:
    words = unescape(_TAG.sub(" ", table[0])).split()
    if max(map(len, words), default=0) > LONGEST_WHOLE_WORD:
        return table[0]
    return table[0].replace("<table", '<table class="whole-words"', 1)


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
