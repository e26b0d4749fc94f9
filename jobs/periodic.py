"""Running the registered periodics: whoever comes first takes the turn, everybody else finds it taken."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import IntegrityError, transaction

from core import clock, handlers
from core.actors import SYSTEM, acting_as
from core.handlers import Periodic
from jobs.models import PeriodicRun

logger = logging.getLogger(__name__)
SLACK = dt.timedelta(seconds=1)  # the scheduler looks a little early or late


def run_due(now: dt.datetime | None = None) -> list[str]:
    """Run each periodic whose time has come; the names. One that fails is logged and does not stop the others."""
    now = now or clock.now()
    ran = []
    for periodic in handlers.periodics():
        if not _take_turn(periodic, now):
            continue
        ran.append(periodic.name)
        try:
            with acting_as(SYSTEM):
                periodic.run(now)
        except Exception:
            logger.exception("periodic %s failed", periodic.name)
    return ran


def _take_turn(periodic: Periodic, now: dt.datetime) -> bool:
    """Compare-and-set on the time of the last run. A clock that was set back makes it due as well."""
    last = PeriodicRun.objects.filter(pk=periodic.name).values_list("at", flat=True).first()
    if last is None:
        try:
            with transaction.atomic():
                PeriodicRun.objects.create(name=periodic.name, at=now)
        except IntegrityError:
            return False
        return True
    if dt.timedelta(0) <= now - last < dt.timedelta(seconds=periodic.every_seconds) - SLACK:
        return False
    return bool(PeriodicRun.objects.filter(pk=periodic.name, at=last).update(at=now))
