"""Logging without personal data: anything that looks like a phone or identity number is struck out."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar

from redis.exceptions import ConnectionError as RedisAway

request_id: ContextVar[str] = ContextVar("request_id", default="-")
_NUMBER = re.compile(r"\d{7,}[\dXx]?")


class RequestIds(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class BrokerAway(logging.Filter):
    """While the broker is away Celery, its scheduler and the sender say so every few seconds, with tracebacks: one sentence
    instead, again after ten minutes. So do the errors they make while they handle it: Kombu may stumble over a message that
    it cannot put back, and Celery then ends its worker, which is started again."""

    SENTENCE = "Redis 暂时连不上：页面照常，后台任务先排队，Redis 恢复后自动接着办。"
    SAID_BY = ("celery.worker", "celery.beat", "jobs.publish", "py.warnings")
    SAID_OF_IT = (
        "Cannot connect to", "onnection to broker lost", "Connection error", "ConnectionError", "Message Error",
        "takes no jobs", "on_connection_loss",
    )  # fmt: skip
    AGAIN = 600.0

    def __init__(self) -> None:
        super().__init__()
        self.said_at = -self.AGAIN

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(self.SAID_BY) or not self.is_of_it(record):
            return True
        if record.created - self.said_at < self.AGAIN:
            return False
        self.said_at = record.created
        record.msg, record.args, record.exc_info, record.exc_text = self.SENTENCE, (), None, None
        return True

    def is_of_it(self, record: logging.LogRecord) -> bool:
        text, error = record.getMessage(), record.exc_info[1] if record.exc_info else None
        while error and not isinstance(error, RedisAway):
            error = error.__cause__ or error.__context__
        return error is not None or any(words in text for words in self.SAID_OF_IT)


class HideNumbers(logging.Filter):
    """Seven digits or more in a row never reach a log, in the message or in a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _NUMBER.sub("#######", record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _NUMBER.sub("#######", logging.Formatter().formatException(record.exc_info))
        return True
