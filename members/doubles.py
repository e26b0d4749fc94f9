"""Possible doubles: records that may be of one person. Set-based, within the reader's scope, capped.

Three traits, the surest first: an identity number one digit off (same name in one town, or same surname and birth
date in one branch), the same name with the same birth date, the same phone (families share one, so it is only a hint).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Value
from django.db.models.functions import Coalesce, NullIf, Substr

from core.actors import Actor
from core.domain.identity import one_digit_off
from core.paths import WIDTH
from core.permissions import Permission
from members.models import Member

GROUPS = 300  # of one trait
PAIRS = 200  # shown
TOGETHER = 6  # a group of more is a common value, no double
TOWN = 2 * WIDTH

IDENTITY, NAME, PHONE = "身份证号只差一点", "姓名和出生日期相同", "联系电话相同"


@dataclass
class Pair:
    """Two records and why they may be one person."""

    one: Member
    other: Member
    reasons: list[str] = field(default_factory=list)


def possible_doubles(actor: Actor) -> list[Pair]:
    """At most :data:`PAIRS`, the most telling first."""
    pairs: dict[tuple[int, int], Pair] = {}
    for reason, groups in (
        (IDENTITY, _near_numbers(actor)),
        (NAME, _alike(actor, ("name", "birth_date"), birth_date__isnull=False)),
        (PHONE, _alike(actor, ("phone_index",))),
    ):
        for group in groups:
            for one, other in combinations(group, 2):
                pairs.setdefault((one.pk, other.pk), Pair(one, other)).reasons.append(reason)
    ranked = sorted(pairs.values(), key=lambda pair: (-len(pair.reasons), _rank(pair), pair.one.pk, pair.other.pk))
    return ranked[:PAIRS]


def _rank(pair: Pair) -> int:
    return (IDENTITY, NAME, PHONE).index(pair.reasons[0])


def _members(actor: Actor) -> Any:
    return Member.objects.visible_to(actor, Permission.EDIT).current()


def _alike(actor: Actor, columns: tuple[str, ...], **more: Any) -> list[list[Member]]:
    """Groups of two to :data:`TOGETHER` records that agree in ``columns``: one query for the groups, one for the records."""
    rows = _members(actor).filter(**more)
    for column in columns:
        rows = rows.exclude(**{column: ""})
    counted = rows.values(*columns).annotate(number=Count("pk")).filter(number__gt=1, number__lte=TOGETHER)
    keys = {tuple(_plain(one[column]) for column in columns) for one in counted.order_by(*columns)[:GROUPS]}
    if not keys:
        return []
    found = rows.filter(**{f"{columns[0]}__in": {key[0] for key in keys}}).select_related("home", "care").order_by("pk")
    return _grouped(found, lambda one: tuple(_plain(getattr(one, column)) for column in columns), keys)


def _plain(value: Any) -> Any:
    return value.iso() if hasattr(value, "iso") else value


def _grouped(members: Iterable[Member], key: Any, keys: set[tuple[Any, ...]]) -> list[list[Member]]:
    groups: dict[tuple[Any, ...], list[Member]] = defaultdict(list)
    for member in members:
        if key(member) in keys:
            groups[key(member)].append(member)
    return [group for group in groups.values() if len(group) > 1]


def _near_numbers(actor: Actor) -> list[list[Member]]:
    """Pairs whose numbers differ in one digit. Only few numbers are opened: of the same name in one town, or the same
    birth date in one branch."""
    place = Coalesce(NullIf(F("home_path"), Value("")), F("care_path"))
    rows = _members(actor).exclude(identity="")
    found: list[list[Member]] = []
    for columns, length in ((("name",), TOWN), (("birth_date",), 0)):
        placed = rows.annotate(place=Substr(place, 1, length) if length else place)
        counted = (
            placed.values(*columns, "place").annotate(number=Count("pk")).filter(number__gt=1, number__lte=TOGETHER)
        )
        if columns == ("birth_date",):
            counted = counted.filter(birth_date__isnull=False)
        keys = {(_plain(one[columns[0]]), one["place"]) for one in counted.order_by(*columns, "place")[:GROUPS]}
        if keys:
            members = placed.filter(
                **{f"{columns[0]}__in": {key[0] for key in keys}}, place__in={key[1] for key in keys}
            )
            members = members.select_related("home", "care").order_by("pk")
            groups = _grouped(members, lambda one, name=columns[0]: (_plain(getattr(one, name)), one.place), keys)
            found.extend(pair for group in groups for pair in _near_pairs(group))
    return list({(pair[0].pk, pair[1].pk): pair for pair in found}.values())


def _near_pairs(group: list[Member]) -> list[list[Member]]:
    """Pairs of one surname. Without the check digits: both numbers passed the check, so these differ as well."""
    numbers = {member.pk: member.reveal("identity")[:17] for member in group}
    return [
        [one, other]
        for one, other in combinations(group, 2)
        if one.name[:1] == other.name[:1] and one_digit_off(numbers[one.pk], numbers[other.pk])
    ]
