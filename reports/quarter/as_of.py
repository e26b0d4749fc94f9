"""Records as they stood at a moment: what was changed since is taken back, from the one history.

A closed quarter says for ever what was reported. Its names are frozen (``sweeps.models.BalanceName``); where they then were
and what was known of them is read from the record, with every later change undone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CharField, F, Model
from django.db.models.functions import Cast

from audit.models import Change
from core.fields import PartialDateField
from core.lookups import Among

Row = dict[str, Any]
KEYS = ("public_id", "updated_at")


def read(rows: Any, columns: Sequence[str], prefix: str = "") -> list[Row]:
    """The columns of a queryset as they are stored, with what :func:`undo_later` needs. ``prefix``: of a joined record."""
    model = rows.model
    for part in filter(None, prefix.split("__")):
        model = model._meta.get_field(part).related_model
    wanted = {
        name: Cast(F(prefix + name), CharField())
        if isinstance(model._meta.get_field(name), PartialDateField)
        else F(prefix + name)
        for name in (*columns, *KEYS)
    }
    names = [f"{prefix.replace('__', '_')}read_{name}" for name in wanted]
    found = rows.annotate(**dict(zip(names, wanted.values(), strict=True))).values_list(*names)
    return [dict(zip(wanted, values, strict=True)) for values in found]


def undo_later(rows: Iterable[Row], model: type[Model], moment: dt.datetime | None) -> None:
    """Put the columns of ``rows`` back to what they held at ``moment``; None: they stay as they are."""
    if moment is None:
        return
    touched = {row["public_id"]: row for row in rows if row["updated_at"] > moment}
    if not touched:
        return
    later = Change.objects.unscoped().filter(Among(F("object_id"), touched), at__gt=moment)
    for change in later.order_by("-at", "-pk"):
        row = touched[change.object_id]
        if change.object_type == model._meta.label_lower:
            row.update({name: pair[0] for name, pair in change.fields.items() if name in row})
