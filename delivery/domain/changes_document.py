"""A change request as the document that the customer signs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from delivery.domain.changes_effects import Line, Outlook, outlook, say_price
from delivery.models import ChangeRequest
from delivery.models.changes import PriceRelease
from implportal.documents.domain.content import (
    SectionInput,
    build_content,
    plain_words,
    table,
)
from implportal.documents.models import DocumentVersion
from implportal.kernel.money import format_money
from implportal.signing.models import SignatureRequest

KIND = "delivery.change"


def change_content(change: ChangeRequest, *, at: datetime) -> dict[str, Any]:
    """Return what is frozen: what, why, and every effect, old beside new.

    Raises:
        MissingImage: a text shows a picture that the project does not have.
    """
    view = outlook(change)
    sections = [
        ("what", _("What changes"), change.what),
        ("why", _("Why"), change.why),
        ("requirements", _("Requirements"), _lines(_("Requirement"), view.requirements)),
        ("tasks", _("Plan"), _lines(_("Task"), view.tasks)),
        ("dates", _("Dates"), _lines(_("What"), [view.end] if view.end else [])),
        ("price", _("Price"), _price(change, view)),
        ("acceptance", _("Acceptance"), change.acceptance),
        ("rest", _("Everything else"), _("All that is not named here stays as agreed.")),
    ]
    touched = [line.label for line in view.requirements if line.url]
    return build_content(
        project=change.project,
        number=change.number,
        title=change.title,
        subtitle=_("Change request"),
        date=timezone.localdate(at),
        facts=_facts(change, view),
        sections=[
            SectionInput(
                key=key,
                title=title,
                markdown=text,
                requirements=touched if key == "requirements" else (),
            )
            for key, title, text in sections
            if text.strip()
        ],
    )


def latest_version(change: ChangeRequest) -> DocumentVersion | None:
    """Return the newest frozen version, without its content; None before the first."""
    return (
        DocumentVersion.objects.of(change)
        .filter(kind=KIND)
        .select_related("project")
        .defer("content")
        .order_by("-version", "-pk")
        .first()
    )


def latest_request(version: DocumentVersion | None) -> SignatureRequest | None:
    """How the signing of ``version`` stands; None if nobody was asked."""
    return version and version.signature_requests.order_by("-created_at", "-pk").first()


def _facts(change: ChangeRequest, view: Outlook) -> list[tuple[str, str]]:
    none = _("no change")
    price = say_price(change.price_minor, change.currency) if change.price_minor else none
    return [
        (_("Title of the project"), change.project.title),
        (_("Price"), price),
        (_("Planned end"), view.end.new if view.end else none),
    ]


def _price(change: ChangeRequest, view: Outlook) -> str:
    if not view.price:
        return ""
    words = {"difference": plain_words(say_price(change.price_minor, change.currency))}
    if change.price_minor < 0:
        text = _("The price changes by **%(difference)s**. The last open parts become smaller.")
    elif change.price_release == PriceRelease.FIXED_DATE:
        words["day"] = date_format(change.price_on, "j F Y")
        text = _("The price changes by **%(difference)s**, payable on %(day)s.")
    else:
        text = _("The price changes by **%(difference)s**, payable with the signature.")
    if change.price_minor > 0:
        words["days"] = change.terms_days
        text += " " + _("Days to pay: %(days)s.")
    moves = [
        (
            move.title,
            _money(move.old_minor, change.currency),
            _money(move.new_minor, change.currency),
        )
        for move in view.installments
    ]
    rows = [(view.price.label, view.price.old, view.price.new), *moves]
    amounts = table((_("What"), _("until now"), _("from now on")), rows)
    return f"{text % words}\n\n{amounts}"


def _money(amount_minor: int | None, currency: str) -> str:
    return "–" if amount_minor is None else format_money(amount_minor, currency)


def _lines(what: str, lines: Sequence[Line]) -> str:
    if not lines:
        return ""
    head = (what, _("until now"), _("from now on"))
    return table(head, [(_name(line), line.old, line.new) for line in lines])


def _name(line: Line) -> str:
    kind = line.kind.lower()
    return kind if line.label == kind else f"{line.label} ({kind})"
