"""Comparing the rows of a register of stations with the record. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from branches.models import Organisation
from core.domain.freetext import find_numbers
from core.ledgers import CellChange, CheckContext, LedgerRow, Outcome
from core.permissions import Permission
from stations.ledgers.columns import LINES, LONGEST, PLACE
from stations.ledgers.known import TEXTS, Known, remembered, row_key, stated
from stations.models import Station

COMPARED = ("name", PLACE, *TEXTS, "core", "opened_on", "head", "phone", *LINES, "stated_members")
_KEEPER = "stations.keeper"


def check(rows: Sequence[LedgerRow], context: CheckContext) -> None:
    known = remembered(context.memory)
    keeper = _keeper(context)
    for row in rows:
        if not row.stopped:
            _check_row(row, known, keeper, context)


def _keeper(context: CheckContext) -> Organisation | None:
    """Whose stations new rows become: the target of the import, else the county."""
    if _KEEPER not in context.memory:
        places = Organisation.objects.open()
        target = places.filter(pk=context.organisation_id or 0).first()
        context.memory[_KEEPER] = target or places.filter(parent__isnull=True).order_by("path").first()
    return context.memory[_KEEPER]


def _check_row(row: LedgerRow, known: Known, keeper: Organisation | None, context: CheckContext) -> None:
    name = row_key(row)
    if not name:
        row.error("name_missing", "没有填写驿站名称。", "name")
        return
    for key, longest in LONGEST.items():
        if len(str(row.values.get(key) or "")) > longest:
            row.error("too_long", f"这一格超过 {longest} 个字，请缩短。", key)
            return
    first = known.seen.setdefault(name, row.number)
    if first != row.number:
        row.error("station_double", f"和第 {first} 行是同一个驿站，请删去一行。", "name")
        return
    _mind_cells(row, known)
    station = known.by_name.get(name)
    place = station.keeper if station is not None else keeper
    row.basis = {**known.versions(station), "keeper": place.pk if place else None}
    row.changes = _differences(row, station, known)
    if station is not None and not row.changes:
        row.outcome = Outcome.UNCHANGED
    elif place is None or not context.by.reaches(place.path, Permission.ORGANISE):
        row.error("out_of_scope", "这个驿站不归您管理，不能新建或修改。", "name")
    else:
        row.outcome = Outcome.CHANGED if station is not None else Outcome.NEW


def _mind_cells(row: LedgerRow, known: Known) -> None:
    """A cell that cannot be used stays as it was."""
    for key in (*TEXTS, "core"):
        if find_numbers(str(row.values.get(key) or "")):
            row.warn("number_in_text", "这一格里有电话或身份证号码，没有读入。号码请填到“联系电话”。", key)
            del row.values[key]
    core = row.values.get("core")
    if not core:
        return
    found = known.organisations_named(core)
    if len(found) > 1:
        row.warn("core_ambiguous", f"有 {len(found)} 个叫“{core}”的党组织，请写全称。", "core")
        del row.values["core"]
    elif not found:
        row.inform("core_outside", f"本县名册里没有“{core}”，先按文字记下。", "core")


def _differences(row: LedgerRow, station: Station | None, known: Known) -> list[CellChange]:
    """Blank never clears: only what the row states is compared."""
    before: dict[str, Any] = {}
    if station is not None:
        lines = {line.value: one for line in LINES.values() if (one := known.lines.get((station.pk, line)))}
        before = stated(station, known.heads.get(station.pk), lines, numbers=True)
    changes = []
    for key in COMPARED:
        if key not in row.values:
            continue
        old, new = before.get(key), row.values[key]
        same = (old or None) == (new or None) if new != 0 else old == 0
        if key == "core" and station is not None and new:
            core = known.core_of(new)
            same = station.core_id == core.pk if core else station.core is None and station.core_text == new
        if key == "name":
            same = station is not None  # found by it: another way of writing it renames nobody
        if not same:
            changes.append(CellChange(key, old or None, new))
    return changes
