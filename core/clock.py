"""Now, in the one place that reads the clock. Actions take ``now`` as a parameter and default to this."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone


def now() -> dt.datetime:
    return timezone.now()


def today() -> dt.date:
    """The business date: Asia/Shanghai, whatever the server's zone."""
    return timezone.localdate()
