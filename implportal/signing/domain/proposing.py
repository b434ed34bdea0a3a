"""Whom a new request proposes: those who were asked before, else those who decide."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import ContactKind, Project, Stakeholder
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import RequestState, SignatureRequest, SignerRole, SignerState

SAME_DOCUMENT = _("Proposed are those who were asked for the version before.")
SAME_PROJECT = _("Proposed are those who were asked for the last document of this project.")
DECIDES = _("Proposed are the sponsor and the decision makers among the stakeholders.")
EXECUTIVES = _("Proposed are the executives among the contacts.")
DECIDING_ROLES = (Stakeholder.Role.SPONSOR, Stakeholder.Role.DECISION_MAKER)


@dataclass(frozen=True)
class Proposal:
    """People to begin with, and a sentence that says why these; both may be empty."""

    signers: tuple[SignerSpec, ...] = ()
    reason: str | Promise = ""


def propose_signers(*, project: Project, subject: models.Model | None = None) -> Proposal:
    """Propose whom to ask for a document about ``subject``; nobody is asked by that.

    Who handed over is left out, and so is who has no place among the contacts any more.
    """
    sent = project.signature_requests.exclude(state=RequestState.DRAFT)
    of_subject = sent.none()
    if subject is not None:
        of_subject = sent.filter(
            version__content_type=ContentType.objects.get_for_model(subject),
            version__object_id=subject.pk,
        )
    for requests, reason in ((of_subject, SAME_DOCUMENT), (sent, SAME_PROJECT)):
        # Minutes are confirmed by whoever was there, which says nothing about who signs.
        newest_first = requests.select_related("version").defer("version__content")
        to_sign = (
            request
            for request in newest_first.order_by("-sent_at", "-pk")
            if not request.version.document_kind.to_confirm
        )
        if people := _asked(next(to_sign, None), project):
            return Proposal(people, reason)
    decide = project.stakeholders.filter(role__in=DECIDING_ROLES).select_related("contact")
    if people := [SignerSpec(one.contact) for one in decide.order_by("contact__name", "pk")]:
        return Proposal(tuple(people), DECIDES)
    executives = [
        SignerSpec(contact)
        for contact in project.customer.contacts.order_by("name", "pk")
        if ContactKind.EXECUTIVE in contact.kinds
    ]
    return Proposal(tuple(executives), EXECUTIVES) if executives else Proposal()


def _asked(request: SignatureRequest | None, project: Project) -> tuple[SignerSpec, ...]:
    """The people of an earlier request who can be asked again; none if nobody would sign."""
    if request is None:
        return ()
    people = request.signers.exclude(state=SignerState.REPLACED).filter(
        contact__customer=project.customer_id
    )
    specs = tuple(
        SignerSpec(one.contact, one.role, one.order)
        for one in people.select_related("contact").order_by("order", "pk")
    )
    return specs if any(spec.role == SignerRole.SIGNER for spec in specs) else ()
