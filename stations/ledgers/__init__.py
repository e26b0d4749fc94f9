"""The register of stations (红色驿站名册) as a ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from core.actors import Actor
from core.ledgers import ApplyContext, ApplyResult, CheckContext, ExportRecord, Ledger, LedgerRow, RestoreResult
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from stations.ledgers import apply, check, restore
from stations.ledgers.columns import COLUMNS
from stations.ledgers.known import stated
from stations.models import ServiceLine, Station, StationPost


class StationsLedger(Ledger):
    """Rows are stations, found by their names."""

    kind = "stations"
    title = "“红色驿站”名册"
    columns = COLUMNS
    keywords = ("驿站", "红色驿站")
    permission = Permission.ORGANISE
    people = False
    organisation_required = False
    noun = "个驿站"
    landscape = "A3"

    def check(self, rows: Sequence[LedgerRow], context: CheckContext) -> None:
        check.check(rows, context)

    def apply(self, rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
        return apply.apply(rows, context)

    def restore(self, batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
        return restore.restore(batch_id, by, now)

    def export(
        self, by: Actor, filters: Mapping[str, Any], keys: Collection[str] | None = None
    ) -> Iterator[ExportRecord]:
        """Open stations in the official order. ``filters``: {"organisation": path of those that keep them}."""
        chosen = list(_exported(by, filters).official().select_related("core"))
        heads = StationPost.objects.visible_to(by, Permission.EXPORT).in_office().filter(title="head").order_by("pk")
        by_station = {post.station_id: post for post in heads.filter(station__in=chosen)}
        lines: dict[int, dict[str, ServiceLine]] = {}
        for one in ServiceLine.objects.filter(station__in=chosen):
            lines.setdefault(one.station_id, {})[one.line] = one
        numbers = keys is None or "phone" in keys
        for station in chosen:
            values = stated(station, by_station.get(station.pk), lines.get(station.pk, {}), numbers=numbers)
            yield ExportRecord(station.public_id, station.version, values)

    def export_count(self, by: Actor, filters: Mapping[str, Any]) -> int:
        return _exported(by, filters).count()


def _exported(by: Actor, filters: Mapping[str, Any]) -> Any:
    stations = Station.objects.open().within(by, Permission.EXPORT)
    path = filters.get("organisation")
    return stations.filter(in_ranges(["keeper__path"], [subtree(path)])) if path else stations
