"""What was counted against the to-dos that stand, compared in the database: only what differs comes out of it.

A county of a million members has to-dos by the hundred thousand, and from week to week hardly any of them changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from branches.models import Organisation
from core.actors import SYSTEM
from inbox.actions import Wanted
from inbox.models import Todo
from sweeps.monitor.causes import Base, Cause

PREFIX = "monitor:"
TABLE = "monitor_counted"
PATH = "counted_path"
MEMORY = "64MB"
COMPARED = ("cause", "organisation_id", "organisation_path", "text", "level")
Parameters = list[Any]
Part = tuple[str, Parameters]  # a SELECT of these columns, and its parameters


def column(cause: Cause, level: str) -> str:
    return f"{cause.key}_{level}"


class Counted:
    """The counts of one base, in a table that lasts as long as the context :func:`counted`."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._prefix = f"{PREFIX}{base.key}:"

    def found(self) -> dict[str, int]:
        """By cause, how many there are in all."""
        sums = ", ".join(f"SUM({_mildest(cause)})" for cause in self._base.causes)
        (row,) = _rows(f"SELECT {sums} FROM {TABLE}", [])  # noqa: S608 names are ours
        return {cause.key: int(number or 0) for cause, number in zip(self._base.causes, row, strict=True)}

    def different(self, most: int) -> list[Wanted]:
        """To-dos that are missing or say something else, at most so many."""
        rows = self._except(self._wanted(), self._standing(), f"SELECT {', '.join(COMPARED)}", " LIMIT %s", most)
        return [
            Wanted(cause, pk, path, text, level=level, link=("monitor-list", cause.split(":")[-2:]))
            for cause, pk, path, text, level in rows
        ]

    def gone(self) -> list[str]:
        """Causes of to-dos that were not found any more. Asked once all that were found stand: then a number tells whether
        there are others."""
        (wanted, more), (standing, of_standing) = self._wanted(), self._standing()
        sql = f"SELECT (SELECT COUNT(*) FROM ({wanted}) w), (SELECT COUNT(*) FROM ({standing}) s)"  # noqa: S608
        if len(set(_rows(sql, [*more, *of_standing])[0])) == 1:
            return []
        return [cause for (cause,) in self._except(self._standing(), self._wanted(), "SELECT cause")]

    @staticmethod
    def _except(left: Part, right: Part, select: str, limit: str = "", *more: Any) -> list[tuple[Any, ...]]:
        sql = f"SELECT * FROM ({select} FROM ({left[0]}) a EXCEPT {select} FROM ({right[0]}) b) x{limit}"  # noqa: S608
        return _rows(sql, [*left[1], *right[1], *more])

    def _wanted(self) -> Part:
        """One to-do an organisation and cause, with the worst level that anybody reaches."""
        places, of_places = Organisation.objects.open().values("id", "path", "public_id").query.sql_with_params()
        parts: list[str] = []
        parameters: Parameters = []
        for cause in self._base.causes:
            mildest = _mildest(cause)
            worst = " ".join(f"WHEN c.{column(cause, level)} > 0 THEN '{level}'" for level in reversed(cause.levels))
            parts.append(
                f"SELECT '{self._prefix}{cause.key}:' || o.public_id AS cause, "  # noqa: S608 names are ours
                f"o.id AS organisation_id, o.path AS organisation_path, "
                f"REPLACE(%s, '{{n}}', CAST(c.{mildest} AS text)) AS text, CASE {worst} END AS level "
                f"FROM {TABLE} c JOIN ({places}) o ON o.path = c.{PATH} WHERE c.{mildest} > 0"
            )
            parameters += [cause.text, *of_places]
        return " UNION ALL ".join(parts), parameters

    def _standing(self) -> Part:
        todos = Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith=self._prefix)
        sql, parameters = todos.values(*COMPARED).query.sql_with_params()
        return sql, list(parameters)


def _mildest(cause: Cause) -> str:
    return column(cause, next(iter(cause.levels)))


@contextmanager
def counted(base: Base, rows: Any) -> Iterator[Counted]:
    """``rows``: a queryset of :data:`PATH` and the columns of the base's causes. Inside a transaction."""
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SET LOCAL work_mem = '{MEMORY}'"
            )  # of this transaction: joins and groups stay off the disk
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} AS {sql}", parameters)
    yield Counted(base)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def _rows(sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
