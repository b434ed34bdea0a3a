from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from implportal.documents.registry import kind_for
from implportal.projects.models import Project

if TYPE_CHECKING:
    from implportal.accounts.models import User
    from implportal.documents.registry import DocumentKind


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    def visible_to(self, user: User) -> DocumentVersionQuerySet:
        """Versions of projects that ``user`` may know exist."""
        return self.filter(project__in=Project.objects.visible_to(user))

    def of(self, subject: models.Model) -> DocumentVersionQuerySet:
        """All versions of one thing, unordered."""
        return self.filter(
            content_type=ContentType.objects.get_for_model(subject), object_id=subject.pk
        )

    def locked(self, pk: int) -> DocumentVersion:
        """Re-read one version, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


def pdf_path(version: DocumentVersion, name: str) -> str:
    return f"documents/{version.public_id}/{name}"


class DocumentVersion(models.Model):
    """What was shown, downloaded and signed: content and PDF, frozen once, never changed.

    Changes of state go through ``documents.domain``. ``content_sha256`` is D1,
    ``pdf_sha256`` is D2, ``sealed_sha256`` the digest of the file that customers keep.
    """

    class State(models.TextChoices):
        RENDERING = "RENDERING", _("Being prepared")
        READY = "READY", _("Ready")
        FAILED = "FAILED", _("Could not be prepared")

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Current")
        SUPERSEDED = "SUPERSEDED", _("Superseded")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    kind = models.CharField(_("kind"), max_length=60)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="documents")
    number = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("title"), max_length=300)
    version = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=12, default="en")
    content = models.JSONField(_("content"))
    content_sha256 = models.CharField(_("digest of the content"), max_length=64)
    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    frozen_at = models.DateTimeField(_("frozen"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RENDERING)
    claimed_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    failure = models.TextField(_("why it could not be prepared"), blank=True)
    pdf = models.FileField(_("PDF"), upload_to=pdf_path, max_length=200, blank=True)
    pdf_sha256 = models.CharField(_("digest of the PDF"), max_length=64, blank=True)

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    sealed_pdf = models.FileField(_("sealed PDF"), upload_to=pdf_path, max_length=200, blank=True)
    sealed_sha256 = models.CharField(_("digest of the sealed PDF"), max_length=64, blank=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True)
    sealed_with = models.ForeignKey(
        "documents.SealCertificate", null=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence_sha256 = models.CharField(_("digest of the evidence"), max_length=64, blank=True)
    has_trusted_time = models.BooleanField(_("time-stamped by an authority"), default=False)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("document version")
        constraints = [
            models.UniqueConstraint(
                name="document_version_counts_up",
                fields=["content_type", "object_id", "kind", "version"],
            ),
            models.CheckConstraint(
                name="document_version_begins_at_one", condition=Q(version__gte=1)
            ),
            models.CheckConstraint(
                name="document_state_is_known",
                condition=Q(state__in=["RENDERING", "READY", "FAILED"]),
            ),
            models.CheckConstraint(
                name="document_status_is_known",
                condition=Q(status__in=["ACTIVE", "SUPERSEDED", "WITHDRAWN"]),
            ),
            models.CheckConstraint(
                name="document_ready_has_its_pdf",
                condition=~Q(state="READY") | (~Q(pdf="") & ~Q(pdf_sha256="")),
            ),
            models.CheckConstraint(
                name="document_sealed_is_complete",
                condition=Q(sealed_sha256="", sealed_pdf="", sealed_at=None)
                | (~Q(sealed_sha256="") & ~Q(sealed_pdf="") & Q(sealed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="document_by_project", fields=["project", "-frozen_at"]),
            models.Index(
                name="document_to_render", fields=["claimed_at"], condition=Q(state="RENDERING")
            ),
            models.Index(
                name="document_by_pdf", fields=["pdf_sha256"], condition=~Q(pdf_sha256="")
            ),
            models.Index(
                name="document_by_seal", fields=["sealed_sha256"], condition=~Q(sealed_sha256="")
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(title)s (%(number)s, version %(version)s)") % {
            "title": self.title,
            "number": self.number,
            "version": self.version,
        }

    def get_absolute_url(self) -> str:
        return reverse("documents:version_list", kwargs={"project_pk": self.project_id})

    @property
    def document_kind(self) -> DocumentKind:
        return kind_for(self.kind)

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_sealed(self) -> bool:
        return bool(self.sealed_sha256)

    @property
    def file_name(self) -> str:
        """What the PDF is called when it is downloaded."""
        return f"{self.number}-v{self.version}.pdf"

    @property
    def sealed_file_name(self) -> str:
        return f"{self.number}-v{self.version}-signed.pdf"

    @property
    def verification_url(self) -> str:
        """Where anybody may check the document; printed in it, so it holds the full address."""
        path = reverse("documents:verification_detail", kwargs={"public_id": self.public_id})
        return f"{settings.BASE_URL}{path}"
