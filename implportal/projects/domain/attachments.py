from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.archives import BadArchive, check_archive
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.files import OFFICE, belies, sniff
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Attachment, Project
from implportal.projects.permissions import may_contribute

FILE_ATTACHED = Action("projects.file_attached", gettext_lazy("attached the file %(name)s"))
FILE_REMOVED = Action("projects.file_removed", gettext_lazy("removed the file %(name)s"))

RUNS = (b"MZ", b"\x7fELF", b"#!")


class FileRefused(DomainError):
    """The file is empty, too large, a program, or not what it seems to be."""


@transaction.atomic
def attach(
    *,
    project: Project,
    subject: models.Model,
    file: UploadedFile,
    actor: User | None,
    at: datetime,
    actor_name: str = "",
) -> Attachment:
    """Keep a file with any record of a project.

    ``actor`` is None when a customer (``actor_name``) sends it through a link; whether the
    link allows it is for the caller to say.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: the project rests or is over.
        FileRefused: empty, larger than UPLOAD_MAX_BYTES, something that runs, or that is not
            what its name says, or that would burst when it is opened.
    """
    if actor is not None and not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    name = PurePath(file.name or "file").name[:200]
    digest, head = _checked(file, name)
    file.seek(0)
    attachment = Attachment(
        project=project,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        name=name,
        size=file.size,
        content_type=sniff(head),
        sha256=digest,
        uploaded_by=actor,
        uploaded_at=at,
    )
    # The name in the storage comes from the content, so no upload can choose its place.
    attachment.file.save(digest, file, save=False)
    attachment.save()
    record(
        FILE_ATTACHED, subject=subject, actor=actor, actor_name=actor_name, at=at, project=project,
        details={"name": name, "sha256": attachment.sha256},
    )  # fmt: skip
    return attachment


def _checked(file: UploadedFile, name: str) -> tuple[str, bytes]:
    """Return SHA-256 and first bytes of a file that may be kept; raises FileRefused."""
    if not file.size:
        raise FileRefused(_("%(name)s is empty.") % {"name": name})
    if file.size > settings.UPLOAD_MAX_BYTES:
        raise FileRefused(
            _("%(name)s is larger than %(limit)s.")
            % {"name": name, "limit": filesizeformat(settings.UPLOAD_MAX_BYTES)}
        )
    digest = hashlib.sha256()
    head = b""
    for chunk in file.chunks():
        head = head or chunk[:4096]
        digest.update(chunk)
    if head.startswith(RUNS):
        raise FileRefused(
            _("%(name)s is a program, and programs are not kept here.") % {"name": name}
        )
    if belies(name, head):
        raise FileRefused(
            _("%(name)s is not what its name says. Save it anew, or give it its true name.")
            % {"name": name}
        )
    if PurePath(name).suffix.lower() in OFFICE and head.startswith(b"PK"):
        file.seek(0)
        try:
            check_archive(file.read())
        except BadArchive as refusal:
            raise FileRefused(f"{name}: {refusal}") from None
    return digest.hexdigest(), head


@transaction.atomic
def remove_attachment(*, attachment: Attachment, actor: User, at: datetime) -> None:
    """Take a file away; that it was there stays on record. Raises NotAllowed, ProjectNotRunning."""
    project = attachment.project
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    record(
        FILE_REMOVED, subject=attachment, actor=actor, at=at, project=project,
        details={"name": attachment.name, "sha256": attachment.sha256},
    )  # fmt: skip
    stored = attachment.file
    attachment.delete()
    transaction.on_commit(lambda: stored.storage.delete(stored.name))
