"""The scan of a qualification: the paper itself, as a PDF or a picture."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.catalogue.domain.items import save_item
from implportal.catalogue.models import Qualification
from implportal.kernel.errors import DomainError
from implportal.kernel.files import PREVIEWED, sniff

SCAN_KEPT = Action("catalogue.scan_kept", gettext_lazy("kept %(file)s as the scan of “%(name)s”"))
SCAN_REMOVED = Action(
    "catalogue.scan_removed", gettext_lazy("removed the scan %(file)s of “%(name)s”")
)


class ScanRefused(DomainError):
    """The file is empty, too large, or neither a PDF nor a picture."""


def check_scan(file: UploadedFile) -> str:
    """Return what ``file`` is by its content, if it may be kept as a scan.

    Raises:
        ScanRefused: empty, larger than UPLOAD_MAX_BYTES, or of another kind.
    """
    if not file.size:
        raise ScanRefused(_("The file is empty."))
    if file.size > settings.UPLOAD_MAX_BYTES:
        raise ScanRefused(
            _("The file is larger than %(limit)s.")
            % {"limit": filesizeformat(settings.UPLOAD_MAX_BYTES)}
        )
    file.seek(0)
    content_type = sniff(file.read(4096))
    file.seek(0)
    if content_type not in PREVIEWED:
        raise ScanRefused(
            _("This is neither a PDF nor a picture (PNG, JPEG, GIF or WebP), whatever its name.")
        )
    return content_type


@transaction.atomic
def save_qualification(
    *,
    item: Qualification,
    actor: User,
    at: datetime,
    scan: UploadedFile | None = None,
    removes_scan: bool = False,
) -> Qualification:
    """Save a qualification whose form was valid, and its ``scan`` in place of an earlier one.

    Raises:
        NotAllowed: ``actor`` does not keep the catalogue.
        ScanRefused: the file is not one that is kept; nothing is saved then.
    """
    content_type = check_scan(scan) if scan else ""
    save_item(item=item, actor=actor, at=at)
    old, old_name = item.scan.name, item.scan_name
    if scan:
        digest = hashlib.sha256(b"".join(scan.chunks())).hexdigest()
        scan.seek(0)
        item.scan_name = PurePath(scan.name or "scan").name[:200]
        item.scan_content_type, item.scan_sha256 = content_type, digest
        # The name in the storage comes from the content, so no upload can choose its place.
        item.scan.save(digest, scan, save=False)
        details = {"name": str(item), "file": item.scan_name, "sha256": digest}
        record(SCAN_KEPT, subject=item, actor=actor, at=at, details=details)
    elif removes_scan and old:
        item.scan = item.scan_name = item.scan_content_type = item.scan_sha256 = ""
        details = {"name": str(item), "file": old_name}
        record(SCAN_REMOVED, subject=item, actor=actor, at=at, details=details)
    else:
        return item
    item.save(update_fields=["scan", "scan_name", "scan_content_type", "scan_sha256"])
    if old:
        storage = item.scan.storage
        transaction.on_commit(lambda: storage.delete(old))
    return item
