"""What the writer of the register knows of a table before it writes any row of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

NUMBERS = (bool, int)  # 0 and "no" are said, an empty text is not


@dataclass(frozen=True)
class Table:
    """``defaults``: column -> the value of a new row that says nothing of it. ``history``: column -> name of the field, for
    those that history keeps; ``stated``: (column, name, value) of those among them whose default says something."""

    label: str
    defaults: dict[str, Any]
    history: dict[str, str]
    stated: tuple[tuple[str, str, Any], ...]


@cache
def table_of(model: type[models.Model]) -> Table:
    defaults: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            defaults[field.attname] = field.get_default() if field.has_default() else (None if field.null else "")
    named: Any = model._meta.get_field
    history = {named(name).attname: name for name in getattr(model, "HISTORY", ())}
    stated = tuple((column, name, defaults[column]) for column, name in history.items() if says(defaults[column]))
    return Table(model._meta.label_lower, defaults, history, stated)


def says(value: Any) -> bool:
    return bool(value) or value.__class__ in NUMBERS
