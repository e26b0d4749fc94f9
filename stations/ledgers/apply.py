"""Writing the rows of a register of stations, inside the caller's transaction: row for row what the single actions write
(rows, history, versions); the event is the import's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit import actions as audit
from branches.models import Organisation
from core.bulk import lock
from core.domain.dates import PartialDate
from core.fields import ActorField
from core.ledgers import ApplyContext, ApplyResult, CellChange, LedgerRow, Outcome
from core.permissions import Permission
from stations import presence
from stations.actions.stations import next_place
from stations.enums import Line, PostTitle
from stations.ledgers.columns import LINES, PLACE
from stations.ledgers.known import TEXTS, Known, load
from stations.models import ServiceLine, Station, StationKind, StationPost

SOURCE = "ledger"
TERM = "驿站"


@dataclass
class Writing:
    context: ApplyContext
    known: Known
    kind: StationKind
    result: ApplyResult = field(default_factory=ApplyResult)
    histories: list[tuple[Any, ...]] = field(default_factory=list)
    touched: list[Station] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)
    cores: set[int] = field(default_factory=set)

    def count(self, row: LedgerRow) -> None:
        for table, name in ((self.result.counts, row.outcome.value), (self.result.terms, TERM)):
            table[name] = table.get(name, 0) + 1

    def save(self, obj: Any, before: Mapping[str, Any] | None) -> None:
        """Insert (``before`` None) or update, with its history row; nothing where nothing differs."""
        after = audit.snapshot(obj, obj.HISTORY)
        if before is None:
            fields = {name: [None, value] for name, value in after.items() if value not in (None, "", [], {})}
            obj.save(force_insert=True)
        else:
            fields = {name: [before[name], value] for name, value in after.items() if before[name] != value}
            if not fields:
                return
            obj.version += 1
            obj.save()
        self.histories.append((obj._meta.label_lower, obj.public_id, obj.version, fields))


def apply(rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
    """Rows whose station was changed since the check come back as ``stale``."""
    lock("stations.places")
    writing = Writing(context, load(), StationKind.objects.usual())
    stations = {one.pk: one for one in writing.known.by_name.values()}
    keepers = Organisation.objects.in_bulk({row.basis.get("keeper") for row in rows if row.outcome.usable} - {None})
    for row in rows:
        if not row.outcome.usable:
            continue
        station = stations.get(row.basis.get("id") or 0)
        keeper = keepers.get(row.basis.get("keeper") or 0)
        if _is_stale(row, station, keeper, writing):
            writing.result.stale.append(row)
            continue
        if row.outcome is not Outcome.UNCHANGED:
            assert keeper is not None
            _write(row, station, keeper, writing)
        writing.count(row)
    actor = ActorField().get_prep_value(context.by.ref)
    audit.copy_changes(writing.histories, at=context.now, actor=actor, batch=context.batch_id, source=SOURCE)
    if writing.touched:
        presence.refresh_around(writing.touched, regions=writing.regions, cores=writing.cores)
    return writing.result


def _is_stale(row: LedgerRow, station: Station | None, keeper: Organisation | None, writing: Writing) -> bool:
    versions = {key: row.basis.get(key) for key in writing.known.versions(station)}
    moved_on = versions != writing.known.versions(station)
    taken = row.basis.get("id") is None and writing.known.named(row.values["name"]) is not None
    may = keeper is not None and writing.context.by.reaches(keeper.path, Permission.ORGANISE)
    return moved_on or taken or (row.outcome is not Outcome.UNCHANGED and not may)


def _write(row: LedgerRow, station: Station | None, keeper: Organisation, writing: Writing) -> None:
    changes = _stated(row)
    before = None
    if station is None:
        number, path = next_place()
        station = Station(keeper=keeper, kind=writing.kind, number=number, path=path, name=changes["name"])
    else:
        before = audit.snapshot(station, Station.HISTORY)
        writing.regions.add(station.region_code)
        writing.cores |= {station.core_id} - {None}
    _put(station, changes, writing.known)
    writing.save(station, before)
    writing.touched.append(station)
    if "head" in changes:
        _settle_head(station, changes["head"], writing)
    for key, line in LINES.items():
        if key in changes:
            _settle_line(station, line, changes[key] or "", writing)


def _stated(row: LedgerRow) -> dict[str, Any]:
    """A new row's differences from nothing are its values: they are not staged a second time."""
    if row.outcome is Outcome.NEW:
        known = {change.key for change in row.changes}
        row.changes += [
            CellChange(key, None, value)
            for key, value in row.values.items()
            if key not in known and value not in (None, "", [])
        ]
    return {change.key: change.after for change in row.changes}


def _put(station: Station, changes: Mapping[str, Any], known: Known) -> None:
    for key, value in changes.items():
        if key in TEXTS:
            setattr(station, key, value or "")
        elif key == PLACE:
            station.region_code = value or ""
        elif key == "core":
            station.core = known.core_of(value) if value else None
            station.core_text = "" if station.core or not value else value
        elif key == "opened_on":
            station.opened_on = PartialDate.from_iso(value) if value else None
        elif key == "phone":
            station.put_sealed("phone", value or "")
        elif key == "stated_members":
            station.stated_members = value


def _settle_head(station: Station, name: str | None, writing: Writing) -> None:
    """Another name ends the office of the one before and begins a new one."""
    post = writing.known.heads.get(station.pk)
    if post is not None:
        before = audit.snapshot(post, StationPost.HISTORY)
        post.ends_on = max(writing.context.on, post.starts_on or writing.context.on)
        writing.save(post, before)
    if name:
        writing.save(StationPost(station=station, title=PostTitle.HEAD, holder_name=name), None)


def _settle_line(station: Station, line: Line, name: str, writing: Writing) -> None:
    found = writing.known.lines.get((station.pk, line))
    if found is None:
        writing.save(ServiceLine(station=station, line=line, head_name=name), None)
        return
    before = audit.snapshot(found, ServiceLine.HISTORY)
    found.head_name = name
    writing.save(found, before)
