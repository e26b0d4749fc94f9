"""A worker's own clock. Beat sends the same ticks, but a broker or a beat that is away must not stop the reaper."""

from __future__ import annotations

import logging
import threading

from django.db import Error, connections

from jobs import periodic

logger = logging.getLogger(__name__)


class Ticker(threading.Thread):
    """Looks every few seconds for what is due; ends with its process, or when :meth:`stop` is called."""

    every = 5.0

    def __init__(self) -> None:
        super().__init__(name="ticker", daemon=True)
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                periodic.run_due()
            except Error:
                logger.warning("the database is away; the clock goes on")
            finally:
                connections.close_all()
            self._ended.wait(self.every)

    def stop(self) -> None:
        self._ended.set()
