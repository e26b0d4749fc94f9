"""Django's sessions in the database, found by a query that is compiled once: every request asks it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.compiled import Compiled

ALIVE: Compiled[Session] = Compiled(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    "the key",
    dt.datetime(1949, 10, 1, tzinfo=dt.UTC),
)


class SessionStore(InDatabase):
    def _get_session_from_db(self) -> Any:
        found = ALIVE(self.session_key, timezone.now()) if self.session_key else []
        if not found:
            self._session_key = None  # as Django does: an unknown key is nobody's, and none is taken from a visitor
            return None
        return found[0]
