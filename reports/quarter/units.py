"""The lines of a table: the organisations right below one, in the official order, and what is directly its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from branches.enums import BRANCHES, COUNTY
from branches.models import Organisation
from core.domain.orgnames import place_of
from core.paths import WIDTH

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

OWN = "own"


@dataclass(frozen=True)
class Unit:
    """``key``: public id, or :data:`OWN` for everything that is under no line of its own."""

    key: str
    label: str
    path: str = ""
    organisation: Organisation | None = None
    is_open: bool = True


def units(edition: Edition) -> list[Unit]:
    """Of a county its towns and committees; its own branches share the last line. Elsewhere every organisation right below."""
    whose = edition.organisation
    below = Organisation.objects.filter(parent=whose).exclude(kind="group").official()
    is_county = whose.kind == COUNTY
    found = [
        Unit(one.public_id, label(one), one.path, one, one.is_open)
        for one in below
        if not (is_county and one.kind in BRANCHES)
    ]
    if whose.is_branch:
        return [Unit(OWN, whose.short_name)]
    return [*found, Unit(OWN, f"{edition.place}直属" if is_county else f"{edition.place}本级")]


def label(organisation: Organisation) -> str:
    """城关镇 for 城关镇党委; what is no place keeps its name."""
    place = place_of(organisation.short_name)
    return place if place.endswith(("镇", "乡", "街道", "区")) else organisation.short_name


def unit_of(path: str, edition: Edition) -> str:
    """The key of the line that a path counts in."""
    return edition.unit_keys.get(path[: len(edition.organisation.path) + WIDTH], OWN)
