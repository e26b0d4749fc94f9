"""The value of a rule for an organisation on a day: its own, else inherited from above, else the declared default."""

from __future__ import annotations

import datetime as dt
from typing import Any

from branches.models import Organisation, RuleSetting
from core.paths import ancestors
from core.rules import rule


def value(key: str, organisation: Organisation | None, on: dt.date) -> Any:
    """Nearest organisation upwards, kind-specific before general, later before earlier. ``None`` asks the county's root.

    Raises KeyError for a rule that nobody declared.
    """
    declared = rule(key)
    settings = RuleSetting.objects.filter(key=key, starts_on__lte=on)
    if organisation is None:
        settings = settings.filter(organisation__parent__isnull=True, organisation_kind="")
    else:
        settings = settings.filter(
            organisation__path__in=ancestors(organisation.path), organisation_kind__in=("", organisation.kind)
        )
    best = settings.order_by("-organisation__path", "-organisation_kind", "-starts_on", "-pk").first()
    return declared.default if best is None else best.value
