"""Conditions that the ORM has no words for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Lookup

from core.arrays import array_of


class HasLetters(Lookup):  # not generic while it runs
    """Every character of the text stands somewhere in the column.

    A companion of ``contains``: on PostgreSQL a GIN index over the characters answers it for a whole province in a
    millisecond, where LIKE reads every name, and trigrams know nothing of names of two characters. Elsewhere it holds
    for every row. The expression must be the index's own, letter by letter.
    """

    lookup_name = "has_letters"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "1 = 1", ()

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        text, after = self.process_rhs(compiler, connection)
        return f"string_to_array({column}::text, NULL) @> string_to_array({text}, NULL)", (*before, *after)


class Among(Lookup):  # not generic while it runs
    """``column IN (...)`` for thousands of plain values, which the ORM would look at one by one, twice each."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[Any]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*before, json.dumps(self.rhs))  # noqa: S608 the column is the ORM's

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.rel_db_type(connection).split(" COLLATE ")[0]
        return f"{column} = ANY(%s::{kind}[])", (*before, array_of(self.rhs))
