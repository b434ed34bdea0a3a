"""Files from people that are archives inside (DOCX, XLSX, ZIP): measured before they are read."""

from __future__ import annotations

import io
import zipfile

from django.utils.translation import gettext as _

from implportal.kernel.errors import DomainError

MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_RATIO = 200
"""Unpacked to packed. Real office files stay below 30; what was built to burst goes past 1000."""
SMALL_BYTES = 1024 * 1024
"""Below this the ratio says nothing: an empty sheet packs extremely well."""


class BadArchive(DomainError):
    """The file is no archive, is damaged, or would unpack to far more than it should."""


def check_archive(data: bytes) -> None:
    """Let pass what can be unpacked without harm.

    The sizes are those that the archive declares. Python's reader stops at them, so an
    archive that declares less than it holds does not get further.

    Raises:
        BadArchive: the message says what is wrong and what helps.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise BadArchive(
            _("The file is damaged or of another kind. Open it, save it anew and try again.")
        ) from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, len(data))
    bursts = unpacked > SMALL_BYTES and unpacked / packed > MAX_RATIO
    if bursts or unpacked > MAX_UNPACKED_BYTES or len(entries) > MAX_ENTRIES:
        raise BadArchive(
            _("Unpacked, this file is far larger than it should be, so it is not read.")
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise BadArchive(_("The file is protected by a password. Save it without one."))
