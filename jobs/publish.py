"""Sending a job's id to the broker: quick or not at all. What was not sent is sent by the relay later."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

from core import clock
from core.actors import SYSTEM
from jobs.models import Job

logger = logging.getLogger(__name__)
TASK = "jobs.run_job"
PAUSE = 5.0  # after a failure nobody else waits for the same time-out
QUICK = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "connect_retries_timeout": 1,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,  # a server that hangs is as good as one that is away
}

_not_before = 0.0


def _connection() -> Any:
    options = {**current_app.conf.broker_transport_options, **QUICK}
    return current_app.connection_for_write(transport_options=options, connect_timeout=1)


def broker_answers() -> bool:
    """Whether the broker could take a job now; the answer comes within about a second."""
    try:
        with _connection() as connection:
            connection.default_channel  # noqa: B018 made on access, and with it the connection
    except Exception:  # noqa: BLE001 whatever is wrong with it, it does not answer
        return False
    return os.access(settings.BROKER_FOLDER, os.W_OK) or bool(settings.REDIS_URL)


def after_commit(job: Job) -> None:
    """Send once the caller's transaction has committed. Never raises, never waits longer than a second."""
    transaction.on_commit(lambda: send([job.public_id]))


def send(public_ids: list[str]) -> int:
    """How many the broker took."""
    global _not_before  # noqa: PLW0603 one broker, one process
    if not public_ids or time.monotonic() < _not_before:
        return 0
    sent: list[str] = []
    try:
        with _connection() as connection:
            for public_id in public_ids:
                current_app.send_task(TASK, args=[public_id], connection=connection, retry=False)
                sent.append(public_id)
    except Exception as error:  # noqa: BLE001 whatever the broker does, the page goes on
        _not_before = time.monotonic() + PAUSE
        logger.warning("the broker takes no jobs (%s); they wait in the database", type(error).__name__)
    Job.objects.visible_to(SYSTEM).queued().filter(public_id__in=sent).update(sent_at=clock.now())
    return len(sent)
