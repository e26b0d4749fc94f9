"""一人一档 as PDF: what the person file shows, as far as it may stand on paper, for one person or thousands.

Everything that hangs on the persons is read set-based, a chunk at a time. Numbers are masked, or whole where the maker may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from core.documents import typeset
from core.permissions import Permission
from members import presenters
from members.enums import EVIDENCE_LABELS, Direction, Source
from members.ledgers.exporting import chosen, source
from members.models import Journey, LostContact, Member, Membership
from members.words import masked
from reports.papers.making import Made, Making

TEMPLATE = Path(__file__).parent / "person.typ"
CHUNK = 500
LONG = (
    "家庭住址",
    "备注",
    "所在党支部",
    "公民身份号码",
    "去向",
    "流入地党组织",
    "现居住地",
    "组织关系所在",
    "查找经过",
)
NUMBERS = (("identity", "公民身份号码"), ("phone", "联系电话"), ("other_phones", "其他电话"))
Fact = tuple[str, str, bool]


def files(making: Making) -> list[Made]:
    """All persons of the order in one PDF."""
    ids = list(chosen_ids(making))
    if not ids:
        making.notes.append("没有符合条件的人，没有一人一档")
        return []
    pieces: list[dict[str, Any]] = []
    for start in range(0, len(ids), CHUNK):
        pieces += _pieces(ids[start : start + CHUNK], making)
        making.step(len(pieces), 2 * len(ids), "正在整理档案")
    content = typeset.pdf(
        TEMPLATE, pieces, common(making), lambda done: making.step(len(ids) + done, 2 * len(ids), "正在排版档案")
    )
    return [Made(_name(making, pieces), content, len(pieces))]


def _name(making: Making, pieces: Sequence[Mapping[str, Any]]) -> str:
    whose = pieces[0]["facts"][0][1] if "member" in making.paper.chosen else making.stem + "流动党员"
    return f"{whose}一人一档.pdf"


def common(making: Making) -> dict[str, Any]:
    made = making.edition.now.astimezone(making.edition.as_of.tzinfo)
    return {
        "title": "党员档案", "footer": making.footer, "watermark": f"{making.by.name} {made:%Y-%m-%d}　{making.paper.number}",
        "asof": f"截至 {made:%Y-%m-%d %H:%M}",
    }  # fmt: skip


def chosen_ids(making: Making) -> Iterator[int]:
    """One person, those of a list, or everybody who is out or has come; in the official order, without restricted ones."""
    wanted, reader = making.paper.chosen, making.edition.reader
    if "member" in wanted:
        yield from _members(making).filter(public_id=wanted["member"]).values_list("pk", flat=True)
    elif "list" in wanted:
        one = source(wanted["list"])
        rows = one.people.queryset(
            reader, chosen(one, {"query": wanted["query"]}), path=making.edition.organisation.path
        )
        rows = rows.filter(**{f"{one.member}restricted": False, f"{one.member}merged_into__isnull": True})
        ordered = rows.order_by(f"{one.people.organisation}__order_path", "pk")
        yield from dict.fromkeys(ordered.values_list(f"{one.member}id" if one.member else "pk", flat=True))
    else:
        yield from dict.fromkeys(stay.member_id for stay in making.edition.stays)


def _members(making: Making) -> Any:
    """Those whom the maker may take out."""
    found = Member.objects.visible_to(making.edition.reader, Permission.EXPORT).current()
    return found.filter(restricted=False)


def _pieces(ids: Sequence[int], making: Making) -> list[dict[str, Any]]:
    people = _members(making).select_related("home", "care", "freshness").in_bulk(ids)
    journeys = _by_member(Journey.objects.visible_to(making.edition.reader).filter(member_id__in=people)
                          .select_related("host", "home").order_by("-pk"))  # fmt: skip
    spells = _by_member(
        LostContact.objects.visible_to(making.edition.reader).filter(member_id__in=people).order_by("-pk")
    )
    memberships = _by_member(Membership.objects.unscoped().filter(member_id__in=people)
                             .select_related("organisation").order_by("ends_on", "-pk"))  # fmt: skip
    return [_piece(people[pk], journeys[pk], spells[pk], memberships[pk], making) for pk in ids if pk in people]


def _by_member(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(row)
    return found


def _piece(
    member: Member, journeys: list[Journey], spells: list[LostContact], memberships: list[Membership], making: Making
) -> dict[str, Any]:
    place = member.home or member.care
    facts = [_fact("姓名", member.name), *(_fact(label, _number(member, name, making)) for name, label in NUMBERS)]
    facts += [_fact(one.label, one.value) for one in presenters.facts(member)]
    parts = [_journey(one) for one in journeys] + [_spell(one) for one in spells]
    if memberships:
        lines = [list(presenters.membership(one)) for one in memberships]
        parts.append(
            {
                "title": "组织关系变化",
                "kind": "rows",
                "heads": ["类型", "党组织", "起", "止"],
                "widths": [2, 5, 2, 2],
                "lines": lines,
            }
        )
    if verified := _verified(member):
        parts.append(
            {
                "title": "最近核实",
                "kind": "rows",
                "heads": ["项目", "日期", "来源"],
                "widths": [3, 3, 3],
                "lines": verified,
            }
        )
    return {"id": member.public_id, "unit": str(place.name if place else ""), "facts": _even(facts), "parts": parts}


def _journey(journey: Journey) -> dict[str, Any]:
    stay = presenters.stay(journey)
    word = "流出" if journey.direction == Direction.OUT else "流入"
    return {
        "title": f"流动经历：{word} {stay.title.partition('·')[2].strip()}（{stay.state}）", "kind": "facts",
        "facts": _even([_fact(one.label, one.value) for one in stay.facts]),
    }  # fmt: skip


def _spell(lost: LostContact) -> dict[str, Any]:
    spell = presenters.spell(lost)
    facts = [_fact(one.label, one.value) for one in spell.facts if one.value]
    return {"title": f"联系情况：{spell.state}", "kind": "facts", "facts": _even(facts)}


def _verified(member: Member) -> list[list[str]]:
    fresh = getattr(member, "freshness", None)
    found = []
    for name, label in EVIDENCE_LABELS.items():
        on = getattr(fresh, f"{name}_on", None)
        if on:
            said = getattr(fresh, f"{name}_from", "")
            found.append([label, f"{on:%Y-%m-%d}", Source(said).label if said in Source.values else ""])
    return found


def _number(member: Member, name: str, making: Making) -> str:
    number = member.reveal(name)
    if not number:
        return ""
    return masked(name, number) if making.masked else number.replace(",", "、")


def _fact(label: str, value: Any) -> Fact:
    text = "" if value is None else str(value)
    return label, text, label in LONG or len(text) > 20


def _even(facts: Iterable[Fact]) -> list[Fact]:
    """Two facts a line; one that stands alone before a long one takes the whole line. What is empty stays out."""
    kept = [one for one in facts if one[1]]
    found: list[Fact] = []
    waiting = iter(kept)
    for one in waiting:
        if one[2]:
            found.append(one)
            continue
        following = next(islice(waiting, 1), None)
        if following is None or following[2]:
            found.append((one[0], one[1], True))
            found += [following] if following else []
        else:
            found += [one, following]
    return found
