"""Whose people a station's staff see: those who count among them, and nobody else."""

from __future__ import annotations

from typing import Any

from core.actors import Actor
from core.paths import Range, split
from core.permissions import Permission
from core.scoping import in_ranges
from stations.models import Presence, Station


def people_in(ranges: tuple[Range, ...]) -> Any:
    """The ids of the members who count among the people of these stations."""
    return Presence.objects.unscoped().filter(in_ranges(["path"], ranges)).values("member_id")


def own_station(actor: Actor) -> Station | None:
    """Where somebody works who works at a station and nowhere else: the first one's page is the first page."""
    tree, outposts = split(actor.ranges(Permission.VIEW))
    if tree or not outposts:
        return None
    return Station.objects.filter(in_ranges(["path"], outposts)).official().first()
