"""What a check and an apply know of the stations: all open ones with their heads and lines, and the organisations by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from branches.models import Organisation
from core.domain.cells import clean_text
from core.domain.orgnames import plain_org_name
from core.domain.regions import region_place
from core.ledgers import LedgerRow
from stations.ledgers.columns import LINES, PLACE
from stations.models import ServiceLine, Station, StationPost

_NOISE = re.compile(r"[\s“”\"'‘’·•・()（）]+")
_MEMORY = "stations.known"
TEXTS = ("address", "host_unit", "hours", "facilities")


def plain_name(text: object) -> str:
    """A station's name without quotes, dots and blanks: what names are compared by."""
    return _NOISE.sub("", clean_text(text))


@dataclass
class Known:
    """``seen``: plain names of the file so far, with the row's number."""

    by_name: dict[str, Station]
    heads: dict[int, StationPost]
    lines: dict[tuple[int, str], ServiceLine]
    organisations: dict[str, list[Organisation]]
    seen: dict[str, int] = field(default_factory=dict)

    def named(self, name: str) -> Station | None:
        return self.by_name.get(plain_name(name))

    def organisations_named(self, text: str) -> list[Organisation]:
        return self.organisations.get(plain_org_name(text), [])

    def core_of(self, text: str) -> Organisation | None:
        """The one organisation of ours that is called so."""
        found = self.organisations_named(text)
        return found[0] if len(found) == 1 else None

    def versions(self, station: Station | None) -> dict[str, Any]:
        """What must still be so when the row is written."""
        if station is None:
            return {"id": None}
        head = self.heads.get(station.pk)
        lines = {line.value: one.version for line in LINES.values() if (one := self.lines.get((station.pk, line)))}
        return {"id": station.pk, "version": station.version, "head": head.version if head else 0, "lines": lines}


def load() -> Known:
    """Posts unscoped: a register is compared with every station it names; who may change which is checked row by row."""
    stations = list(Station.objects.open().select_related("keeper", "core", "kind"))
    heads = StationPost.objects.unscoped().in_office().filter(title="head").order_by("-pk")
    organisations: dict[str, list[Organisation]] = {}
    for one in Organisation.objects.open():
        for name in {plain_org_name(one.name), plain_org_name(one.short_name)}:
            organisations.setdefault(name, []).append(one)
    return Known(
        {plain_name(one.name): one for one in stations},
        {post.station_id: post for post in heads},
        {(one.station_id, one.line): one for one in ServiceLine.objects.all()},
        organisations,
    )


def remembered(memory: dict[str, Any]) -> Known:
    """One for a whole check."""
    if _MEMORY not in memory:
        memory[_MEMORY] = load()
    return memory[_MEMORY]


def stated(
    station: Station, head: StationPost | None, lines: dict[str, ServiceLine], *, numbers: bool
) -> dict[str, Any]:
    """The record as a row of the register would state it: column key -> canonical value."""
    place = region_place(station.region_code) if station.region_code else None
    return {
        "name": station.name,
        "place_province": place.province if place else "",
        "place_city": place.city if place else "",
        "place_county": place.county if place else "",
        PLACE: station.region_code,
        **{name: getattr(station, name) for name in TEXTS},
        "core": station.core_name,
        "opened_on": station.opened_on.iso() if station.opened_on else None,
        "head": head.holder_name if head else "",
        "phone": station.reveal("phone") if numbers else "",
        **{key: lines[line].head_name if line in lines else "" for key, line in LINES.items()},
        "stated_members": station.stated_members,
    }


def row_key(row: LedgerRow) -> str:
    return plain_name(row.values.get("name"))
