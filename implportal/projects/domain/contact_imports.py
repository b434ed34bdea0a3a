"""Contacts from a table or from vCards: every line is looked at before any is kept."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar.parser import Contentline, Contentlines

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.tables import Table
from implportal.projects.domain.duplicates import plain_name
from implportal.projects.models import Contact, ContactKind, Customer
from implportal.projects.permissions import may_edit_customers

CONTACTS_IMPORTED = Action(
    "projects.contacts_imported", gettext_lazy("imported %(count)s contacts from a file")
)

MAX_CARDS = 5_000

MOST_BARE = 4
BARE_PARAMETER = re.compile(
    r"^([A-Za-z]+(?:;[^:;=\n]+=[^:;\n]*)*);[A-Za-z0-9-]+(?=[:;])", re.MULTILINE
)
"""“EMAIL;INTERNET:”: version 2.1 names a parameter's value alone, which no parser takes today."""

HEADINGS = {
    "name": ("name", "full name", "display name", "fn", "contact"),
    "first": ("first name", "given name"),
    "last": ("last name", "family name", "surname"),
    "title": ("position", "title", "job title", "role"),
    "email": ("e-mail", "email", "e-mail address", "email address", "mail", "e-mail 1 - value"),
    "phone": ("phone", "telephone", "business phone", "mobile phone", "mobile", "phone 1 - value"),
    "kinds": ("kinds", "kind"),
}
"""Our fields, and what address books call them in the first line of their exports."""


class NoCards(DomainError):
    """There is no vCard in the file."""


class HeadingMissing(DomainError):
    """A table of contacts has no column of e-mail addresses."""


@dataclass
class ContactRow:
    """One contact as it would be kept; ``error`` says why it would not be.

    ``number`` is the line (of a table) or the card in the person's file. ``hint`` says
    what may be wrong although it can be kept.
    """

    number: int
    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    kinds: list[str] = field(default_factory=list)
    error: str = ""
    hint: str = ""


def rows_of_table(table: Table) -> list[ContactRow]:
    """Read contacts from a table with the headings of common address books.

    Raises:
        HeadingMissing: no column holds e-mail addresses.
    """
    columns = {}
    for ours, theirs in HEADINGS.items():
        found = [name for name in table.headings if name.casefold() in theirs]
        if found:
            columns[ours] = found
    if "email" not in columns:
        raise HeadingMissing(
            _("No column is called “E-mail”. The first line of the table names the columns.")
        )
    rows = []
    for row in table.rows:

        def cell(ours: str, cells: dict[str, str] = row.cells) -> str:
            return next((cells[name] for name in columns.get(ours, ()) if cells[name]), "")

        name = cell("name") or f"{cell('first')} {cell('last')}".strip()
        rows.append(
            ContactRow(
                number=row.number, name=name, title=cell("title"), email=cell("email"),
                phone=cell("phone"), kinds=cell("kinds").replace(";", ",").split(","),
            )
        )  # fmt: skip
    return rows


def rows_of_vcards(text: str) -> list[ContactRow]:
    """Read contacts from vCards of version 2.1, 3.0 or 4.0 (RFC 6350).

    Raises:
        NoCards: there is none.
    """
    rows: list[ContactRow] = []
    for line in _lines(text):
        try:
            key, parameters, value = line.parts()
        except ValueError:
            continue
        name = key.rpartition(".")[2].upper()
        if name == "BEGIN" and value.upper() == "VCARD":
            if len(rows) >= MAX_CARDS:
                raise NoCards(_("These are more than %(limit)s cards.") % {"limit": MAX_CARDS})
            rows.append(ContactRow(number=len(rows) + 1))
            continue
        if not rows:
            continue
        if str(parameters.get("ENCODING", "")).upper() == "QUOTED-PRINTABLE":
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
        _take(rows[-1], name, value)
    if not rows:
        raise NoCards(_("There is no contact in this file. Export your contacts as vCard (.vcf)."))
    return rows


def _lines(text: str) -> Iterator[Contentline]:
    # A line of version 2.1 in quoted-printable goes on after a “=” at its end.
    text = normalize_newlines(text).replace("=\n", "")
    for _round in range(MOST_BARE):
        text = BARE_PARAMETER.sub(r"\1", text)
    for line in Contentlines.from_ical(text.replace("\n", "\r\n")):
        if line:
            yield line


def _take(row: ContactRow, name: str, value: str) -> None:
    if name == "FN":
        row.name = value
    elif name == "N" and not row.name:
        last, first, *_rest = [*value.split(";"), "", ""]
        row.name = f"{first} {last}".strip()
    elif name == "EMAIL" and not row.email:
        row.email = value.removeprefix("mailto:")
    elif name == "TEL" and not row.phone:
        row.phone = value.removeprefix("tel:")
    elif name == "TITLE":
        row.title = value


def check_rows(rows: list[ContactRow], *, customer: Customer) -> list[ContactRow]:
    """Say of each row whether it can be kept; costs one query.

    An address that the customer already has, or that stands in the file twice, is an error;
    a name that the customer already has is a hint.
    """
    known = list(customer.contacts.values_list("name", "email"))
    emails = {email.lower() for _name, email in known}
    names = {plain_name(name) for name, _email in known}
    kinds = {str(kind.label).casefold(): kind.value for kind in ContactKind}
    kinds |= {kind.value.casefold(): kind.value for kind in ContactKind}
    for row in rows:
        row.name, row.title = " ".join(row.name.split()), " ".join(row.title.split())
        row.email, row.phone = row.email.strip().lower(), row.phone.strip()
        wanted = [kind.strip() for kind in row.kinds if kind.strip()]
        unknown = [kind for kind in wanted if kind.casefold() not in kinds]
        row.kinds = [kinds[kind.casefold()] for kind in wanted if kind.casefold() in kinds]
        row.error = _error(row, emails=emails, unknown=unknown)
        if not row.error and plain_name(row.name) in names:
            row.hint = _("There is a contact of this name with another e-mail address.")
        emails.add(row.email)
    return rows


def _error(row: ContactRow, *, emails: set[str], unknown: list[str]) -> str:
    """The first thing that is wrong with a row; empty when nothing is."""
    if not row.name:
        return _("The name is missing.")
    if not row.email:
        return _("The e-mail address is missing.")
    if row.email in emails:
        return _("This address is already there.")
    if unknown:
        return _("“%(kind)s” is not one of: %(kinds)s.") % {
            "kind": unknown[0],
            "kinds": ", ".join(str(label) for label in ContactKind.labels),
        }
    contact = Contact(name=row.name, title=row.title, email=row.email, phone=row.phone)
    try:
        contact.clean_fields(exclude=["customer", "kinds"])
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@transaction.atomic
def import_contacts(
    *, customer: Customer, rows: list[ContactRow], actor: User, at: datetime
) -> list[Contact]:
    """Keep the rows that can be kept, all at once; the others are left out.

    Raises:
        NotAllowed: ``actor`` does not keep customers.
    """
    if not may_edit_customers(actor):
        raise NotAllowed
    # The customer's row is the lock: of two people with one file, the second adds nothing.
    Customer.objects.select_for_update().get(pk=customer.pk)
    good = [row for row in check_rows(rows, customer=customer) if not row.error]
    contacts = Contact.objects.bulk_create(
        Contact(
            customer=customer, name=row.name, title=row.title, email=row.email, phone=row.phone,
            kinds=row.kinds,
        )
        for row in good
    )  # fmt: skip
    if contacts:
        record(
            CONTACTS_IMPORTED, subject=customer, actor=actor, at=at,
            details={"count": len(contacts)},
        )  # fmt: skip
    return contacts
