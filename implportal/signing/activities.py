"""Our pages for documents, our tab, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.notifications.registry import DeliveryListener, register_delivery_listener
from implportal.projects.models import Project
from implportal.projects.registry import (
    ADDRESS_LISTENERS,
    TABS,
    WAITING,
    AddressListener,
    ProjectTab,
    Waiting,
    WaitingSource,
)
from implportal.signing.domain.addresses import note_other_address
from implportal.signing.domain.deliveries import note_delivery
from implportal.signing.domain.reading import questions_url
from implportal.signing.domain.reminding import on_turn
from implportal.signing.models import LinkKind, Question, SharedLink
from implportal.signing.registry import LinkPage, register_link_page

SOON_DAYS, LATE_DAYS = 3, 7

for kind in (LinkKind.READ, LinkKind.DISCUSS, LinkKind.SIGN, LinkKind.CONFIRM):
    register_link_page(LinkPage(kind, "documents.documentversion", "signing:link_document"))

TABS.register(
    ProjectTab(
        "customer", gettext_lazy("Questions & signatures"), 55, "signing:request_list", "signature"
    )
)


def _mine(user: User) -> QuerySet[Project]:
    """Projects that ``user`` runs; what customers do there waits for this person."""
    return Project.objects.running().filter(
        Q(implementation_manager=user) | Q(project_manager=user, delivery_granted_at__isnull=False)
    )


def _urgency(since: datetime, now: datetime) -> int:
    days = (now - since).days
    return (days >= SOON_DAYS) + (days >= LATE_DAYS)


def questions_to_answer(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield the questions of customers without an answer; one query."""
    questions = (
        Question.objects.filter(
            Q(version__project__in=_mine(user))
            | Q(link__sent_by=user, version__project__in=Project.objects.visible_to(user)),
            version__project__state="RUNNING",
            state=Question.State.OPEN,
        )
        .select_related("version__project")
        .defer("version__content")
        .order_by("waiting_since", "pk")
    )
    for question in questions:
        yield Waiting(
            text=_("%(name)s asks about “%(section)s”")
            % {"name": question.name, "section": question.section_title},
            project=question.version.project,
            since=question.waiting_since,
            url=questions_url(question.version.project_id),
            button=_("Answer"),
            urgency=1 + ((now - question.waiting_since).days >= 1),
        )


def unsigned(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield the people at customers who have yet to sign; one query."""
    signers = (
        on_turn()
        .filter(request__project__in=_mine(user))
        .select_related("request__version", "request__project")
        .defer("request__version__content")
        .order_by("invited_at", "pk")
    )
    for signer in signers:
        version = signer.request.version
        to_confirm = version.document_kind.to_confirm
        text = (
            _("“%(title)s” is to be confirmed") if to_confirm else _("“%(title)s” is to be signed")
        )
        yield Waiting(
            text=text % {"title": version.title},
            project=signer.request.project,
            since=signer.invited_at,
            url=signer.request.get_absolute_url(),
            button=_("See where it stands"),
            on="CUSTOMER",
            who=signer.name,
            urgency=_urgency(signer.invited_at, now),
        )


def unread(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield the links to documents that nobody has opened; two queries."""
    links = (
        SharedLink.objects.open_at(now)
        .filter(
            project__in=_mine(user),
            kind__in=[LinkKind.READ, LinkKind.DISCUSS],
            opened_at=None,
            signer=None,
        )
        .select_related("project", "content_type")
        .prefetch_related("subject")
        .order_by("sent_at", "pk")
    )
    for link in links:
        yield Waiting(
            text=_("“%(what)s” is not opened yet") % {"what": link.subject},
            project=link.project,
            since=link.sent_at,
            url=reverse("signing:link_list", kwargs={"project_pk": link.project_id}),
            button=_("Send again"),
            on="CUSTOMER",
            who=link.name,
            urgency=_urgency(link.sent_at, now),
        )


register_delivery_listener(DeliveryListener("signing.links", note_delivery))
ADDRESS_LISTENERS.register(AddressListener("signing.signers", note_other_address))
WAITING.register(WaitingSource("signing.questions", questions_to_answer))
WAITING.register(WaitingSource("signing.unsigned", unsigned))
WAITING.register(WaitingSource("signing.unread", unread))
