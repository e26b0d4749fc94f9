"""Counts that stay cheap on large tables: by path in one query, given up beyond a limit, by several traits in one reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Count, F, QuerySet

from core.paths import ancestors


def by_path(queryset: QuerySet[Any], column: str, limit: int) -> dict[str, int] | None:
    """Rows per organisation path; None where there are more than ``limit`` in all, and nobody waits for them.

    The ORM cannot group the rows of a limited query, so its SQL (scope checked when it is compiled) is wrapped here.
    """
    # In order, so that an index on the path hands the groups over one after the other.
    paths = queryset.annotate(counted_path=F(column)).order_by("counted_path").values_list("counted_path")[: limit + 1]
    sql, params = paths.query.sql_with_params()
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(f"SELECT counted_path, COUNT(*) FROM ({sql}) AS counted GROUP BY counted_path", params)  # noqa: S608
        counts: dict[str, int] = dict(cursor.fetchall())
    return counts if sum(counts.values()) <= limit else None


def by_level(queryset: QuerySet[Any], path: str, length: int, *columns: str) -> list[tuple[Any, ...]]:
    """(the first ``length`` characters of the column ``path``, ``columns`` ..., rows).

    First by the whole path: rows that an index has in this order are counted as they come, and only the sums of each path go into
    a hash table.
    """
    groups = queryset.order_by().values(path, *columns).annotate(number=Count("*"))
    sql, params = groups.query.sql_with_params()
    names = ", ".join(columns)
    numbers = f"SUBSTR({path}, 1, %s) AS upper_path, {names}, CAST(SUM(number) AS bigint)"
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(f"SELECT {numbers} FROM ({sql}) AS counted GROUP BY upper_path, {names}", [length, *params])  # noqa: S608
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def rolled_up(counts: dict[str, int]) -> dict[str, int]:
    """Rows at or below each path: every path's own number added to all above it."""
    totals: dict[str, int] = {}
    for path, number in counts.items():
        for above in ancestors(path):
            totals[above] = totals.get(above, 0) + number
    return totals


def capped(queryset: QuerySet[Any], limit: int) -> tuple[int, bool]:
    """(how many, whether there are more): nobody waits for the exact figure of a very long list."""
    number = queryset.order_by().values("pk")[: limit + 1].count()
    return min(number, limit), number > limit


Numbers = dict[tuple[Any, ...], tuple[int, ...]]


def by_sets(parts: Sequence[QuerySet[Any]], sets: Sequence[Sequence[str]], flags: Sequence[str]) -> list[Numbers]:
    """For each set of columns, by the values that occur together: how many rows, and how many of them with each of ``flags``.

    ``parts``: querysets of the same ``values``, of which no two have a row in common; no column is in two sets, flags are true
    or not. PostgreSQL reads the rows once for all sets, and several parts at a time; SQLite once for each set.
    """
    numbers = ", ".join(["COUNT(*)", *(f"COUNT(*) FILTER (WHERE {flag})" for flag in flags)])
    names = [", ".join(columns) for columns in sets]

    def read(select: str, group: str) -> list[tuple[Any, ...]]:
        statements: list[str] = []
        given: list[Any] = []
        for rows in parts:
            sql, params = rows.query.sql_with_params()
            statements.append(f"SELECT {select}, {numbers} FROM ({sql}) AS counted GROUP BY {group}")  # noqa: S608
            given += params
        with connections[parts[0].db].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), given)
            return cursor.fetchall()

    if connections[parts[0].db].vendor != "postgresql":
        return [
            _added((row[: len(columns)], row[len(columns) :]) for row in read(of_set, of_set))
            for columns, of_set in zip(sets, names, strict=True)
        ]
    which = [f"GROUPING({columns[0]}) = 0" for columns in sets]
    together = read(", ".join([*which, *names]), f"GROUPING SETS (({'), ('.join(names)}))")
    found: list[Numbers] = []
    begin, after = len(sets), len(sets) + sum(map(len, sets))
    for place, columns in enumerate(sets):
        end = begin + len(columns)
        found.append(_added((row[begin:end], row[after:]) for row in together if row[place]))
        begin = end
    return found


def _added(rows: Iterable[tuple[tuple[Any, ...], tuple[int, ...]]]) -> Numbers:
    """The numbers that several parts have for one key, added up."""
    found: Numbers = {}
    for key, numbers in rows:
        found[key] = tuple(map(sum, zip(numbers, found[key], strict=True))) if key in found else numbers
    return found


@contextmanager
def hashed() -> Iterator[None]:
    """Inside, PostgreSQL counts groups by a hash table and does not sort the rows first, and starts further processes only where
    there are very many.

    For few groups of many rows the sort is a third of the work. The planner cannot know: it takes the scope of two joined tables
    for independent, expects a handful of rows, and finds a sort as cheap.
    """
    with _planned(enable_sort="off", parallel_setup_cost="5000"):
        yield


@contextmanager
def side_by_side() -> Iterator[None]:
    """Inside, PostgreSQL reads both sides of a join once: where an index of each has them in the same order, from end to end beside
    each other. Of a union it reads whole parts in several processes at a time, not each part in all of them.

    A narrow scope it takes for one row, and would read the other side again for each; of a wide one it would put everybody into a
    hash table first, which costs more than it saves. One join in several processes reads the inner side in each, and hands all
    rows to the one that counts.
    """
    whole = {"min_parallel_table_scan_size": "1TB", "min_parallel_index_scan_size": "1TB"}
    with _planned(enable_nestloop="off", enable_hashjoin="off", max_parallel_workers_per_gather="2", **whole):
        yield


@contextmanager
def _planned(**settings: str) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    outermost = not connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items()))
        yield
        if not outermost:  # else it ends with the transaction
            cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in settings))
