from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.celery import send_on_commit
from implportal.documents import renderer
from implportal.documents.canonical import content_digest, digest
from implportal.documents.models import DocumentVersion, StoredImage
from implportal.documents.permissions import may_retry
from implportal.documents.registry import kind_for
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project

logger = logging.getLogger(__name__)

CLAIM_LASTS = timedelta(minutes=5)
"""After this long a worker that claimed a rendering is taken for dead."""
MAX_ATTEMPTS = 3
"""Tries made without a person asking for one."""

FROZEN = Action(
    "documents.frozen", gettext_lazy("froze version %(version)s of %(number)s “%(title)s”")
)
RENDERED = Action(
    "documents.rendered", gettext_lazy("prepared the PDF of version %(version)s of %(number)s")
)
RENDERING_FAILED = Action(
    "documents.rendering_failed",
    gettext_lazy("could not prepare the PDF of version %(version)s of %(number)s: %(reason)s"),
)
RENDERING_RETRIED = Action(
    "documents.rendering_retried",
    gettext_lazy("asked for the PDF of version %(version)s of %(number)s again"),
)
WITHDRAWN = Action(
    "documents.withdrawn",
    gettext_lazy("withdrew version %(version)s of %(number)s: %(reason)s"),
)


class ContentWasChanged(DomainError):
    """The stored content no longer has the digest that was taken when it was frozen."""


class NothingToRetry(DomainError):
    """The PDF is there already, or being made."""


class AlreadySealed(DomainError):
    """A sealed version is with the customer and cannot be withdrawn."""


@transaction.atomic
def freeze(
    *,
    kind: str,
    subject: models.Model,
    project: Project,
    number: str,
    title: str,
    content: dict[str, Any],
    actor: User | None,
    at: datetime,
) -> DocumentVersion:
    """Freeze ``content`` as the next version of ``subject``, for good.

    The version counts up from 1 per subject and kind and is written into the content
    before its digest D1 is taken. The PDF is rendered by a task after the commit. Earlier
    versions that were never sealed are superseded now; a sealed one stays current until a
    later one is sealed in its place. The caller has checked that ``actor`` may do this.

    Raises:
        KeyError: no app has registered ``kind``.
        ProjectNotRunning: the project is suspended, lost, cancelled or closed.
    """
    kind_for(kind)
    check_running(Project.objects.locked(project.pk))  # two freezes of one subject queue up here
    earlier = DocumentVersion.objects.of(subject).filter(kind=kind)
    latest = earlier.aggregate(latest=Max("version"))["latest"] or 0
    content = {**content, "number": number, "title": title, "version": latest + 1}
    version = DocumentVersion(
        kind=kind,
        subject=subject,
        project=project,
        number=number,
        title=title,
        version=latest + 1,
        language=content.get("language", "en"),
        content=content,
        content_sha256=content_digest(content),
        frozen_at=at,
        frozen_by=actor,
    )
    version.save(force_insert=True)
    earlier.filter(status=DocumentVersion.Status.ACTIVE, sealed_sha256="").exclude(
        pk=version.pk
    ).update(status=DocumentVersion.Status.SUPERSEDED, superseded_by=version)
    record(
        FROZEN,
        subject=version,
        actor=actor,
        at=at,
        project=project,
        details={**_named(version), "title": title, "content_sha256": version.content_sha256},
    )
    send_on_commit("documents.render", version_id=version.pk)
    return version


def render_version(*, version_id: int, now: datetime) -> bool:
    """Render the PDF of a frozen version unless it is there or another worker has it.

    True if this call made it. The claim is one UPDATE, so of two workers one wins; the
    claim of a worker that died expires after CLAIM_LASTS. A failure is kept on the
    version, where people see it.
    """
    mine = DocumentVersion.objects.filter(
        Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS),
        pk=version_id,
        state=DocumentVersion.State.RENDERING,
    )
    if not mine.update(claimed_at=now, attempts=models.F("attempts") + 1):
        return False
    version = DocumentVersion.objects.select_related("project").get(pk=version_id)
    try:
        pdf = _render(version)
    except Exception as error:  # whatever it was, a person must see it and may try again
        logger.exception("Rendering %s failed", version)
        _rendering_failed(version, reason=_reason(error), at=now)
        return False
    return _rendering_done(version, pdf, at=now)


def _render(version: DocumentVersion) -> bytes:
    if content_digest(version.content) != version.content_sha256:
        raise ContentWasChanged(_("The frozen content has been changed in the database."))
    return renderer.render_document(
        version.content,
        digest=version.content_sha256,
        frozen_at=version.frozen_at,
        images=image_bytes(version),
    )


def image_bytes(version: DocumentVersion) -> dict[str, tuple[bytes, str]]:
    """The pictures of a frozen version as (bytes, type) by digest, checked against it.

    Raises:
        ContentWasChanged: a stored picture no longer has its digest.
    """
    images: dict[str, tuple[bytes, str]] = {}
    stored = StoredImage.objects.filter(
        project_id=version.project_id, sha256__in=version.content["images"]
    ).order_by("pk")
    for image in stored:
        with image.file.open() as file:
            data = file.read()
        if digest(data) != image.sha256:
            raise ContentWasChanged(_("A stored picture has been changed."))
        images[image.sha256] = (data, image.content_type)
    return images


def _rendering_done(version: DocumentVersion, pdf: bytes, *, at: datetime) -> bool:
    sha256 = digest(pdf)
    storage = version.pdf.storage
    name = storage.save(
        version.pdf.field.generate_filename(version, "frozen.pdf"), ContentFile(pdf)
    )
    with transaction.atomic():
        current = DocumentVersion.objects.locked(version.pk)
        if current.state != DocumentVersion.State.RENDERING:
            storage.delete(name)  # a worker taken for dead was faster after all
            return False
        current.pdf.name, current.pdf_sha256 = name, sha256
        current.state, current.claimed_at, current.failure = current.State.READY, None, ""
        current.save(update_fields=["pdf", "pdf_sha256", "state", "claimed_at", "failure"])
        hook = kind_for(current.kind).on_rendered
        if hook:
            hook(current, at)
        record(
            RENDERED,
            subject=current,
            actor=None,
            at=at,
            project=version.project,
            details={**_named(current), "pdf_sha256": sha256},
            actor_name=str(_("The portal")),
        )
    return True


@transaction.atomic
def _rendering_failed(version: DocumentVersion, *, reason: str, at: datetime) -> None:
    current = DocumentVersion.objects.locked(version.pk)
    if current.state != DocumentVersion.State.RENDERING:
        return
    current.state, current.claimed_at = DocumentVersion.State.FAILED, None
    current.failure = reason
    current.save(update_fields=["state", "claimed_at", "failure"])
    record(
        RENDERING_FAILED,
        subject=current,
        actor=None,
        at=at,
        project=version.project,
        details={**_named(current), "reason": reason},
        actor_name=str(_("The portal")),
    )


@transaction.atomic
def retry_rendering(*, version: DocumentVersion, actor: User, at: datetime) -> DocumentVersion:
    """Ask for a failed PDF again.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        NothingToRetry: it did not fail, or someone else has asked already.
    """
    version = DocumentVersion.objects.locked(version.pk)
    if not may_retry(actor, version):
        raise NotAllowed
    if version.state != DocumentVersion.State.FAILED:
        raise NothingToRetry(_("This PDF is there already, or is being made."))
    version.state, version.failure, version.claimed_at = version.State.RENDERING, "", None
    version.attempts = 0
    version.save(update_fields=["state", "failure", "claimed_at", "attempts"])
    record(
        RENDERING_RETRIED,
        subject=version,
        actor=actor,
        at=at,
        project=version.project,
        details=_named(version),
    )
    send_on_commit("documents.render", version_id=version.pk)
    return version


@transaction.atomic
def withdraw(*, version: DocumentVersion, actor: User | None, at: datetime, reason: str) -> None:
    """Take back a version that nobody has signed; it stays on record and can be verified as such.

    Raises:
        AlreadySealed: it is signed and sealed.
    """
    version = DocumentVersion.objects.locked(version.pk)
    if version.is_sealed:
        raise AlreadySealed(_("This version is signed and sealed; it cannot be withdrawn."))
    if version.status == DocumentVersion.Status.WITHDRAWN:
        return
    version.status = DocumentVersion.Status.WITHDRAWN
    version.save(update_fields=["status"])
    record(
        WITHDRAWN,
        subject=version,
        actor=actor,
        at=at,
        project=version.project,
        details={**_named(version), "reason": reason},
    )


def supersede(*, version: DocumentVersion) -> int:
    """Mark every earlier current version of the same subject as superseded by this one.

    Returns how many. Called inside the caller's transaction, when ``version`` is sealed.
    """
    return (
        DocumentVersion.objects.filter(
            kind=version.kind,
            content_type_id=version.content_type_id,
            object_id=version.object_id,
            version__lt=version.version,
            status=DocumentVersion.Status.ACTIVE,
        )
    ).update(status=DocumentVersion.Status.SUPERSEDED, superseded_by=version)


def hand_out_renderings(*, now: datetime) -> int:
    """Queue what waits to be rendered and has no living worker; returns how many.

    The row is the queue: a task that was lost with its broker is found here. What has
    failed to come to an end MAX_ATTEMPTS times (it kills its worker) is marked failed.
    """
    waiting = DocumentVersion.objects.filter(
        Q(claimed_at=None, frozen_at__lt=now - timedelta(minutes=1))
        | Q(claimed_at__lt=now - CLAIM_LASTS),
        state=DocumentVersion.State.RENDERING,
    ).select_related("project")
    for version in waiting.filter(attempts__gte=MAX_ATTEMPTS).order_by("pk"):
        _rendering_failed(
            version, reason=str(_("The worker was stopped several times while rendering.")), at=now
        )
    due = list(waiting.order_by("pk").values_list("pk", flat=True))
    for pk in due:
        send_on_commit("documents.render", version_id=pk)
    return len(due)


def _named(version: DocumentVersion) -> dict[str, object]:
    return {"version": version.version, "number": version.number}


def _reason(error: Exception) -> str:
    if isinstance(error, DomainError):
        return str(error)
    return str(_("Rendering stopped with an error (%(kind)s).")) % {"kind": type(error).__name__}
