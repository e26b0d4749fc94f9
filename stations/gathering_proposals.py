"""What could be set up where our people gather, by which rule, and how many it would reach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from branches.enums import GENERAL_BRANCHES
from branches.rules import RuleValue
from stations import gathering_rules as rules
from stations.gathering import Cluster, Near

_KEY = re.compile(r"(point|group|branch|general)-(\d{2,6})(?:-([A-T]|[a-z]{3,10}))?")


class What(StrEnum):
    POINT = "point"
    GROUP = "group"
    BRANCH = "branch"
    GENERAL = "general"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    What.POINT: "联络点",
    What.GROUP: "流动党员党小组",
    What.BRANCH: "流动党员党支部",
    What.GENERAL: "流动党员党总支",
}
_RULES = {
    What.POINT: rules.CONTACT_POINT,
    What.GROUP: rules.GROUP,
    What.BRANCH: rules.BRANCH,
    What.GENERAL: rules.GENERAL_BRANCH,
}


@dataclass(frozen=True)
class Proposal:
    """``figures``: those whom it would reach, and the full members among them; while they are the same, so is the proposal."""

    what: What
    cluster: Cluster
    rule: RuleValue
    why: str

    @property
    def key(self) -> str:
        return "-".join(filter(None, (self.what, self.cluster.place, self.cluster.trade or self.cluster.kind)))

    @property
    def figures(self) -> tuple[int, int]:
        return self.cluster.free, self.cluster.free_full

    @property
    def title(self) -> str:
        return f"{self.cluster.name}：{self.what.label}"


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def propose(found: Iterable[Cluster], near: Near, values: Mapping[str, RuleValue]) -> list[Proposal]:
    """For each place the most that its people make possible.

    Whoever is in a mobile branch or group already is reached: only the others count. ``values``: of the rules by key.
    """
    made = []
    for cluster in found:
        if not cluster.is_exact or not cluster.free:
            continue
        there = near.organisations_in(cluster.place)
        ids = {one.pk for one in there}
        placed = sum(number for care, number in cluster.placed.items() if care in ids)
        what = _organisation(cluster, placed, {one.kind for one in there}, values)
        if what is None and _wants_point(cluster, near, values):
            what = What.POINT
        if what is not None:
            made.append(_made(what, cluster, placed, values))
    return made


def _number(values: Mapping[str, RuleValue], what: What) -> int:
    return int(values[_RULES[what].key].value)


def _organisation(cluster: Cluster, placed: int, there: set[str], values: Mapping[str, RuleValue]) -> What | None:
    """``there``: kinds of the mobile organisations that the place has."""
    if cluster.free + placed > _number(values, What.GENERAL) and not there & GENERAL_BRANCHES:
        return What.GENERAL
    if there:  # those who are left can be taken in there
        return None
    if cluster.free_full >= _number(values, What.BRANCH):
        return What.BRANCH
    return What.GROUP if cluster.free >= _number(values, What.GROUP) else None


def _wants_point(cluster: Cluster, near: Near, values: Mapping[str, RuleValue]) -> bool:
    """The first few: too few for a group, and nothing of ours is there. Of a place, not of a trade."""
    enough = cluster.free >= _number(values, What.POINT)
    return enough and not (cluster.trade or cluster.kind) and near.is_empty(cluster.place)


def _made(what: What, cluster: Cluster, placed: int, values: Mapping[str, RuleValue]) -> Proposal:
    limit = _number(values, what)
    why = {
        What.POINT: f"有 {cluster.free} 人，当地没有驿站和流动支部（满 {limit} 人）",
        What.GROUP: f"{cluster.free} 人没有编入流动党员党组织（满 {limit} 人）",
        What.BRANCH: f"没有编入的正式党员 {cluster.free_full} 人（满 {limit} 人）",
        What.GENERAL: f"连同已编入的共 {cluster.free + placed} 人（超过 {limit} 人）",
    }[what]
    return Proposal(what, cluster, values[_RULES[what].key], why)
