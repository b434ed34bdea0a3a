from __future__ import annotations

import io
import warnings
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from implportal.accounts.models import User
from implportal.documents.canonical import digest
from implportal.documents.models import StoredImage
from implportal.kernel.errors import DomainError
from implportal.projects.models import Project

MAX_IMAGE_BYTES = 5 * 1024 * 1024


class BadImage(DomainError):
    """The file is not a picture that documents can show."""


@transaction.atomic
def store_image(
    *, project: Project, data: bytes, actor: User | None, at: datetime, name: str = ""
) -> StoredImage:
    """Keep a picture for the project's documents; the same picture is kept once.

    The type is read from the bytes, never believed. The bytes stay as they are.

    Raises:
        BadImage: too large, or not a PNG, JPEG or WebP that can be decoded.
    """
    content_type, width, height = _sniff(data)
    sha256 = digest(data)
    known = StoredImage.objects.filter(project=project, sha256=sha256).first()
    if known:
        return known
    image = StoredImage(
        project=project,
        sha256=sha256,
        name=name[:200],
        content_type=content_type,
        width=width,
        height=height,
        size=len(data),
        uploaded_by=actor,
        uploaded_at=at,
    )
    image.file.save(sha256, ContentFile(data), save=False)
    image.save(force_insert=True)
    return image


def _sniff(data: bytes) -> tuple[str, int, int]:
    if len(data) > MAX_IMAGE_BYTES:
        raise BadImage(
            _("The picture is larger than %(limit)s MB.")
            % {"limit": MAX_IMAGE_BYTES // 1024 // 1024}
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as image:
                image.load()
                return Image.MIME[str(image.format)], image.width, image.height
    except Exception as error:  # a decoder fails in many ways, and each means the same
        raise BadImage(
            _("This is not a PNG, JPEG or WebP picture of a usual size that can be read.")
        ) from error
