from __future__ import annotations

import base64

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.signing.models.requests import Signer


class SignaturePicture(models.Model):
    """What somebody drew or uploaded to sign with: our own drawing of it, never their file.

    The bytes lie in the row, so they come and go with the signature, and the database
    refuses to change them. ``sha256`` is D4.
    """

    class ContentType(models.TextChoices):
        SVG = "image/svg+xml", "SVG"
        PNG = "image/png", "PNG"

    signer = models.OneToOneField(Signer, on_delete=models.PROTECT, related_name="picture")
    content_type = models.CharField(_("type"), max_length=20, choices=ContentType)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    data = models.BinaryField()

    class Meta:
        verbose_name = _("picture of a signature")
        constraints = [
            models.CheckConstraint(
                name="signature_picture_type_is_known",
                condition=Q(content_type__in=["image/svg+xml", "image/png"]),
            )
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def suffix(self) -> str:
        return "svg" if self.content_type == self.ContentType.SVG else "png"

    @property
    def data_url(self) -> str:
        """The picture inside an address, for pages and print: nothing has to be fetched."""
        return f"data:{self.content_type};base64,{base64.b64encode(self.data).decode()}"
