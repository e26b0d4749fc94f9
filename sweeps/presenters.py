"""What the pages of a branch's return show: reasons as links, the card of one person, quiet signs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from branches import rules
from core.actors import Actor
from core.components import Link
from core.domain.codes import LEAVING_REASON
from members.enums import EVIDENCE_LABELS, Direction, Source
from members.presenters import PROOF_WORDS
from members.words import masked, place_words
from sweeps import queries
from sweeps.blockers import Blocker
from sweeps.enums import ItemState, NotReached
from sweeps.models import Item, Return
from sweeps.rules import SIGN_HOURS, SIGN_NUMBER, SIGN_SECONDS
from sweeps.signs import ASKED_ONE_BY_ONE, Limits, Said, Sign, signs

PLACES = {"queue": "return-queue", "canvass": "return-canvass", "names": "return-balance"}


# -- the return ---------------------------------------------------------------------------------


def linked(blockers: Iterable[Blocker], of: Return) -> list[Link]:
    """Each reason with the page where it is put right."""
    return [Link(str(one), reverse(PLACES[one.where], args=[of.public_id]) if one.where else "") for one in blockers]


@dataclass(frozen=True)
class Standing:
    """Where a branch stands in the sweep that runs, for its secretary's first page: a sentence and the way on."""

    title: str
    text: str
    url: str
    label: str


def standing(actor: Actor) -> Standing | None:
    """None where no sweep runs, for whoever has no branch, and once the return is handed in."""
    of = queries.own_return(actor)
    if of is None or not of.is_branch or not of.is_editable:
        return None
    counts = queries.counts(of, actor)
    if number := counts["open"]:
        url = reverse("return-queue", args=[of.public_id])
        return Standing(str(of.sweep), f"还有 {number} 人待核实", url, "去核实")
    text = "人都核实好了，还没有上报" if counts["asked"] else "本支部没有登记在外的党员，还没有报"
    return Standing(str(of.sweep), text, of.get_absolute_url(), "去上报")


# -- the card of one person ---------------------------------------------------------------------


@dataclass(frozen=True)
class Phone:
    """A number to call: masked until it is asked for, then with its links (number, as it is dialled)."""

    label: str
    text: str
    field: str
    numbers: list[str]


@dataclass(frozen=True)
class Card:
    """``lines``: what is known, in sentences; ``left``: how many are due, this one included."""

    item: Item
    phones: list[Phone]
    lines: list[str]
    verified: str
    asked: str
    left: int | None


def card(item: Item, shown: Mapping[str, str] | None = None) -> Card:
    """Of an item ``with_facts``. ``shown``: whole numbers asked for just now, by field."""
    return Card(
        item, _phones(item, shown or {}), _lines(item), _verified(item), _asked(item), getattr(item, "left", None)
    )


def _phones(item: Item, shown: Mapping[str, str]) -> list[Phone]:
    member, stay = item.member, item.stay
    found = [("电话", "phone", member.reveal("phone")), ("另外的电话", "other_phones", member.reveal("other_phones"))]
    if stay is not None:
        who = f"联系人{stay.contact_name}" if item.direction == Direction.OUT else "原党组织"
        found.append((who, "contact_phone", stay.reveal("contact_phone")))
    return [
        Phone(label, masked(field, number), field, shown[field].split(",") if field in shown else [])
        for label, field, number in found
        if number
    ]


def _lines(item: Item) -> list[str]:
    """When the person left and where to; what for; who was known to look after the contact."""
    stay = item.stay
    if stay is None:
        return ["没有在外的登记。"]
    gone = "来本地" if item.direction == Direction.IN else "外出"
    since = f"{stay.left_on.chinese()}{gone}" if stay.left_on else f"{gone}时间不详"
    where = place_words(stay.region_code, stay.destination_text) or "去向不详"
    why = LEAVING_REASON.label(stay.reason) or stay.reason_text
    found = ["，".join(filter(None, (since, where, stay.employer, why))) + "。"]
    if item.direction == Direction.IN and stay.home_text:
        found.append(f"组织关系在{stay.home_text}。")
    return found


def _verified(item: Item) -> str:
    """When anybody last heard of the person, and from what."""
    fresh = getattr(item.member, "freshness", None)
    days = [(getattr(fresh, f"{name}_on"), getattr(fresh, f"{name}_from")) for name in EVIDENCE_LABELS] if fresh else []
    known = [(on, source) for on, source in days if on]
    if not known:
        return "还从来没有核实过。"
    on, source = max(known)
    label = PROOF_WORDS.get(source) or (Source(source).label if source in Source.values else "")
    return f"上次核实是 {on.year} 年 {on.month} 月 {on.day} 日（{label}）。" if label else f"上次核实是 {on:%Y-%m-%d}。"


def _asked(item: Item) -> str:
    number = len(item.fields_to_ask)
    if not number:
        return "登记的情况都还有效，看一眼就行。"
    words = {1: "一样", 2: "两样"}.get(number, f"{number} 样")
    return f"只问这{words}，别的还有效。" if number < len(EVIDENCE_LABELS) - 1 else "久未联系，这几样都要问。"


def outcome(item: Item) -> str:
    """What came of a card, in the words that stand behind the name."""
    if item.state == ItemState.TRYING and item.next_on:
        return f"{NotReached(item.not_reached).label}，{item.next_on.month} 月 {item.next_on.day} 日再联系"
    return str(item.get_answer_display())


# -- quiet signs --------------------------------------------------------------------------------


def signs_of(of: Return, actor: Actor) -> list[Sign]:
    """Signs in the answers of a branch's return. One query, and three for the rules where there is enough to look at."""
    values = ("answered_at", "answered_by", "way", "note", "on_behalf")
    rows = Item.objects.visible_to(actor).filter(sweep=of.sweep, path=of.path, way__in=ASKED_ONE_BY_ONE)
    said = [
        Said(at, by.id, way, note)
        for at, by, way, note, behalf in rows.values_list(*values)
        if at and by and not behalf
    ]
    if len(said) < (SIGN_NUMBER.low or 0):
        return []
    on = timezone.localdate()
    limits = Limits(*(rules.value(one.key, of.organisation, on) for one in (SIGN_NUMBER, SIGN_SECONDS, SIGN_HOURS)))
    over = dt.datetime.combine(of.sweep.branch_due_on + dt.timedelta(days=1), dt.time())
    return signs(said, due=timezone.make_aware(over), limits=limits)
