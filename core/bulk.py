"""Writing many rows: COPY on PostgreSQL, executemany elsewhere; and the locks that order writers."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg2.extras import execute_values

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
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
        return _escaped(value)
    if value.__class__ is int:
        return str(value)
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, (bytes, memoryview)):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, (dict, list)):
        return _escaped(_encode(value))
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return _escaped(str(value))


def _escaped(text: str) -> str:
    """Four quick looks: hardly any value holds one of these, and translating each would take most of the time."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return _encode(value)
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


def new_ids(model: type[models.Model], number: int) -> list[int]:
    """Primary keys for ``number`` rows about to be inserted: from the sequence, or the next free ones on SQLite
    (whose only writer holds the database)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, number],
            )
            return [row[0] for row in cursor.fetchall()]
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")  # noqa: S608 the name is ours
        first = cursor.fetchone()[0] + 1
        return list(range(first, first + number))


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Set ``columns`` of many rows in few statements; each row is (id, value, value, ...). The number written."""
    if not rows:
        return 0
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
            sets = ", ".join(f"{quote(name)} = v.{quote(name)}::{_cast(types[name])}" for name in columns)
            names = ", ".join(["id", *map(quote, columns)])
            key = quote(_key(model))
            sql = f"UPDATE {table} AS t SET {sets} FROM (VALUES %s) AS v ({names}) WHERE t.{key} = v.id"  # noqa: S608
            values = [tuple(_adapt(value) for value in row) for row in rows]
            execute_values(cursor.cursor, sql, values, page_size=1000)
            return len(rows)
        sets = ", ".join(f"{quote(name)} = %s" for name in columns)
        sql = f"UPDATE {table} SET {sets} WHERE {quote(_key(model))} = %s"  # noqa: S608 names are ours
        cursor.executemany(sql, [(*map(_plain, row[1:]), row[0]) for row in rows])
        return len(rows)


def upsert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], sets: str) -> None:
    """Insert rows; where the primary key is there already, do ``sets`` (SQL that speaks of ``excluded`` and ``t``)."""
    if not rows:
        return
    quote = connection.ops.quote_name
    head = f"INSERT INTO {quote(model._meta.db_table)} AS t ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608 names are ours
    tail = f" ON CONFLICT ({quote(_key(model))}) DO UPDATE SET {sets}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            execute_values(cursor.cursor, head + "%s" + tail, [tuple(map(_adapt, row)) for row in rows], page_size=1000)
        else:
            marks = f"({', '.join(['%s'] * len(columns))})"
            cursor.executemany(head + marks + tail, [tuple(map(_plain, row)) for row in rows])


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _cast(db_type: str | None) -> str:
    """The bare type for a cast: a collation stays with the column."""
    bare = (db_type or "text").split(" COLLATE ")[0]
    return {"bigserial": "bigint", "serial": "integer"}.get(bare, bare)


def _adapt(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return _encode(value)
    return value
