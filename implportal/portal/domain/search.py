from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.models import ChangeRequest
from implportal.accounts.models import User
from implportal.documents.models import DocumentVersion
from implportal.projects.models import Contact, Customer, Project
from presales.models import Requirement

MOST = 10
"""Hits of one kind; who has more must say more."""


@dataclass(frozen=True)
class Hit:
    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class Group:
    title: str
    hits: list[Hit]


def search(*, user: User, words: str) -> list[Group]:
    """Return what ``user`` may see and ``words`` names, by kind; one query a kind."""
    groups = [
        Group(str(title), [hit(found) for found in _found(kind, user, words, names)])
        for title, kind, names, hit in _KINDS
    ]
    return [group for group in groups if group.hits]


def _found(kind: QuerySet, user: User, words: str, names: tuple[str, ...]) -> QuerySet:
    named = [Q(**{f"{name}__icontains": words}) for name in names]
    return kind.visible_to(user).filter(reduce(or_, named)).order_by("-pk")[:MOST]


def _hit(found: Model, title: str, *details: object) -> Hit:
    return Hit(title, " · ".join(map(str, details)), found.get_absolute_url())


_KINDS: tuple[tuple[Promise, QuerySet, tuple[str, ...], Callable[[Any], Hit]], ...] = (
    (
        gettext_lazy("Projects"),
        Project.objects.select_related("customer"),
        ("code", "title", "customer__name"),
        lambda project: _hit(project, project.title, project.code, project.customer),
    ),
    (
        gettext_lazy("Customers"),
        Customer.objects.all(),
        ("name",),
        lambda customer: _hit(customer, customer.name),
    ),
    (
        gettext_lazy("Contacts"),
        Contact.objects.select_related("customer"),
        ("name", "email"),
        lambda contact: _hit(contact, contact.name, contact.customer, contact.email),
    ),
    (
        gettext_lazy("Documents"),
        DocumentVersion.objects.defer("content"),
        ("number", "title"),
        lambda version: _hit(
            version,
            version.title,
            _("%(number)s, version %(version)s")
            % {"number": version.number, "version": version.version},
        ),
    ),
    (
        gettext_lazy("Requirements"),
        Requirement.objects.select_related("project"),
        ("text",),
        lambda requirement: _hit(
            requirement, requirement.text, requirement.code, requirement.project
        ),
    ),
    (
        gettext_lazy("Change requests"),
        ChangeRequest.objects.select_related("project"),
        ("number", "title"),
        lambda change: _hit(change, change.title, change.number, change.project),
    ),
)
