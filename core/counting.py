"""Counts that stay cheap on large tables: by path in one query, given up beyond a limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import F, QuerySet

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


@contextmanager
def hashed() -> Iterator[None]:
    """Inside, PostgreSQL counts groups by a hash table and does not sort the rows first, and starts further processes only where
    there are very many.

    For few groups of many rows the sort is a third of the work. The planner cannot know: it takes the scope of two joined tables
    for independent, expects a handful of rows, and finds a sort as cheap.
    """
    if connection.vendor != "postgresql":
        yield
        return
    outermost = not connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL parallel_setup_cost = 20000")
        yield
        if not outermost:  # else it ends with the transaction
            cursor.execute("SET LOCAL enable_sort = DEFAULT; SET LOCAL parallel_setup_cost = DEFAULT")
