"""What the pages of one person show: lines, chips, reasons. No query that the functions' names do not tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from core import clock
from core.actors import Actor
from core.components import Fact, Link
from core.domain.codes import PARTY_STATUS
from core.permissions import Permission
from members import lost_presenters
from members.actions.belonging import blockers_to_admit, blockers_to_join_mobile
from members.actions.journeys import blockers_to_open_journey
from members.actions.lost import blockers_to_open_lost
from members.actions.people import blockers_to_move
from members.enums import AWAY_STATES, Direction, Source
from members.freshness import Shelf
from members.models import Evidence, Journey, LostContact, Member, Membership
from members.words import masked, place_words, value_words

FACTS = (
    "sex", "nation", "birth_date", "education", "kind", "joined_on", "confirmed_on", "party_status", "home_address",
    "dues_paid_to", "note",
)  # fmt: skip
NUMBERS = (("identity", "公民身份号码"), ("phone", "联系电话"), ("other_phones", "其他电话"))
OUT_FACTS = (
    "left_on", "expected_return_on", "where", "placed_on", "mobility", "reason", "host", "employer", "industry", "unit_kind", "former_work",
    "wish", "contact_name", "certificate", "certificate_no", "promised_on", "ended_on", "note",
)  # fmt: skip
IN_FACTS = (
    "left_on", "home_text", "reason", "where", "placed_on", "employer", "industry", "wish", "wish_text", "certificate_no",
    "ended_on", "note",
)  # fmt: skip
NO_GAP = frozenset(
    {"placed_on", "promised_on", "wish_text", "ended_on", "unit_kind", "former_work"}
)  # nothing is missing where they are empty
IN_LABELS = {"left_on": "流入时间", "home_text": "组织关系所在", "reason": "流入原因", "where": "现居住地"}
OUT_LABELS = {"where": "去向", "host": "流入地党组织", "contact_name": "结对联系人"}
PROOF_WORDS = {"edit": "手工登记"}
KIND_LABELS = {"home": "组织关系", "mobile": "流动支部", "inflow": "流入纳入"}


@dataclass(frozen=True)
class Number:
    """A number as the page shows it; ``url`` where it may be asked for in full."""

    label: str
    text: str
    field: str
    url: str


@dataclass(frozen=True)
class Stay:
    """A journey on the person file."""

    title: str
    state: str
    tone: str
    url: str
    facts: list[Fact]


@dataclass(frozen=True)
class Spell:
    """A lost contact on the person file; its own page has the rest."""

    state: str
    tone: str
    facts: list[Fact]
    url: str


@dataclass(frozen=True)
class Deed:
    """A button on the person file, off with its reasons."""

    label: str
    url: str
    key: str
    blockers: list[str] = field(default_factory=list)
    tone: str = "plain"


def crumbs(member: Member | None, actor: Actor, last: str = "") -> list[Link]:
    """党员 › the person › this page. Who holds an outpost alone has no list to go back to."""
    found = [Link("党员", reverse("member-list") if actor.can(Permission.VIEW) else "")]
    if member is not None:
        found.append(Link(member.name, member.get_absolute_url() if last else ""))
    return [*found, Link(last)] if last else found


def facts(member: Member) -> list[Fact]:
    found = [_fact(member, name) for name in FACTS]
    if member.is_guest:
        where = Fact("组织关系", "在外地，本县为流入纳入管理")
        return [where, Fact("纳入支部", member.care, url=member.care.get_absolute_url() if member.care else ""), *found]
    home = Fact("所在党支部", member.home, url=member.home.get_absolute_url() if member.home else "")
    care = [Fact("流动支部", member.care, url=member.care.get_absolute_url())] if member.care else []
    return [home, *care, *found]


def _fact(record: Any, name: str, label: str = "") -> Fact:
    value = getattr(record, record._meta.get_field(name).attname)
    stored = value.iso() if hasattr(value, "iso") else value.isoformat() if hasattr(value, "isoformat") else value
    return Fact(label or str(record._meta.get_field(name).verbose_name), value_words(type(record), name, stored))


def numbers(member: Member, actor: Actor, shown: Mapping[str, str]) -> list[Number]:
    """``shown``: numbers in the clear that were asked for just now, by field."""
    allowed = may(member, actor, Permission.FULL_NUMBERS)
    url = reverse("member-show", args=[member.public_id])
    found = []
    for name, label in NUMBERS:
        number = member.reveal(name)
        if name == "other_phones" and not number:
            continue
        text = shown[name].replace(",", "、") if name in shown else masked(name, number)
        found.append(Number(label, text, name, url if allowed and number and name not in shown else ""))
    return found


def may(record: Any, actor: Actor, permission: Permission) -> bool:
    return actor.everything or type(record).objects.visible_to(actor, permission).filter(pk=record.pk).exists()


def contact_number(journey: Journey, actor: Actor, shown: str) -> Number:
    """The phone of the contact person (for a stay here: of the home branch). ``shown``: in the clear, when asked for."""
    number = journey.reveal("contact_phone")
    label = "联系人电话" if journey.direction == Direction.OUT else "原党组织联系电话"
    asks = bool(number) and not shown and may(journey, actor, Permission.FULL_NUMBERS)
    url = reverse("journey-show", args=[journey.public_id]) if asks else ""
    return Number(label, shown or masked("contact_phone", number), "contact_phone", url)


def verified(evidence: Iterable[Evidence], shelves: Collection[Shelf]) -> list[Fact]:
    """Per field, the latest proof: when, from what, by whom; and until when it is good, or why it is to be verified again."""
    latest: dict[str, Evidence] = {}
    for proof in evidence:  # newest first
        for name in proof.fields.split(","):
            latest.setdefault(name, proof)
    today = clock.today()
    return [_proof(shelf, latest.get(shelf.field), today) for shelf in shelves]


def _proof(shelf: Shelf, proof: Evidence | None, today: dt.date) -> Fact:
    if proof is None:
        return Fact(shelf.label, "从未核实", "待核实", tone="warn")
    ago = (today - proof.on).days
    when = "今天" if ago <= 0 else f"{ago} 天前"
    source = PROOF_WORDS.get(proof.source) or Source(proof.source).label
    note = f"{source} · {proof.by or ''} · {shelf.term}"
    return Fact(shelf.label, f"{proof.on:%Y-%m-%d}（{when}）", note, tone="warn" if shelf.is_stale else "")


def stay(journey: Journey) -> Stay:
    tone = "info" if journey.is_open else "neutral"
    return Stay(
        title=f"{journey.get_direction_display()} · {_span(journey)}",
        state=journey.get_state_display(),
        tone=tone,
        url=journey.get_absolute_url(),
        facts=[one for one in journey_facts(journey) if one.value],
    )


def _span(journey: Journey) -> str:
    start = journey.left_on.chinese() if journey.left_on else "时间不详"
    end = journey.ended_on.chinese() if journey.ended_on else ("至今" if journey.state in AWAY_STATES else "")
    return f"{start} — {end}" if end else start


def journey_facts(journey: Journey) -> list[Fact]:
    is_out = journey.direction == Direction.OUT
    names, labels = (OUT_FACTS, OUT_LABELS) if is_out else (IN_FACTS, IN_LABELS)
    found = {name: _journey_fact(journey, name, labels.get(name, "")) for name in names}
    return [fact for name, fact in found.items() if fact.value or name not in NO_GAP]


def _journey_fact(journey: Journey, name: str, label: str) -> Fact:
    if name == "where":
        return Fact(label, place_words(journey.region_code, journey.destination_text))
    if name == "host":
        return Fact(label, journey.host_text or journey.host or "")
    if name == "reason" and not journey.reason and journey.reason_text:
        return Fact(label or "外出原因", journey.reason_text, "原文，还没有归类", tone="warn")
    return _fact(journey, name, label)


def spell(lost: LostContact) -> Spell:
    state, tone = lost_presenters.chip(lost, clock.today())
    return Spell(state, tone, lost_presenters.facts(lost), lost.get_absolute_url())


def membership(row: Membership) -> tuple[str, str, str, str]:
    """(kind, organisation, from, until) of one line."""
    start = f"{row.starts_on:%Y-%m-%d}" if row.starts_on else "建档时"
    return (
        KIND_LABELS[row.kind],
        row.organisation.short_name,
        start,
        f"{row.ends_on:%Y-%m-%d}" if row.ends_on else "至今",
    )


def status_chips(member: Member, journeys: Iterable[Journey], spells: Iterable[LostContact]) -> list[tuple[str, str]]:
    """(text, tone) of what stands out."""
    found = [(f"{journey.get_direction_display()}中", "info") for journey in journeys if journey.is_open]
    found += [lost_presenters.chip(one, clock.today()) for one in spells if one.is_open]
    if member.party_status != "normal":
        found.append(
            (PARTY_STATUS.label(member.party_status), "neutral" if member.party_status == "deceased" else "bad")
        )
    if member.restricted:
        found.append(("限制知悉", "warn"))
    return list(dict.fromkeys(found))  # 停止党籍 is a status and the state of a spell


def deeds(member: Member, actor: Actor, journeys: Sequence[Journey]) -> list[Deed]:
    """What can be done with a person, for somebody who may edit and sees these stays; reasons where it cannot.

    Journeys, membership and status are for those who look after the membership.
    """
    query = f"?member={member.public_id}"
    lost = Deed("登记联系不上", reverse("lost-new") + query, "lost", blockers_to_open_lost(member))
    keeps = actor.reaches(member.path, Permission.EDIT)
    mobile = [] if member.is_guest else _mobile_deeds(member, keeps)
    if not keeps:
        return [lost, *mobile]
    found = _stay_deeds(member, journeys, query)
    move = Deed("调整支部", reverse("member-move", args=[member.public_id]), "move", blockers_to_move(member))
    found += [lost, *mobile, move]
    if not member.is_guest:
        found.append(Deed("党籍状态", reverse("member-status", args=[member.public_id]), "status"))
    return found


def _stay_deeds(member: Member, journeys: Sequence[Journey], query: str) -> list[Deed]:
    """What begins a journey; where one is under way its page has the rest."""
    admit = Deed("组织关系转来了", reverse("member-admit", args=[member.public_id]), "admit", blockers_to_admit(member))
    guest = [admit] if member.is_guest else []
    if stay := next((one for one in journeys if one.is_open), None):
        return [Deed(f"办理{stay.get_direction_display()}登记", stay.get_absolute_url(), "stay"), *guest]
    direction = Direction.IN if member.is_guest else Direction.OUT
    blockers = blockers_to_open_journey(member, direction)
    if member.is_guest:
        return [Deed("登记流入", reverse("journey-new-in") + query, "journey", blockers), *guest]
    return [
        Deed("外出报备", reverse("journey-report") + query, "report", blockers),
        Deed("登记流出（已在外）", reverse("journey-new-out") + query, "journey", blockers),
    ]


def _mobile_deeds(member: Member, keeps: bool) -> list[Deed]:
    if member.care_id is not None:
        return [Deed("退出流动支部", reverse("member-mobile-quit", args=[member.public_id]), "quit")]
    url = reverse("member-mobile", args=[member.public_id])
    return [Deed("编入流动支部", url, "mobile", blockers_to_join_mobile(member))] if keeps else []
