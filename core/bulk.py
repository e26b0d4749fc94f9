"""Writing many rows: COPY on PostgreSQL, executemany elsewhere; and the locks that order writers."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (values as the database stores them) into ``columns`` of ``model``; the number written.

    No model code runs: the caller has checked everything. Foreign keys are given by column name ("member_id").
    """
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            buffer = io.StringIO()
            count = 0
            for row in rows:
                buffer.write("\t".join([_copy_text(value) for value in row]) + "\n")
                count += 1
            buffer.seek(0)
            if count:
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", buffer)
            return count
        marks = ", ".join(["%s"] * len(columns))
        values = [tuple(_plain(value) for value in row) for row in rows]
        if values:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 names are ours
        return len(values)


def _copy_text(value: Any) -> str:
    if value is None:
        return "\\N"
    if value.__class__ is str:
        return value.translate(_ESCAPES) if not value.isalnum() else value
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, (bytes, memoryview)):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def lock(name: str) -> None:
    """One holder at a time until the transaction ends. SQLite has one writer anyway (IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
