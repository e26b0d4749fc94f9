"""Places and proposals as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.components import Link
from core.domain.regions import city_prefix, region_place
from core.permissions import Permission
from stations.founding_enums import FoundingKind
from stations.gathering import CITY, Cluster, Near, place_name
from stations.gathering_proposals import Proposal, What
from stations.models import Founding, ProposalAside

SHOWN = 3  # names of branches in a cell
KINDS = {What.BRANCH: FoundingKind.BRANCH, What.GROUP: FoundingKind.GROUP, What.GENERAL: FoundingKind.GENERAL}


@dataclass(frozen=True)
class Line:
    """One place: who is there, what of ours is near."""

    name: str
    url: str  # the places below it; "" where there are none
    members: int
    list_url: str
    placed: int
    placed_url: str
    organisations: Sequence[tuple[Link, str]]  # each with the list of its people, "" out of the reader's scope
    station: Link | None  # one of those that are that near
    stations: int
    near: str  # how near the stations are; "" for none


def line(cluster: Cluster, near: Near, page_url: str, organisation: str, actor: Actor) -> Line:
    part, stations = near.nearest(cluster.place)
    here = part == cluster.place
    return Line(
        _short(cluster),
        page_url if cluster.place and len(cluster.place) <= CITY and not cluster.place.endswith("00") else "",
        cluster.members,
        cluster.list_url(organisation),
        sum(cluster.placed.values()),
        cluster.list_url(organisation, "in"),
        [
            (Link(str(one), one.get_absolute_url()), _people_url(one, actor))
            for one in near.organisations_in(cluster.place)[:SHOWN]
        ],
        Link(str(stations[0]), stations[0].get_absolute_url()) if stations else None,
        len(stations),
        "" if here or not part else "同市" if part == city_prefix(cluster.place.ljust(6, "0")) else "同省",
    )


def _short(cluster: Cluster) -> str:
    """江苏 苏州 · 建筑业."""
    place = region_place(cluster.place) if cluster.place else None
    short = place.short() if place else cluster.where
    if cluster.place.endswith("00"):
        short += "（县区不明）" if len(cluster.place) > CITY else "（市不明）"
    return " · ".join(filter(None, (short, cluster.who)))


def _people_url(one: Organisation, actor: Actor) -> str:
    reached = actor.reaches(one.path, Permission.VIEW)
    return f"{reverse('mobile-list')}?organisation={one.public_id}" if reached else ""


@dataclass(frozen=True)
class Shown:
    """A proposal. ``aside``: put aside as long as the figures stay; ``founding``: taken up already."""

    proposal: Proposal
    url: str
    aside_url: str
    aside: ProposalAside | None
    founding: Founding | None

    @property
    def reach(self) -> str:
        free, full = self.proposal.figures
        return f"{free} 人，其中正式党员 {full} 人"


def shown(
    found: Iterable[Proposal], asides: Mapping[str, ProposalAside], foundings: Mapping[str, Founding], query: str
) -> list[Shown]:
    made = []
    for one in found:
        aside = asides.get(one.key)
        holds = aside is not None and (aside.free, aside.free_full) == one.figures
        url, aside_url = (reverse(name, args=[one.key]) + query for name in ("gathering-proposal", "gathering-aside"))
        made.append(Shown(one, url, aside_url, aside if holds else None, foundings.get(one.key)))
    return made


def take_up_url(proposal: Proposal, organisation: Organisation) -> str:
    """Where it begins: the founding, or the page of a new station."""
    cluster = proposal.cluster
    if proposal.what is What.POINT:
        return f"{reverse('station-new')}?{urlencode({'where': cluster.where})}"
    wanted: dict[str, Any] = {
        "organisation": organisation.public_id, "kind": KINDS[proposal.what], "region": place_name(cluster.place),
        "trade": cluster.trade, "people": cluster.kind, "proposal": proposal.key,
    }  # fmt: skip
    return f"{reverse('founding-new')}?{urlencode({key: value for key, value in wanted.items() if value})}"
