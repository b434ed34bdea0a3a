"""Sections of frozen documents as customers see them, drawn once for all who see the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

HERE = "../"
"""From a document's page to the address of its link; the same behind every link."""
MOST_KEPT = 1024


@dataclass(frozen=True)
class ShownSection:
    """Everything that a drawn section depends on, and nothing of who sees it.

    ``frozen`` is content of the document, which ``content_sha256`` and ``key`` name.
    """

    content_sha256: str
    key: str
    frozen: dict[str, Any] = field(compare=False)
    is_understood: bool
    needs_confirmation: bool
    is_changed: bool
    may_discuss: bool
    may_confirm: bool
    language: str

    def as_section(self) -> dict[str, Any]:
        """Return what templates show of the section, without its readers' questions."""
        return {
            **self.frozen,
            "heading": f"{self.frozen['number']} {self.frozen['title']}".strip(),
            "depth": min(self.frozen["level"] + 1, 6),
            "is_changed": self.is_changed,
            "reading": {
                "is_understood": self.is_understood,
                "needs_confirmation": self.needs_confirmation,
            },
        }


@lru_cache(maxsize=MOST_KEPT)
def draw_section(shown: ShownSection) -> SafeString:
    """Return the HTML of a section: drawing them was most of what a customer's page costs."""
    return render_to_string(
        "signing/_section.html",
        {
            "section": shown.as_section(),
            "base": HERE,
            "image_prefix": f"{HERE}images/",
            "may_discuss": shown.may_discuss,
            "may_confirm": shown.may_confirm,
        },
    )
