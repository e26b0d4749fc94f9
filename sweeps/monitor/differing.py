"""What was counted against the to-dos that stand, compared in the database: only what differs comes out of it.

A county of a million members has to-dos by the hundred thousand, and from week to week hardly any of them changes: they are
read once, for all causes together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Q

from branches.models import Organisation
from core.actors import SYSTEM
from inbox.actions import Wanted
from inbox.models import Todo
from sweeps.monitor.causes import BASES, Base, Cause

PREFIX = "monitor:"
COUNTED, WANTED, DIFFERENT = "monitor_counted", "monitor_wanted", "monitor_different"  # tables of one run
PATH = "counted_path"
MEMORY = "64MB"
COMPARED = ("cause", "organisation_id", "organisation_path", "text", "level")
Parameters = list[Any]
Part = tuple[str, Parameters]  # a SELECT of these columns, and its parameters


def column(cause: Cause, level: str) -> str:
    return f"{cause.key}_{level}"


class Comparison:
    """To-dos as they should stand, in a table that lasts as long as the context :func:`comparing`."""

    def count(self, base: Base, rows: Any) -> dict[str, int]:
        """Put down what should stand for one base; by cause, how many were found in all.

        ``rows``: a queryset of :data:`PATH` and the columns of the base's causes.
        """
        sums = ", ".join(f"SUM({_mildest(cause)})" for cause in base.causes)
        wanted, parameters = _wanted(base)
        sql, more = rows.query.sql_with_params()
        # A table of its own first: PostgreSQL reads for it with several processes, for an INSERT it would not.
        _run(f"CREATE TEMPORARY TABLE {COUNTED} AS {sql}", more)
        _run(f"INSERT INTO {WANTED} {wanted}", parameters)
        (found,) = _rows(f"SELECT {sums} FROM {COUNTED}")  # noqa: S608 names are ours
        _run(f"DROP TABLE {COUNTED}")
        return {cause.key: int(number or 0) for cause, number in zip(base.causes, found, strict=True)}

    def different(self, at_once: int) -> Iterator[list[Wanted]]:
        """To-dos that are missing or say something else, so many at a time."""
        standing, parameters = _todos(Q())  # one open to-do a cause: whose it is needs not be asked
        unequal = " OR ".join(f"s.{name} <> w.{name}" for name in COMPARED[1:])
        _run(
            f"CREATE TEMPORARY TABLE {DIFFERENT} AS SELECT w.* FROM {WANTED} w "  # noqa: S608
            f"LEFT JOIN ({standing}) s ON s.cause = w.cause WHERE s.cause IS NULL OR {unequal}",
            parameters,
        )
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(COMPARED)} FROM {DIFFERENT}")  # noqa: S608
            while rows := cursor.fetchmany(at_once):
                yield [
                    Wanted(cause, pk, path, text, level=level, link=("monitor-list", cause.split(":")[-2:]))
                    for cause, pk, path, text, level in rows
                ]
        _run(f"DROP TABLE {DIFFERENT}")

    def gone(self) -> list[str]:
        """Causes of to-dos that were not found any more. Asked once all that were found stand: then a number tells whether
        there are others."""
        of_ours = Q()
        for base in BASES:
            of_ours |= Q(cause__startswith=_prefix(base))
        standing, parameters = _todos(of_ours)
        numbers = f"SELECT (SELECT COUNT(*) FROM {WANTED}), (SELECT COUNT(*) FROM ({standing}) s)"  # noqa: S608
        if len(set(_rows(numbers, parameters)[0])) == 1:
            return []
        others = f"SELECT s.cause FROM ({standing}) s LEFT JOIN {WANTED} w ON w.cause = s.cause WHERE w.cause IS NULL"  # noqa: S608
        return [cause for (cause,) in _rows(others, parameters)]


def _wanted(base: Base) -> Part:
    """One to-do an organisation and cause, with the worst level that anybody reaches."""
    places, parameters = Organisation.objects.open().values("id", "path", "public_id").query.sql_with_params()
    parts: list[str] = []
    texts: Parameters = []
    for cause in base.causes:
        mildest = _mildest(cause)
        worst = " ".join(f"WHEN {column(cause, level)} > 0 THEN '{level}'" for level in reversed(cause.levels))
        parts.append(
            f"SELECT '{_prefix(base)}{cause.key}:' || public_id, id, path, "  # noqa: S608 names are ours
            f"REPLACE(%s, '{{n}}', CAST({mildest} AS text)), CASE {worst} END FROM counted WHERE {mildest} > 0"
        )
        texts.append(cause.text)
    counted = f"SELECT o.*, c.* FROM {COUNTED} c JOIN ({places}) o ON o.path = c.{PATH}"  # noqa: S608
    return f"WITH counted AS ({counted}) {' UNION ALL '.join(parts)}", [*parameters, *texts]


def _todos(of_ours: Q) -> Part:
    todos = Todo.objects.visible_to(SYSTEM).open().filter(of_ours)
    sql, parameters = todos.values(*COMPARED).query.sql_with_params()
    return sql, list(parameters)


def _prefix(base: Base) -> str:
    return f"{PREFIX}{base.key}:"


def _mildest(cause: Cause) -> str:
    return column(cause, next(iter(cause.levels)))


@contextmanager
def comparing() -> Iterator[Comparison]:
    """Inside a transaction."""
    if connection.vendor == "postgresql":
        _run(f"SET LOCAL work_mem = '{MEMORY}'")  # of this transaction: joins and groups stay off the disk
    for table in (COUNTED, WANTED, DIFFERENT):
        _run(f"DROP TABLE IF EXISTS {table}")
    # Of the same types and collations as what it is compared with.
    _run(f"CREATE TEMPORARY TABLE {WANTED} AS SELECT {', '.join(COMPARED)} FROM {Todo._meta.db_table} WHERE 1 = 0")  # noqa: S608
    yield Comparison()
    _run(f"DROP TABLE {WANTED}")


def _run(sql: str, parameters: Any = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _rows(sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
