"""Logging without personal data: anything that looks like a phone or identity number is struck out."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")
_NUMBER = re.compile(r"\d{7,}[\dXx]?")


class RequestIds(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class HideNumbers(logging.Filter):
    """Seven digits or more in a row never reach a log, in the message or in a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _NUMBER.sub("#######", record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _NUMBER.sub("#######", logging.Formatter().formatException(record.exc_info))
        return True
