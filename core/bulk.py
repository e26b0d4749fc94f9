"""Writing many rows: COPY on PostgreSQL, executemany elsewhere; and the locks that order writers."""

from __future__ import annotations

import datetime as dt
import gc
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection, models

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_special = re.compile(r"[\\\t\n\r]").search
_SENT_AT_ONCE = 250  # rows


_USUAL = gc.get_threshold()


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """While a hundred thousand rows pass by, none of them in a circle, the search for circles would take a quarter of the time."""
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (values as the database stores them) into ``columns`` of ``model``; the number written.

    No model code runs: the caller has checked everything. Foreign keys are given by column name ("member_id").
    PostgreSQL works on what it has got while the next rows are still being made.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            stream = _Lines(rows)
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", stream)
            return stream.count
        marks = ", ".join(["%s"] * len(columns))
        values = [tuple(_plain(value) for value in row) for row in rows]
        if values:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 names are ours
        return len(values)


class _Lines:
    """Rows as the text that COPY reads, a few at a time. It takes what it is given, however much it asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = iter(rows)
        self.count = 0

    def read(self, _size: int = 0) -> str:
        lines = [copy_line(row) for row in islice(self._rows, _SENT_AT_ONCE)]
        self.count += len(lines)
        return "".join(lines)


def copy_line(row: Sequence[Any]) -> str:
    """One look at all texts of a row together: hardly any holds what COPY wants escaped."""
    if _special("".join([value for value in row if value.__class__ is str])):
        return "\t".join([_copy_text(value) for value in row]) + "\n"
    texts = [value if value.__class__ is str else "\\N" if value is None else _copy_text(value) for value in row]
    return "\t".join(texts) + "\n"


def _copy_text(value: Any) -> str:
    if value is None:
        return "\\N"
    if value.__class__ is str:
        return value.translate(_ESCAPES) if _special(value) else value
    if value.__class__ is int:
        return str(value)
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, (bytes, memoryview)):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, (dict, list)):
        return _copy_text(_encode(value))
    if isinstance(value, dt.datetime):
        return _moment(value)
    return _copy_text(str(value))


@lru_cache(maxsize=16)
def _moment(value: dt.datetime) -> str:
    """All rows of an act bear its time."""
    return value.isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return _encode(value)
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def not_waited_for() -> None:
    """The transaction that is open commits without waiting for the disk. For steps whose loss in a crash of the server is
    noticed, because the commit that makes them count, a later one, waits for the disk and brings them along."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


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
    """Set ``columns`` of many rows in one statement; each row is (id, value, value, ...). The number written."""
    if not rows:
        return 0
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = {field.column: _bare(field.db_type(connection)) for field in model._meta.concrete_fields}
            given = [[_adapt(value) for value in column] for column in zip(*rows, strict=True)]
            sets = ", ".join(f"{quote(name)} = v.{quote(name)}" for name in columns)
            arrays = ", ".join(f"%s::{types[name]}[]" for name in (_key(model), *columns))
            names = ", ".join(["id", *map(quote, columns)])
            cursor.execute(
                f"UPDATE {table} AS t SET {sets} FROM unnest({arrays}) AS v ({names}) WHERE t.{quote(_key(model))} = v.id",  # noqa: S608
                given,
            )
            return len(rows)
        sets = ", ".join(f"{quote(name)} = %s" for name in columns)
        sql = f"UPDATE {table} SET {sets} WHERE {quote(_key(model))} = %s"  # noqa: S608 names are ours
        cursor.executemany(sql, [(*map(_plain, row[1:]), row[0]) for row in rows])
        return len(rows)


def upsert_same(model: type[models.Model], keys: Sequence[int], values: Mapping[str, Any], sets: str) -> None:
    """Insert a row with the same ``values`` for each of these primary keys; where the key is there already, do ``sets``
    (SQL that speaks of ``excluded`` and ``t``)."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, (_key(model), *values)))
    marks = ", ".join(["%s"] * len(values))
    head = f"INSERT INTO {quote(model._meta.db_table)} AS t ({names})"
    tail = f" ON CONFLICT ({quote(_key(model))}) DO UPDATE SET {sets}"
    given = [_plain(value) for value in values.values()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = {field.column: _bare(field.db_type(connection)) for field in model._meta.concrete_fields}
            marks = ", ".join(f"%s::{types[name]}" for name in values)
            cursor.execute(f"{head} SELECT unnest(%s::bigint[]), {marks}{tail}", [list(keys), *given])
        else:
            cursor.executemany(f"{head} VALUES (%s, {marks}){tail}", [(key, *given) for key in keys])


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _bare(db_type: str | None) -> str:
    """The bare type for a cast: a collation stays with the column."""
    bare = (db_type or "text").split(" COLLATE ")[0]
    return {"bigserial": "bigint", "serial": "integer"}.get(bare, bare)


def _adapt(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return _encode(value)
    return value
