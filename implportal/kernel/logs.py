"""What must not be written to a log."""

from __future__ import annotations

import logging
import re

TOKEN_IN_PATH = re.compile(r"(/s/)[A-Za-z0-9_-]{8,}")


class HideTokens(logging.Filter):
    """Replace the secret part of shared links in every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = TOKEN_IN_PATH.sub(r"\1[hidden]", message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True
