"""Writing of the register, set-based: what actions and ledgers both go through.

A :class:`Writer` collects creates, changes and evidence of one act (one form, or one chunk of a ledger)
and writes them with a handful of statements, history included. It runs inside the caller's
transaction; the caller has locked the rows it changes and decided what is right.

Values are as the database keeps them: ISO text for partial dates, sealed tokens for numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

from django.db import models

from audit.actions import copy_changes
from core import bulk, crypto, hooks
from core.actors import Actor
from core.behind import Behind
from core.domain.names import initials_all
from core.errors import UserError
from core.ids import new_id
from members.enums import EVIDENCE, Source
from members.models import Evidence, Freshness, Journey, LostContact, Member, Membership, Transfer
from members.written_tables import NUMBERS, table_of

FRESH = tuple(EVIDENCE)
OVERTAKEN = "刚才有人改了同一份登记，这一次没有保存。请刷新页面看看。"
_COURSE = frozenset({"state", "left_on", "ended_on"})  # of a journey
_WHERE = frozenset({"region_code"})
_PLACE = frozenset({"home_path", "care_path"})  # of a member
_NEWER = "excluded.{0}_on IS NOT NULL AND (t.{0}_on IS NULL OR excluded.{0}_on >= t.{0}_on)"


@lru_cache(maxsize=4096)
def fresh_sets(fields: frozenset[str]) -> str:
    """What an upsert of :class:`Freshness` does where the person has a row: nothing to what is not among ``fields``."""
    return ", ".join(
        f"{name}_{part} = CASE WHEN {_NEWER.format(name)} THEN excluded.{name}_{part} ELSE t.{name}_{part} END"
        for name in FRESH
        if name in fields
        for part in ("on", "from")
    )


class Writer:
    """Collects, then :meth:`flush` writes. ``on``: the business date that evidence counts from. With ``behind`` the statements
    are only handed over, to be sent while the next chunk is planned."""

    def __init__(
        self,
        *,
        by: Actor,
        now: dt.datetime,
        on: dt.date,
        source: str = "edit",
        evidence: Source = Source.EDIT,
        batch: str = "",
        behind: Behind | None = None,
    ) -> None:
        self.by, self.now, self.on = by, now, on
        self._behind = behind
        self.source, self.evidence_source, self.batch = source, evidence, batch
        self.actor = f"{by.ref.id} {by.ref.label}"[:160]
        self._inserts: dict[type[models.Model], list[dict[str, Any]]] = {}
        self._given: dict[type[models.Model], set[str]] = {}  # columns in which these rows may differ
        self._updates: dict[type[models.Model], dict[tuple[str, ...], list[tuple[Any, ...]]]] = {}
        self._changes: list[tuple[Any, ...]] = []
        self._evidence: dict[int, frozenset[str]] = {}
        self._ids: dict[type[models.Model], list[int]] = {}
        self._versions: dict[tuple[type[models.Model], int], int] = {}
        self._changed: set[int] = set()  # members whose facts, or whose journey's, are now others

    def reserve(self, model: type[models.Model], number: int) -> None:
        """Fetch primary keys for ``number`` creates at once."""
        if number:
            self._ids[model] = bulk.new_ids(model, number)[::-1]

    def create(self, model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
        """A new row; ``values`` by column (``home_id``). Returns the full row with ``id`` and ``public_id``."""
        table = table_of(model)
        row = {**table.defaults, **values}
        if not self._ids.get(model):
            self._ids[model] = bulk.new_ids(model, 1)
        row["id"] = self._ids[model].pop()
        if "public_id" in row and "public_id" not in values:
            row["public_id"] = new_id()
        for stamp in ("created_at", "updated_at"):
            if stamp in row and stamp not in values:
                row[stamp] = self.now
        self._insert(model, row, values)
        if "version" in row:
            names = table.history
            fields = {
                names[column]: [None, value]
                for column, value in values.items()
                if column in names and (value or value.__class__ in NUMBERS)
            }
            for column, name, value in table.stated:
                if column not in values:
                    fields[name] = [None, value]
            self._record(model, row["public_id"], row["version"], fields)
        return row

    def _insert(self, model: type[models.Model], row: dict[str, Any], given: Iterable[str]) -> None:
        rows = self._inserts.get(model)
        if rows is None:
            rows = self._inserts[model] = []
            self._given[model] = {"id", "public_id"}.intersection(row)
        rows.append(row)
        self._given[model].update(given)

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
        after = {column: value for column, value in values.items() if row[column] != value}
        if not after:
            return False
        if model in (Member, Journey) and (member_id := row.get("id" if model is Member else "member_id")):
            self._changed.add(member_id)
        names = table_of(model).history
        fields = {names[column]: [row[column], value] for column, value in after.items() if column in names}
        version = self._versions[model, row["id"]] = row["version"] + 1
        self._record(model, row["public_id"], version, fields)
        columns = (*sorted(after), "version")
        after["version"] = version
        self._updates.setdefault(model, {}).setdefault(columns, []).append(
            (row["id"], *[after[column] for column in columns])
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
        self._changes.append((table_of(model).label, public_id, version, fields))

    def verified(self, member_id: int, fields: Iterable[str]) -> None:
        """``fields``: keys of ``enums.EVIDENCE`` that this act proves for the member."""
        known = self._evidence.get(member_id)
        self._evidence[member_id] = known.union(fields) if known else frozenset(fields)

    def member_of(self, member: Mapping[str, Any], organisation_id: int, kind: str, starts_on: dt.date | None) -> None:
        """An open membership row for a member (copies on the member are set by the caller's create or change)."""
        row = {
            "member_id": member["id"],
            "organisation_id": organisation_id,
            "kind": kind,
            "starts_on": starts_on,
            "ends_on": None,
            "batch": self.batch,
            "ended_batch": "",
            "made_by": self.actor,
        }
        self._insert(Membership, row, ("member_id", "organisation_id", "kind", "starts_on"))

    def flush(self) -> None:
        """Write everything collected, members first."""
        journeys, redirected = self._journeys(), self._redirected()
        made, placed = [row["id"] for row in self._inserts.get(Member, [])], self._placed()
        for model in (Member, Membership, Journey, LostContact, Transfer):
            if rows := self._inserts.pop(model, []):
                differing = self._given.pop(model)
                same = {column: value for column, value in rows[0].items() if column not in differing}
                columns = tuple(differing)
                bulk.copy_rows(model, columns, map(itemgetter(*columns), rows), self._behind, same)
        self._write_updates()
        copy_changes(
            self._changes, at=self.now, actor=self.actor, batch=self.batch, source=self.source, behind=self._behind
        )
        self._changes = []
        if journeys:
            self._tell(hooks.journeys_written, ids=journeys, source=self.evidence_source, by=self.by, now=self.now)
        if redirected:
            self._tell(hooks.journeys_redirected, ids=redirected)
        if made:
            self._tell(hooks.members_made, ids=made)
        if placed:
            self._tell(hooks.members_placed, ids=placed)
        self._write_evidence()
        self._changed = set()

    def _write_updates(self) -> None:
        """Raises UserError where a record is no longer as the caller had it: it was read before it was locked."""
        stamp = {"updated_at": self.now}
        for model, groups in self._updates.items():
            written: set[int] = set()
            for columns, rows in groups.items():
                ids = {row[0] for row in rows}
                # What a second change in the same act finds is the first one's doing.
                checked = self._behind is None and len(ids) == len(rows) and written.isdisjoint(ids)
                number = bulk.update_rows(model, columns, rows, self._behind, stamp, next_version=checked)
                if checked and number != len(rows):
                    raise UserError(OVERTAKEN, "overtaken")
                written |= ids
        self._updates.clear()

    def _tell(self, hook: hooks.Hook, **what: Any) -> None:
        """Once it is written: whoever listens may look at it."""
        if self._behind is None:
            hook.call(**what)
        else:
            self._behind.then(partial(hook.call, **what))

    def _journeys(self) -> list[int]:
        """Those that the next flush begins, ends or dates otherwise."""
        made = [row["id"] for row in self._inserts.get(Journey, [])]
        return made + self._with(Journey, _COURSE)

    def _redirected(self) -> list[int]:
        """Those that the next flush leads to another place, and does nothing else to."""
        written = set(self._with(Journey, _COURSE))
        return [pk for pk in self._with(Journey, _WHERE) if pk not in written]

    def _placed(self) -> list[int]:
        """The members whom the next flush gives another branch."""
        return self._with(Member, _PLACE)

    def _with(self, model: type[models.Model], columns: frozenset[str]) -> list[int]:
        """The records that the next flush changes in one of these columns."""
        groups = self._updates.get(model, {}).items()
        return [row[0] for changed, rows in groups if not columns.isdisjoint(changed) for row in rows]

    def _write_evidence(self) -> None:
        proofs = {member: fields for member, fields in self._evidence.items() if fields}
        self._evidence = {}
        if not proofs:
            return
        alike: dict[frozenset[str], list[int]] = {}
        for member, fields in proofs.items():
            alike.setdefault(fields, []).append(member)
        proved = [
            (member, joined)
            for fields, members in alike.items()
            if (joined := ",".join(name for name in FRESH if name in fields))
            for member in members
        ]
        act = {
            "on": self.on,
            "source": self.evidence_source.value,
            "by": self.actor,
            "batch": self.batch,
            "at": self.now,
        }
        bulk.copy_rows(Evidence, ("member_id", "fields"), proved, self._behind, act)
        for fields, members in alike.items():
            bulk.upsert_same(Freshness, members, self._fresh(fields), fresh_sets(fields), self._behind)
        self._tell(
            hooks.evidence_recorded,
            members=proofs,
            changed=self._changed,
            source=self.evidence_source,
            on=self.on,
            by=self.by,
            now=self.now,
        )

    def _fresh(self, fields: frozenset[str]) -> dict[str, Any]:
        """The columns of :class:`Freshness` that these fields being verified now give."""
        values: dict[str, Any] = {f"{name}_on": self.on if name in fields else None for name in FRESH}
        values.update({f"{name}_from": self.evidence_source.value if name in fields else "" for name in FRESH})
        return values


def evidence_of(keys: Iterable[str], shown: frozenset[str] = frozenset()) -> frozenset[str]:
    """The fields of evidence that stating these columns proves. ``shown``: columns that stand there and prove nothing."""
    return _proved(tuple(keys), shown)


@lru_cache(maxsize=4096)
def _proved(keys: tuple[str, ...], shown: frozenset[str]) -> frozenset[str]:
    said = set(keys) - shown
    return frozenset(field for field, columns in EVIDENCE.items() if not said.isdisjoint(columns))


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
