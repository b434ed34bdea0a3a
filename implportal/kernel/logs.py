"""What must not be written to a log."""

from __future__ import annotations

import logging
import re

TOKEN_IN_PATH = re.compile(r"(/s/|/reset/key/)[\w%-]{8,}")


class HideTokens(logging.Filter):
    """Replace the secret part of shared links and new passwords in every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = TOKEN_IN_PATH.sub(r"\1[hidden]", message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True
