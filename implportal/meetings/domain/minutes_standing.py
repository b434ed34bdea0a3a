"""How far the minutes have come with those who confirm them. Read-only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from implportal.documents.canonical import content_digest
from implportal.documents.models import DocumentVersion
from implportal.meetings.domain.minutes import KIND, minutes_content
from implportal.meetings.models import Meeting
from implportal.signing.models import RequestState, SignatureRequest, Signer, SignerState


class Standing(models.TextChoices):
    NOT_SENT = "NOT_SENT", _("Not sent")
    PREPARING = "PREPARING", _("PDF is being made")
    NOT_LEFT = "NOT_LEFT", _("Could not be sent")
    WAITING = "WAITING", _("Waiting for confirmation")
    OBJECTED = "OBJECTED", _("Objected")
    ENDED = "ENDED", _("Ended without confirmation")
    SEALING = "SEALING", _("Confirmed, being sealed")
    CONFIRMED = "CONFIRMED", _("Confirmed by all")


TONES = {
    Standing.NOT_SENT: "neutral",
    Standing.PREPARING: "info",
    Standing.NOT_LEFT: "danger",
    Standing.WAITING: "waiting",
    Standing.OBJECTED: "danger",
    Standing.ENDED: "danger",
    Standing.SEALING: "info",
    Standing.CONFIRMED: "done",
}
OF_REQUEST = {
    RequestState.SENT: Standing.WAITING,
    RequestState.IN_PROGRESS: Standing.WAITING,
    RequestState.SEALING: Standing.SEALING,
    RequestState.SEAL_FAILED: Standing.SEALING,
    RequestState.COMPLETED: Standing.CONFIRMED,
    RequestState.DECLINED: Standing.OBJECTED,
    RequestState.CANCELLED: Standing.ENDED,
    RequestState.EXPIRED: Standing.ENDED,
    RequestState.SUPERSEDED: Standing.ENDED,
}


@dataclass(frozen=True)
class MinutesStanding:
    """Where the newest version stands; ``is_changed`` when the meeting says more by now."""

    key: Standing = Standing.NOT_SENT
    version: DocumentVersion | None = None
    request: SignatureRequest | None = None
    people: list[Signer] = field(default_factory=list)
    is_changed: bool = False

    @property
    def label(self) -> str:
        return self.key.label

    @property
    def tone(self) -> str:
        return TONES[self.key]

    @property
    def waiting_for(self) -> list[Signer]:
        return [one for one in self.people if self.key == Standing.WAITING and one.is_on_turn]

    @property
    def objection(self) -> Signer | None:
        declined = [one for one in self.people if one.state == SignerState.DECLINED]
        return declined[0] if declined else None

    @property
    def since(self) -> datetime | None:
        return self.version and self.version.frozen_at


def minutes_standing(meeting: Meeting) -> MinutesStanding:
    """Say how far the minutes of ``meeting`` have come.

    No query while they were never sent, afterwards three and what ``minutes_content`` costs.
    """
    if not meeting.minutes_number:
        return MinutesStanding()
    version = (
        DocumentVersion.objects.of(meeting)
        .filter(kind=KIND)
        .defer("content")
        .order_by("-version")
        .first()
    )
    if version is None:
        return MinutesStanding()
    request = version.signature_requests.order_by("-pk").first()
    people = request.signers.select_related("link").order_by("pk") if request else ()
    return MinutesStanding(
        key=_key(version, request),
        version=version,
        request=request,
        people=[one for one in people if one.decides],
        is_changed=_is_changed(meeting, version),
    )


def _key(version: DocumentVersion, request: SignatureRequest | None) -> Standing:
    if version.state == DocumentVersion.State.RENDERING:
        return Standing.PREPARING
    if request is None or version.state == DocumentVersion.State.FAILED:
        return Standing.NOT_LEFT
    return OF_REQUEST.get(RequestState(request.state), Standing.NOT_LEFT)


def _is_changed(meeting: Meeting, version: DocumentVersion) -> bool:
    content = {**minutes_content(meeting), "version": version.version}
    return content_digest(content) != version.content_sha256
