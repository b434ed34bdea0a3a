from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.documents.models import DocumentVersion
from implportal.projects.models import Contact, Project
from implportal.signing.models.links import SharedLink

if TYPE_CHECKING:
    from implportal.accounts.models import User


class RequestState(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SENT = "SENT", _("Sent for signature")
    IN_PROGRESS = "IN_PROGRESS", _("Being signed")
    SEALING = "SEALING", _("Being sealed")
    SEAL_FAILED = "SEAL_FAILED", _("Could not be sealed")
    COMPLETED = "COMPLETED", _("Signed by all")
    DECLINED = "DECLINED", _("Declined")
    CANCELLED = "CANCELLED", _("Cancelled")
    EXPIRED = "EXPIRED", _("Expired")
    SUPERSEDED = "SUPERSEDED", _("Replaced by a newer version")


_ENDS = frozenset(
    {
        RequestState.DECLINED,
        RequestState.CANCELLED,
        RequestState.EXPIRED,
        RequestState.SUPERSEDED,
    }
)
CONFIRMING = {
    RequestState.SENT: _("Sent to be confirmed"),
    RequestState.IN_PROGRESS: _("Being confirmed"),
    RequestState.COMPLETED: _("Confirmed by all"),
    RequestState.DECLINED: _("Objected to"),
}
"""What these states are called where people confirm minutes and sign nothing."""

REQUEST_MOVES = {
    RequestState.DRAFT: frozenset({RequestState.SENT}),
    RequestState.SENT: frozenset({RequestState.IN_PROGRESS, RequestState.SEALING}) | _ENDS,
    RequestState.IN_PROGRESS: frozenset({RequestState.SEALING}) | _ENDS,
    RequestState.SEALING: frozenset({RequestState.COMPLETED, RequestState.SEAL_FAILED}),
    RequestState.SEAL_FAILED: frozenset({RequestState.SEALING, RequestState.COMPLETED}),
}
"""From -> to. A state without an entry is final and never reopens; a draft is thrown away."""

RUNNING = (RequestState.SENT, RequestState.IN_PROGRESS)
"""Somebody may still sign."""
UNFINISHED = (*RUNNING, RequestState.SEALING, RequestState.SEAL_FAILED)


class SignatureRequestQuerySet(models.QuerySet["SignatureRequest"]):
    def visible_to(self, user: User) -> SignatureRequestQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def running(self) -> SignatureRequestQuerySet:
        """Those that somebody may still sign."""
        return self.filter(state__in=RUNNING)

    def locked(self, pk: int) -> SignatureRequest:
        """Re-read one request, holding its row. It is always locked before its signers."""
        return self.select_for_update(of=("self",)).select_related("version", "project").get(pk=pk)


class SignatureRequest(models.Model):
    """Asks people in order to sign one version. Its state changes only through the domain.

    ``message`` is a word of the sender for the mails. ``may_delegate`` says whether those
    who are asked may hand over to somebody else; our own people always may, for them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="signature_requests"
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="signature_requests"
    )
    state = models.CharField(
        _("state"), max_length=11, choices=RequestState, default=RequestState.DRAFT
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    code_required = models.BooleanField(_("one-time code required"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("prepared"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    message = models.TextField(_("a word of yours"), blank=True)
    may_delegate = models.BooleanField(_("may hand over"), default=True)
    valid_days = models.PositiveSmallIntegerField(null=True)
    """Days to sign, counted from sending; None where the last day was chosen."""
    expires_at = models.DateTimeField(_("until"))
    all_signed_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    seal_claimed_at = models.DateTimeField(null=True)
    seal_attempts = models.PositiveSmallIntegerField(default=0)

    objects = SignatureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature request")
        indexes = [models.Index(fields=["state", "expires_at"], name="request_standing")]
        constraints = [
            models.CheckConstraint(
                name="request_state_is_known", condition=Q(state__in=RequestState.values)
            ),
            models.UniqueConstraint(
                name="request_one_unfinished_per_version",
                fields=["version"],
                condition=Q(state__in=UNFINISHED),
            ),
            models.UniqueConstraint(
                name="request_one_completed_per_version",
                fields=["version"],
                condition=Q(state="COMPLETED"),
            ),
            models.UniqueConstraint(
                name="request_one_draft_per_version", fields=["version"], condition=Q(state="DRAFT")
            ),
            models.CheckConstraint(
                name="request_draft_is_not_sent",
                condition=Q(state="DRAFT", sent_at=None)
                | (~Q(state="DRAFT") & Q(sent_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="request_completed_together",
                condition=Q(state="COMPLETED", completed_at__isnull=False)
                | (~Q(state="COMPLETED") & Q(completed_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {str(self.public_id)[:8]}".capitalize()

    def get_absolute_url(self) -> str:
        return reverse(
            "signing:request_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def chain(self) -> str:
        """The name of the hash chain that every event of this request joins."""
        return f"request:{self.public_id}"

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def last_day(self) -> date:
        """The last day for deciding, where the customer is."""
        return timezone.localdate(self.expires_at, ZoneInfo(self.project.customer.time_zone))

    @property
    def standing(self) -> str:
        """The state in the words of what people do here: sign, or confirm."""
        confirming = CONFIRMING if self.version.document_kind.to_confirm else {}
        return str(confirming.get(self.state, self.get_state_display()))

    @property
    def is_draft(self) -> bool:
        return self.state == RequestState.DRAFT


class SignerRole(models.TextChoices):
    SIGNER = "SIGNER", _("Signer")
    APPROVER = "APPROVER", _("Approves")
    VIEWER = "VIEWER", _("Reads along")
    COPY = "COPY", _("Gets a copy")


DECIDING = (SignerRole.SIGNER, SignerRole.APPROVER)


class SignerState(models.TextChoices):
    WAITING = "WAITING", _("Not yet asked")
    INVITED = "INVITED", _("Asked")
    VIEWED = "VIEWED", _("Has opened it")
    VERIFIED = "VERIFIED", _("E-mail verified")
    SIGNED = "SIGNED", _("Signed")
    DECLINED = "DECLINED", _("Declined")
    REPLACED = "REPLACED", _("Handed over")


_DECISIONS = frozenset({SignerState.SIGNED, SignerState.DECLINED, SignerState.REPLACED})
SIGNER_MOVES = {
    SignerState.WAITING: frozenset({SignerState.INVITED, SignerState.REPLACED}),
    SignerState.INVITED: frozenset({SignerState.VIEWED, SignerState.VERIFIED}) | _DECISIONS,
    SignerState.VIEWED: frozenset({SignerState.VERIFIED}) | _DECISIONS,
    SignerState.VERIFIED: _DECISIONS,
}
TURN = (SignerState.INVITED, SignerState.VIEWED, SignerState.VERIFIED)
"""It is this person's turn."""
UNDECIDED = (SignerState.WAITING, *TURN)


class Signer(models.Model):
    """One person's part in a request. People of one ``order`` are asked at the same time.

    ``evidence`` is written once, when signing, exactly as it goes into the sealed file;
    ``statement_sha256`` is D5. Who hands over stays on record, as ``delegated_from`` of the
    person who stands in the place since, with the reason.
    """

    request = models.ForeignKey(SignatureRequest, on_delete=models.PROTECT, related_name="signers")
    order = models.PositiveSmallIntegerField(_("order"))
    role = models.CharField(_("part"), max_length=8, choices=SignerRole)
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    state = models.CharField(
        _("state"), max_length=8, choices=SignerState, default=SignerState.WAITING
    )
    link = models.OneToOneField(
        SharedLink, on_delete=models.PROTECT, null=True, related_name="signer"
    )
    invited_at = models.DateTimeField(null=True)
    viewed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=1000, blank=True)
    delegated_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="delegate"
    )
    delegation_reason = models.CharField(max_length=1000, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)

    verified_at = models.DateTimeField(null=True)
    verified_session = models.CharField(max_length=64, blank=True)
    verified_code = models.ForeignKey(
        "signing.OneTimeCode", on_delete=models.PROTECT, null=True, related_name="+"
    )
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_tries_on = models.DateField(null=True)
    locked_at = models.DateTimeField(null=True)

    evidence = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    statement_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="signer_state_is_known", condition=Q(state__in=SignerState.values)
            ),
            models.CheckConstraint(
                name="signer_role_is_known", condition=Q(role__in=SignerRole.values)
            ),
            models.UniqueConstraint(name="signer_once_per_request", fields=["request", "email"]),
            models.CheckConstraint(
                name="signer_signed_has_evidence",
                condition=Q(state="SIGNED", evidence__isnull=False, decided_at__isnull=False)
                & ~Q(statement_sha256="")
                | (~Q(state="SIGNED") & Q(evidence__isnull=True, statement_sha256="")),
            ),
            models.CheckConstraint(
                name="signer_declined_has_reason",
                condition=~Q(state="DECLINED") | ~Q(decline_reason=""),
            ),
            models.CheckConstraint(
                name="signer_delegated_has_reason",
                condition=Q(delegated_from=None, delegation_reason="")
                | (Q(delegated_from__isnull=False) & ~Q(delegation_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> str:
        """The state in the words of this person's part: signed, approved, confirmed."""
        if self.request.version.document_kind.to_confirm:
            words = {SignerState.SIGNED: _("Confirmed"), SignerState.DECLINED: _("Objected")}
        else:
            is_approver = self.role == SignerRole.APPROVER
            words = {SignerState.SIGNED: _("Approved")} if is_approver else {}
        return str(words.get(self.state, self.get_state_display()))

    @property
    def decides(self) -> bool:
        return self.role in DECIDING

    @property
    def is_on_turn(self) -> bool:
        return self.state in TURN

    @property
    def is_undecided(self) -> bool:
        return self.decides and self.state in UNDECIDED
