"""Two records side by side: possible doubles, the merge form, and what was merged into a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from members.actions import merging
from members.actions.rows import now_in
from members.actions.undoing import blockers_to_undo
from members.doubles import Pair
from members.models import Member
from members.words import masked, value_words

MERGE_LABELS = {"place": "组织关系", "identity": "公民身份号码", "kind": "人员类别"}


@dataclass(frozen=True)
class Side:
    """One of two records."""

    name: str
    url: str
    place: str
    identity: str
    phone: str
    version: int


@dataclass(frozen=True)
class Double:
    """A pair on the list of possible doubles."""

    one: Side
    other: Side
    reasons: list[str]
    url: str


@dataclass(frozen=True)
class MergeLine:
    """A field of both records; ``chosen``: the side that is ticked."""

    name: str
    label: str
    kept: str
    gone: str
    differs: bool
    chosen: str


def side(member: Member) -> Side:
    return Side(
        name=member.name,
        url=member.get_absolute_url(),
        place=place_of(member),
        identity=masked("identity", member.reveal("identity")),
        phone=masked("phone", member.reveal("phone")),
        version=member.version,
    )


def place_of(member: Member) -> str:
    if member.home:
        return member.home.short_name
    return f"流入，由{member.care.short_name}管理" if member.care else ""


def double(pair: Pair) -> Double:
    """The older record is proposed to stay."""
    url = reverse("member-merge", args=[pair.one.public_id, pair.other.public_id])
    return Double(side(pair.one), side(pair.other), pair.reasons, url)


def merge_lines(kept: Member, gone: Member, data: Mapping[str, Any] | None) -> list[MergeLine]:
    lines = [_merge_line(kept, gone, name, data) for name in (merging.PLACE, *merging.FIELDS)]
    return [line for line in lines if line.kept or line.gone]


def _merge_line(kept: Member, gone: Member, name: str, data: Mapping[str, Any] | None) -> MergeLine:
    chosen = (data or {}).get(name) or merging.default_side(kept, gone, name)
    if name == merging.PLACE:
        texts = (place_of(kept), place_of(gone))
        differs = (kept.home_id, kept.care_id) != (gone.home_id, gone.care_id)
        return MergeLine(name, MERGE_LABELS[name], *texts, differs, chosen)
    values = (now_in(kept, name), now_in(gone, name))
    label = MERGE_LABELS.get(name) or str(Member._meta.get_field(name).verbose_name)
    texts = (value_words(Member, name, values[0]), value_words(Member, name, values[1]))
    return MergeLine(name, label, *texts, values[0] != values[1], chosen)


@dataclass(frozen=True)
class Merged:
    """A record that was merged into this one, and whether that can be taken back."""

    name: str
    at: dt.datetime | None
    by: str
    undo_url: str
    blockers: list[str]


def merged(records: Iterable[Member]) -> list[Merged]:
    """Of records that were merged into another: by whom, when, and whether it can be undone."""
    found = []
    for gone in records:
        event = merging.merge_event(gone)
        found.append(
            Merged(
                gone.name,
                event.at if event else None,
                str(event.actor or "") if event else "",
                reverse("merge-undo", args=[gone.public_id]),
                blockers_to_undo(gone, event),
            )
        )
    return found
