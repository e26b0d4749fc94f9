"""Writing of the register, set-based: what actions and ledgers both go through.

A :class:`Writer` collects creates, changes and evidence of one act (one form, or one chunk of a ledger)
and writes them with a handful of statements, history included. It runs inside the caller's
transaction; the caller has locked the rows it changes and decided what is right.

Values are as the database keeps them: ISO text for partial dates, sealed tokens for numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.db import models

from audit.actions import copy_changes
from core import bulk, crypto, hooks
from core.actors import Actor
from core.domain.names import initials_all
from core.ids import new_id
from members.enums import EVIDENCE, Source
from members.models import Evidence, Freshness, Journey, LostContact, Member, Membership

_EMPTY = (None, "", [], {})
FRESH = tuple(EVIDENCE)
_NEWER = "excluded.{0}_on IS NOT NULL AND (t.{0}_on IS NULL OR excluded.{0}_on >= t.{0}_on)"
FRESH_SETS = ", ".join(
    f"{name}_{part} = CASE WHEN {_NEWER.format(name)} THEN excluded.{name}_{part} ELSE t.{name}_{part} END"
    for name in FRESH
    for part in ("on", "from")
)


def defaults(model: type[models.Model]) -> dict[str, Any]:
    """Column -> the value of a new row that says nothing of it."""
    given: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            given[field.attname] = field.get_default() if field.has_default() else (None if field.null else "")
    return given


_DEFAULTS: dict[type[models.Model], dict[str, Any]] = {}
_HISTORY: dict[type[models.Model], tuple[tuple[str, str], ...]] = {}


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    if model not in _DEFAULTS:
        _DEFAULTS[model] = defaults(model)
        history = getattr(model, "HISTORY", ())
        _HISTORY[model] = tuple((name, model._meta.get_field(name).attname) for name in history)  # type: ignore[union-attr]
    return _DEFAULTS[model]


class Writer:
    """Collects, then :meth:`flush` writes. ``on``: the business date that evidence counts from."""

    def __init__(
        self,
        *,
        by: Actor,
        now: dt.datetime,
        on: dt.date,
        source: str = "edit",
        evidence: Source = Source.EDIT,
        batch: str = "",
    ) -> None:
        self.by, self.now, self.on = by, now, on
        self.source, self.evidence_source, self.batch = source, evidence, batch
        self._actor = f"{by.ref.id} {by.ref.label}"[:160]
        self._inserts: dict[type[models.Model], list[dict[str, Any]]] = {}
        self._updates: dict[type[models.Model], dict[tuple[str, ...], list[tuple[Any, ...]]]] = {}
        self._changes: list[tuple[Any, ...]] = []
        self._evidence: dict[int, frozenset[str]] = {}
        self._ids: dict[type[models.Model], list[int]] = {}
        self._versions: dict[tuple[type[models.Model], int], int] = {}

    def reserve(self, model: type[models.Model], number: int) -> None:
        """Fetch primary keys for ``number`` creates at once."""
        if number:
            self._ids[model] = bulk.new_ids(model, number)[::-1]

    def create(self, model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
        """A new row; ``values`` by column (``home_id``). Returns the full row with ``id`` and ``public_id``."""
        row = {**_defaults(model), **values}
        if not self._ids.get(model):
            self._ids[model] = bulk.new_ids(model, 1)
        row["id"] = self._ids[model].pop()
        if "public_id" in row and "public_id" not in values:
            row["public_id"] = new_id()
        for stamp in ("created_at", "updated_at"):
            if stamp in row and stamp not in values:
                row[stamp] = self.now
        self._inserts.setdefault(model, []).append(row)
        if "version" in row:
            fields = {name: [None, row[column]] for name, column in _HISTORY[model] if row[column] not in _EMPTY}
            self._record(model, row["public_id"], row["version"], fields)
        return row

    def create_sealed(self, model: type[Any], values: Mapping[str, Any], numbers: Mapping[str, str]) -> dict[str, Any]:
        """A new row with sealed fields: ``numbers`` are in the clear and sealed under the row's new public id."""
        public_id = new_id()
        columns = dict(values, public_id=public_id)
        for name, number in numbers.items():
            if number:
                columns.update(sealed(model, public_id, name, number))
        return self.create(model, columns)

    def change(self, model: type[models.Model], row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        """Set columns of an existing row. ``row`` has ``id``, ``public_id``, ``version`` and the columns changed,
        as they are now. False where nothing differs: then nothing is written."""
        _defaults(model)
        after = {column: value for column, value in values.items() if row[column] != value}
        if not after:
            return False
        names = {column: name for name, column in _HISTORY[model]}
        fields = {names[column]: [row[column], value] for column, value in after.items() if column in names}
        version = self._versions[model, row["id"]] = row["version"] + 1
        self._record(model, row["public_id"], version, fields)
        columns = tuple(sorted(after))
        extra = ("version", "updated_at")
        self._updates.setdefault(model, {}).setdefault((*columns, *extra), []).append(
            (row["id"], *(after[column] for column in columns), version, self.now)
        )
        return True

    def version_of(self, model: type[models.Model], row: Mapping[str, Any]) -> int:
        """The version of a record once this is written."""
        return self._versions.get((model, row["id"]), row["version"])

    def remove_history(
        self, model: type[models.Model], public_id: str, version: int, fields: dict[str, list[Any]]
    ) -> None:
        """The last history row of a record that an undo deletes."""
        self._record(model, public_id, version, fields)

    def _record(self, model: type[models.Model], public_id: str, version: int, fields: dict[str, list[Any]]) -> None:
        self._changes.append(
            (model._meta.label_lower, public_id, version, self.now, self._actor, self.batch, self.source, fields)
        )

    def verified(self, member_id: int, fields: Iterable[str]) -> None:
        """``fields``: keys of ``enums.EVIDENCE`` that this act proves for the member."""
        known = self._evidence.get(member_id)
        self._evidence[member_id] = known.union(fields) if known else frozenset(fields)

    def member_of(self, member: Mapping[str, Any], organisation_id: int, kind: str, starts_on: dt.date | None) -> None:
        """An open membership row for a member (copies on the member are set by the caller's create or change)."""
        self._inserts.setdefault(Membership, []).append(
            {
                "member_id": member["id"],
                "organisation_id": organisation_id,
                "kind": kind,
                "starts_on": starts_on,
                "ends_on": None,
                "batch": self.batch,
                "ended_batch": "",
                "made_by": self._actor,
            }
        )

    def flush(self) -> None:
        """Write everything collected, members first."""
        for model in (Member, Membership, Journey, LostContact):
            rows = self._inserts.pop(model, [])
            if rows:
                columns = tuple(rows[0])
                bulk.copy_rows(model, columns, ([row[column] for column in columns] for row in rows))
        for model, groups in self._updates.items():
            for columns, values in groups.items():
                bulk.update_rows(model, columns, values)
        self._updates.clear()
        copy_changes(self._changes)
        self._changes = []
        self._write_evidence()

    def _write_evidence(self) -> None:
        proofs = {member: fields for member, fields in self._evidence.items() if fields}
        self._evidence = {}
        if not proofs:
            return
        alike: dict[frozenset[str], list[int]] = {}
        for member, fields in proofs.items():
            alike.setdefault(fields, []).append(member)
        bulk.copy_rows(
            Evidence,
            ("member_id", "fields", "on", "source", "by", "batch", "at"),
            (
                (member, joined, self.on, self.evidence_source.value, self._actor, self.batch, self.now)
                for fields, members in alike.items()
                if (joined := ",".join(name for name in FRESH if name in fields))
                for member in members
            ),
        )
        for fields, members in alike.items():
            bulk.upsert_same(Freshness, members, self._fresh(fields), FRESH_SETS)
        hooks.evidence_recorded.call(members=proofs, source=self.evidence_source, on=self.on, by=self.by)

    def _fresh(self, fields: frozenset[str]) -> dict[str, Any]:
        """The columns of :class:`Freshness` that these fields being verified now give."""
        values: dict[str, Any] = {f"{name}_on": self.on if name in fields else None for name in FRESH}
        values.update({f"{name}_from": self.evidence_source.value if name in fields else "" for name in FRESH})
        return values


def evidence_of(keys: Iterable[str]) -> frozenset[str]:
    """The fields of evidence that stating these columns proves."""
    return _proved(tuple(keys))


@lru_cache(maxsize=4096)
def _proved(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(field for field, columns in EVIDENCE.items() if not set(columns).isdisjoint(keys))


def sealed(model: type[Any], public_id: str, name: str, value: str) -> dict[str, str]:
    """The columns of a sealed field: token, blind index and tail where the field has them."""
    field = model._meta.get_field(name)
    columns = {name: crypto.seal(value, model.seal_context(name, public_id))}
    if field.index:
        columns[field.index] = crypto.blind(value, name)
    if field.tail:
        columns[field.tail] = value[-4:]
    return columns


def name_columns(name: str) -> dict[str, str]:
    """A name with the initials it is found by; a surname with two readings has both."""
    readings = initials_all(name)
    return {
        "name": name,
        "initials": readings[0][:20] if readings else "",
        "initials_alt": readings[1][:20] if len(readings) > 1 else "",
    }
