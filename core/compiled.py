"""A query that every request asks, built and compiled once in a process: building it costs more than PostgreSQL takes to answer."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import ModelIterable

from core.scoping import ScopedModel

M = TypeVar("M", bound=models.Model)


class Compiled(Generic[M]):
    """``make`` builds the query; ``marks`` are values of the kinds it is asked with, each unlike every constant in it, which show
    where in the SQL the values belong. Not for scoped tables: the guard looks when a query is compiled."""

    def __init__(self, make: Callable[..., models.QuerySet[M]], *marks: Any) -> None:
        self._make, self._marks = make, marks
        self._ready: dict[str, tuple[Any, str, list[Any]]] = {}

    def __call__(self, *values: Any) -> list[M]:
        compiler, sql, given = self._compiled()
        asked = copy.copy(compiler)
        params = tuple(values[one.place] if isinstance(one, _Place) else one for one in given)
        params = tuple(map(_adapted, params))
        asked.as_sql = lambda *_args, **_kwargs: (sql, params)
        query = SimpleNamespace(get_compiler=lambda **_kwargs: asked)
        rows: Any = SimpleNamespace(query=query, db=connection.alias, _known_related_objects={})
        return list(ModelIterable(rows))

    def _compiled(self) -> tuple[Any, str, list[Any]]:
        found = self._ready.get(connection.vendor)
        if found is None:
            rows = self._make(*self._marks)
            if issubclass(rows.model, ScopedModel):
                raise TypeError(f"{rows.model.__name__} is scoped")
            compiler = rows.query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            marks = [_adapted(mark) for mark in self._marks]
            given = [_Place(marks.index(one)) if one in marks else one for one in params]
            if {one.place for one in given if isinstance(one, _Place)} != set(range(len(marks))):
                raise ValueError("a mark does not stand in the query as it was given")
            found = self._ready[connection.vendor] = (compiler, sql, given)
        return found


class _Place:
    """Where one of the values belongs."""

    def __init__(self, place: int) -> None:
        self.place = place


def _adapted(value: Any) -> Any:
    """As a parameter of the database."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    return value
