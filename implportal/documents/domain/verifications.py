from __future__ import annotations

from typing import BinaryIO

from django.utils.translation import gettext as _

from implportal.documents.verification import MAX_BYTES, Verdict, verify
from implportal.kernel.errors import DomainError


class TooLarge(DomainError):
    """The file is larger than anything we seal."""


def verify_upload(*, file: BinaryIO) -> Verdict:
    """Verify a file that somebody handed in; nothing of it is kept.

    Raises:
        TooLarge: it has more than MAX_BYTES.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLarge(
            _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    return verify(data)
