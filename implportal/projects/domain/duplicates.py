"""The same customer or person kept twice: found by what names have in common, and merged."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.customers import tell_of_address
from implportal.projects.models import Contact, Customer
from implportal.projects.permissions import may_edit_customers

CUSTOMERS_MERGED = Action(
    "projects.customers_merged", gettext_lazy("merged the customer %(name)s into this one")
)
CONTACTS_MERGED = Action(
    "projects.contacts_merged", gettext_lazy("merged the contact %(name)s into this one")
)

LEGAL_FORMS = frozenset(
    """
    ag bv co company corp corporation eg ev gesellschaft gmbh inc kg limited llc llp ltd mbh
    nv ohg oy plc pte pty sa sarl se spa srl ug
    """.split()  # noqa: SIM905 - forty quotation marks say no more
)
"""Words of a company's name that its people leave out when they write it down."""

WORD = re.compile(r"[^\W_]+")


class NotTheSame(DomainError):
    """These two cannot be merged: one and the same, or contacts of two customers."""


def plain_name(name: str) -> str:
    """Return what is left of a name without accents, case, punctuation and legal form."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    words = WORD.findall("".join(one for one in letters if not unicodedata.combining(one)))
    kept = [word for word in words if word not in LEGAL_FORMS]
    return " ".join(kept or words)


def customers_like(name: str, *, user: User, but: int | None = None) -> list[Customer]:
    """Return customers that ``user`` may see whose name says the same. Costs one query."""
    plain = plain_name(name)
    if not plain:
        return []
    names = Customer.objects.visible_to(user).exclude(pk=but).values_list("pk", "name")
    pks = [pk for pk, other in names.order_by("pk") if plain_name(other) == plain]
    return list(Customer.objects.filter(pk__in=pks).order_by("name", "pk")) if pks else []


def alike_contacts(contacts: list[Contact]) -> list[list[Contact]]:
    """Return groups of contacts of one customer that may be one person, by name."""
    groups: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        groups[plain_name(contact.name)].append(contact)
    return [group for group in groups.values() if len(group) > 1]


@dataclass(frozen=True)
class Moved:
    """What a merge moves (or would move), for a person to read: kind of thing and number."""

    label: str
    count: int


def what_moves(row: models.Model) -> list[Moved]:
    """Count everything that refers to ``row``. One query for each kind of thing."""
    moved = []
    for relation in _relations(row):
        count = relation.related_model._base_manager.filter(**{relation.field.name: row}).count()
        if count:
            moved.append(Moved(str(relation.related_model._meta.verbose_name_plural), count))
    return moved


@transaction.atomic
def merge_customers(*, kept: Customer, merged: Customer, actor: User, at: datetime) -> Customer:
    """Give ``kept`` everything of ``merged``, which then is no more.

    Contacts with one e-mail address become one. What ``kept`` does not say of itself
    (address, region, field of business) it takes over. Documents that were frozen or
    signed keep the name under which that happened.

    Raises:
        NotAllowed: ``actor`` does not keep customers.
        NotTheSame: it is one and the same customer.
    """
    _check(kept, merged, actor)
    kept, merged = _locked(Customer, kept, merged)
    by_email = {contact.email.lower(): contact for contact in kept.contacts.order_by("pk")}
    for contact in merged.contacts.order_by("pk"):
        twin = by_email.get(contact.email.lower())
        if twin:
            _unite(twin, contact)
    for name in ("field_of_business", "region", "address"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(merged, name))
    kept.save()
    name = merged.name
    _unite(kept, merged)
    record(CUSTOMERS_MERGED, subject=kept, actor=actor, at=at, details={"name": name})
    return kept


@transaction.atomic
def merge_contacts(*, kept: Contact, merged: Contact, actor: User, at: datetime) -> Contact:
    """Give ``kept`` everything of ``merged``, another entry for the same person.

    The e-mail address stays that of ``kept``; links already sent go on working. Consent to
    be named as a reference is not taken over: it was given for one entry.

    Raises:
        NotAllowed: ``actor`` does not keep customers.
        NotTheSame: one and the same entry, or people of two customers.
    """
    _check(kept, merged, actor)
    if kept.customer_id != merged.customer_id:
        raise NotTheSame(_("These two belong to different customers. Merge the customers first."))
    kept, merged = _locked(Contact, kept, merged)
    kept.title, kept.phone = kept.title or merged.title, kept.phone or merged.phone
    kept.kinds = [*kept.kinds, *(kind for kind in merged.kinds if kind not in kept.kinds)]
    kept.save(update_fields=["title", "phone", "kinds"])
    name, before = f"{merged.name} <{merged.email}>", merged.email
    _unite(kept, merged)
    record(CONTACTS_MERGED, subject=kept, actor=actor, at=at, details={"name": name})
    tell_of_address(kept, before=before, actor=actor, at=at)
    return kept


def _check(kept: models.Model, merged: models.Model, actor: User) -> None:
    if not may_edit_customers(actor):
        raise NotAllowed
    if kept.pk == merged.pk:
        raise NotTheSame(_("Choose another one: this is the same."))


def _locked(model: type[models.Model], kept: models.Model, merged: models.Model) -> list:
    """Re-read both, holding their rows, always in one order so that two merges cannot wait."""
    rows = model._base_manager.select_for_update().order_by("pk")
    by_pk = {row.pk: row for row in rows.filter(pk__in=[kept.pk, merged.pk])}
    if len(by_pk) < 2:  # noqa: PLR2004 - both
        raise NotTheSame(_("Somebody has merged these just now."))
    return [by_pk[kept.pk], by_pk[merged.pk]]


def _relations(row: models.Model) -> list[models.ManyToOneRel]:
    """Every foreign key to such a row, those too that have no way back."""
    fields = row._meta.get_fields(include_hidden=True)
    return [one for one in fields if isinstance(one, models.ManyToOneRel)]


def _unite(kept: models.Model, merged: models.Model) -> None:
    """Let everything refer to ``kept`` instead; a second row for the same thing is dropped."""
    for relation in _relations(merged):
        rows = relation.related_model._base_manager.filter(**{relation.field.name: merged})
        for row in rows.order_by("pk"):
            setattr(row, relation.field.name, kept)
            if _is_there(row):
                row.delete()
            else:
                row.save(update_fields=[relation.field.name])
    merged.delete()


def _is_there(row: models.Model) -> bool:
    """True if the row, as changed, would stand beside one that a constraint forbids."""
    for constraint in row._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or not constraint.fields:
            continue
        same = {name: getattr(row, name) for name in constraint.fields}
        rows = type(row)._base_manager
        if constraint.condition is not None:
            rows = rows.filter(constraint.condition)
            if not rows.filter(pk=row.pk).exists():
                continue
        if rows.filter(**same).exclude(pk=row.pk).exists():
            return True
    return False
