from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class StoredImageQuerySet(models.QuerySet["StoredImage"]):
    def visible_to(self, user: User) -> StoredImageQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))


def image_path(image: StoredImage, _name: str) -> str:
    return f"images/{image.project_id}/{image.sha256}"


class StoredImage(models.Model):
    """A picture of a project's documents, written in Markdown as ``![…](image:<sha256>)``.

    It is known by the digest of its bytes, so a frozen document that names it cannot
    come to show another picture.
    """

    class ContentType(models.TextChoices):
        PNG = "image/png", "PNG"
        JPEG = "image/jpeg", "JPEG"
        WEBP = "image/webp", "WebP"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="images")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    name = models.CharField(_("name"), max_length=200, blank=True)
    content_type = models.CharField(_("type"), max_length=20, choices=ContentType)
    width = models.PositiveIntegerField(_("width in pixels"))
    height = models.PositiveIntegerField(_("height in pixels"))
    size = models.PositiveIntegerField(_("size in bytes"))
    file = models.FileField(_("file"), upload_to=image_path, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"))

    objects = StoredImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        constraints = [
            models.UniqueConstraint(name="image_once_per_project", fields=["project", "sha256"]),
            models.CheckConstraint(
                name="image_type_is_known",
                condition=Q(content_type__in=["image/png", "image/jpeg", "image/webp"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.sha256[:12]
