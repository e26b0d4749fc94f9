"""Writing many rows: COPY on PostgreSQL, executemany elsewhere; and the locks that order writers."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from types import MappingProxyType
from typing import Any

from django.db import connection, models

from core.arrays import array_of
from core.behind import Behind, Statement
from core.copying import CopyStream, copy_text
from core.quick_json import text_of

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SENT_AT_ONCE_TEXT = 1024 * 1024  # characters

_USUAL = gc.get_threshold()


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """While a hundred thousand rows pass by, none of them in a circle, the search for circles would take a quarter of the time."""
    gc.collect()  # what the work before left in circles would stay beside
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)


def copy_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    behind: Behind | None = None,
    same: Mapping[str, Any] = _NOTHING,
) -> int:
    """Insert ``rows`` (values as the database stores them) into ``columns`` of ``model``; the number written.

    No model code runs: the caller has checked everything. Foreign keys are given by column name ("member_id"). ``same``:
    further columns, with the value that all rows have there.
    PostgreSQL works on what it has got while the next rows are still being made; with ``behind`` it is given them later.
    """
    given = tuple(same.values())
    if connection.vendor == "postgresql":
        sql = _copy_sql(model, (*columns, *same))
        if behind is not None:
            found = list(rows)
            text = StringIO(copy_text(found, given))
            behind.put(lambda cursor: cursor.copy_expert(sql, text, _SENT_AT_ONCE_TEXT))
            return len(found)
        stream = CopyStream(rows, given)
        with connection.cursor() as cursor:
            cursor.copy_expert(sql, stream)
        return stream.count
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in (*columns, *same))
    marks = ", ".join(["%s"] * (len(columns) + len(given)))
    alike = tuple(map(_plain, given))
    values = [(*map(_plain, row), *alike) for row in rows]
    if values:
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 names are ours
        _run(lambda cursor: cursor.executemany(sql, values), behind)
    return len(values)


def copy_later(
    model: type[models.Model],
    columns: Sequence[str],
    make: Callable[[], Sequence[Sequence[Any]]],
    behind: Behind,
    same: Mapping[str, Any] = _NOTHING,
) -> None:
    """The same for rows that are made when they are sent: on PostgreSQL in the thread beside, where work that leaves the
    interpreter free (compressing) costs the caller nothing."""
    if connection.vendor != "postgresql":
        copy_rows(model, columns, make(), behind, same)
        return
    sql, given = _copy_sql(model, (*columns, *same)), tuple(same.values())
    behind.put(lambda cursor: cursor.copy_expert(sql, StringIO(copy_text(make(), given)), _SENT_AT_ONCE_TEXT))


def _copy_sql(model: type[models.Model], columns: Iterable[str]) -> str:
    quote = connection.ops.quote_name
    return f"COPY {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) FROM STDIN"


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return text_of(value)
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


@contextmanager
def constraints_at_once() -> Iterator[None]:
    """Foreign keys are looked at with each statement, not all together in the commit, when nothing else is left to do meanwhile."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def new_ids(model: type[models.Model], number: int) -> list[int]:
    """Primary keys for ``number`` rows about to be inserted: from the sequence, or the next free ones on SQLite
    (whose only writer holds the database)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
            sequence = cursor.fetchone()[0]
            cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, number])
            return [row[0] for row in cursor.fetchall()]
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")  # noqa: S608 the name is ours
        first = cursor.fetchone()[0] + 1
        return list(range(first, first + number))


def update_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    behind: Behind | None = None,
    same: Mapping[str, Any] = _NOTHING,
    *,
    next_version: bool = False,
) -> int:
    """Set ``columns`` of many rows in one statement; each row is (id, value, value, ...). ``same``: further columns, with
    the value that all rows get. ``next_version``: ``version`` is among the columns, and only a row that stands one below it is
    written. The number written; of what is only handed over (``behind``) the number of ``rows``."""
    if not rows:
        return 0
    written = len(rows)
    several = written > 1  # a row alone is planned in a third of the time without the array
    at_once = several and connection.vendor == "postgresql"
    sql, values = (_update_at_once if at_once else _update_each)(model, columns, rows, same, next_version)

    def execute(cursor: Any) -> None:
        nonlocal written
        cursor.executemany(sql, values) if several and not at_once else cursor.execute(sql, values)
        written = cursor.rowcount

    _run(execute, behind)
    return written


def _update_at_once(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], same: Mapping[str, Any],
    next_version: bool,
) -> tuple[str, list[Any]]:  # fmt: skip
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(_key(model))
    types = {field.column: _bare(field.db_type(connection)) for field in model._meta.concrete_fields}
    given = [array_of([_adapt(value) for value in column]) for column in zip(*rows, strict=True)]
    alike = [_adapt(value) for value in same.values()]
    sets = ", ".join(
        [f"{quote(name)} = v.{quote(name)}" for name in columns]
        + [f"{quote(name)} = %s::{types[name]}" for name in same]
    )
    arrays = ", ".join(f"%s::{types[name]}[]" for name in (_key(model), *columns))
    names = ", ".join(["id", *map(quote, columns)])
    sql = f"UPDATE {table} AS t SET {sets} FROM unnest({arrays}) AS v ({names}) WHERE t.{key} = v.id"  # noqa: S608
    sql += " AND t.version = v.version - 1" if next_version else ""
    return sql, [*alike, *given]


def _update_each(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], same: Mapping[str, Any],
    next_version: bool,
) -> tuple[str, Any]:  # fmt: skip
    """A single row's values, or those of each row."""
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(name)} = %s" for name in (*columns, *same))
    sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {quote(_key(model))} = %s"  # noqa: S608 names are ours
    sql += " AND version = %s" if next_version else ""
    alike = [_plain(value) for value in same.values()]
    before = columns.index("version") + 1 if next_version else 0
    values = [(*map(_plain, row[1:]), *alike, row[0], *([row[before] - 1] if next_version else ())) for row in rows]
    return sql, values if len(values) > 1 else values[0]


def _run(statement: Statement, behind: Behind | None) -> None:
    if behind is not None:
        behind.put(statement)
        return
    with connection.cursor() as cursor:
        statement(cursor)


def upsert_same(
    model: type[models.Model],
    keys: Sequence[int],
    values: Mapping[str, Any],
    sets: str,
    behind: Behind | None = None,
) -> None:
    """Insert a row with the same ``values`` for each of these primary keys; where the key is there already, do ``sets``
    (SQL that speaks of ``excluded`` and ``t``)."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, (_key(model), *values)))
    marks = ", ".join(["%s"] * len(values))
    head = f"INSERT INTO {quote(model._meta.db_table)} AS t ({names})"
    tail = f" ON CONFLICT ({quote(_key(model))}) DO UPDATE SET {sets}"
    given = [_plain(value) for value in values.values()]
    if connection.vendor == "postgresql":
        types = {field.column: _bare(field.db_type(connection)) for field in model._meta.concrete_fields}
        marks = ", ".join(f"%s::{types[name]}" for name in values)
        sql = f"{head} SELECT unnest(%s::bigint[]), {marks}{tail}"
        _run(lambda cursor: cursor.execute(sql, [array_of(keys), *given]), behind)
    else:
        rows = [(key, *given) for key in keys]
        _run(lambda cursor: cursor.executemany(f"{head} VALUES (%s, {marks}){tail}", rows), behind)


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _bare(db_type: str | None) -> str:
    """The bare type for a cast: a collation stays with the column."""
    bare = (db_type or "text").split(" COLLATE ")[0]
    return {"bigserial": "bigint", "serial": "integer"}.get(bare, bare)


def _adapt(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return text_of(value)
    return value


def insert_select(model: type[models.Model], columns: Sequence[str], rows: models.QuerySet[Any, Any]) -> int:
    """INSERT … SELECT: the columns of ``rows`` (a ``values_list`` in the same order) into ``columns`` of ``model``; the number
    written. A row that a unique key has already is passed over, so that it can be run again."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) {sql} ON CONFLICT DO NOTHING",
            params,
        )
        return int(cursor.rowcount)
