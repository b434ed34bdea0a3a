from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

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
    projects = (
        Project.objects.visible_to(user)
        .filter(
            Q(code__icontains=words)
            | Q(title__icontains=words)
            | Q(customer__name__icontains=words)
        )
        .select_related("customer")
    )
    customers = Customer.objects.visible_to(user).filter(name__icontains=words)
    contacts = (
        Contact.objects.visible_to(user)
        .filter(Q(name__icontains=words) | Q(email__icontains=words))
        .select_related("customer")
    )
    documents = (
        DocumentVersion.objects.visible_to(user)
        .filter(Q(number__icontains=words) | Q(title__icontains=words))
        .select_related("project")
        .defer("content")
    )
    requirements = (
        Requirement.objects.visible_to(user).filter(text__icontains=words).select_related("project")
    )
    changes = (
        ChangeRequest.objects.visible_to(user)
        .filter(Q(number__icontains=words) | Q(title__icontains=words))
        .select_related("project")
    )
    groups = [
        Group(
            _("Projects"),
            [
                Hit(
                    project.title,
                    f"{project.code} · {project.customer}",
                    project.get_absolute_url(),
                )
                for project in _first(projects)
            ],
        ),
        Group(
            _("Customers"),
            [Hit(customer.name, "", customer.get_absolute_url()) for customer in _first(customers)],
        ),
        Group(
            _("Contacts"),
            [
                Hit(
                    contact.name,
                    f"{contact.customer} · {contact.email}",
                    contact.get_absolute_url(),
                )
                for contact in _first(contacts)
            ],
        ),
        Group(
            _("Documents"),
            [
                Hit(
                    version.title,
                    _("%(number)s, version %(version)s")
                    % {"number": version.number, "version": version.version},
                    version.get_absolute_url(),
                )
                for version in _first(documents)
            ],
        ),
        Group(
            _("Requirements"),
            [
                Hit(
                    requirement.text,
                    f"{requirement.code} · {requirement.project}",
                    requirement.get_absolute_url(),
                )
                for requirement in _first(requirements)
            ],
        ),
        Group(
            _("Change requests"),
            [
                Hit(change.title, f"{change.number} · {change.project}", change.get_absolute_url())
                for change in _first(changes)
            ],
        ),
    ]
    return [group for group in groups if group.hits]


def _first(found: QuerySet) -> QuerySet:
    return found.order_by("-pk")[:MOST]
