"""What the pages of one person show: lines, chips, reasons. No query that the functions' names do not tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from core import clock
from core.actors import Actor
from core.components import Fact, Link
from core.domain.codes import PARTY_STATUS
from core.permissions import Permission
from members.actions.journeys import blockers_to_open_journey
from members.actions.lost import blockers_to_open_lost
from members.actions.people import blockers_to_move
from members.enums import EVIDENCE_LABELS, Direction, LostState, Source
from members.models import Evidence, Journey, LostContact, Member, Membership
from members.words import masked, place_words, value_words

FACTS = (
    "sex", "nation", "birth_date", "education", "kind", "joined_on", "confirmed_on", "party_status", "home_address",
    "dues_paid_to", "note",
)  # fmt: skip
NUMBERS = (("identity", "公民身份号码"), ("phone", "联系电话"), ("other_phones", "其他电话"))
OUT_FACTS = (
    "left_on", "expected_return_on", "where", "mobility", "reason", "host", "employer", "industry", "contact_name",
    "certificate", "certificate_no", "ended_on", "note",
)  # fmt: skip
IN_FACTS = ("left_on", "home_text", "reason", "where", "employer", "industry", "certificate_no", "ended_on", "note")
IN_LABELS = {"left_on": "流入时间", "home_text": "组织关系所在", "reason": "流入原因", "where": "现居住地"}
OUT_LABELS = {"where": "去向", "host": "流入地党组织", "contact_name": "结对联系人"}
LOST_TONES = {LostState.FOUND: "ok", LostState.REINSTATED: "ok", LostState.COUNTING: "warn"}
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
    """A lost contact on the person file."""

    state: str
    tone: str
    facts: list[Fact]
    edit_url: str
    found_url: str


@dataclass(frozen=True)
class Deed:
    """A button on the person file, off with its reasons."""

    label: str
    url: str
    key: str
    blockers: list[str] = field(default_factory=list)
    tone: str = "plain"


def crumbs(member: Member | None, last: str = "") -> list[Link]:
    """党员 › the person › this page."""
    found = [Link("党员", reverse("member-list"))]
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
    stored = value.iso() if hasattr(value, "iso") else value
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


def verified(evidence: Iterable[Evidence], fields: Collection[str]) -> list[Fact]:
    """Per field, the latest proof: when, from what, by whom."""
    latest: dict[str, Evidence] = {}
    for proof in evidence:  # newest first
        for name in proof.fields.split(","):
            latest.setdefault(name, proof)
    today = clock.today()
    return [_proof(EVIDENCE_LABELS[name], latest.get(name), today) for name in EVIDENCE_LABELS if name in fields]


def _proof(label: str, proof: Evidence | None, today: dt.date) -> Fact:
    if proof is None:
        return Fact(label, "从未核实", "待核实", tone="warn")
    ago = (today - proof.on).days
    when = "今天" if ago <= 0 else f"{ago} 天前"
    return Fact(
        label,
        f"{proof.on:%Y-%m-%d}（{when}）",
        f"{PROOF_WORDS.get(proof.source) or Source(proof.source).label} · {proof.by or ''}",
    )


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
    end = journey.ended_on.chinese() if journey.ended_on else ("至今" if journey.is_open else "")
    return f"{start} — {end}" if end else start


def journey_facts(journey: Journey) -> list[Fact]:
    is_out = journey.direction == Direction.OUT
    names, labels = (OUT_FACTS, OUT_LABELS) if is_out else (IN_FACTS, IN_LABELS)
    return [_journey_fact(journey, name, labels.get(name, "")) for name in names]


def _journey_fact(journey: Journey, name: str, label: str) -> Fact:
    if name == "where":
        return Fact(label, place_words(journey.region_code, journey.destination_text))
    if name == "host":
        return Fact(label, journey.host_text or journey.host or "")
    if name == "reason" and not journey.reason and journey.reason_text:
        return Fact(label or "外出原因", journey.reason_text, "原文，还没有归类", tone="warn")
    return _fact(journey, name, label)


def spell(lost: LostContact, may_edit: bool) -> Spell:
    names = ("since", "reason", "category", "steps", "found_on", "decided_on", "document", "note")
    found = [fact for fact in (_fact(lost, name) for name in names) if fact.value]
    is_open = lost.state in (LostState.COUNTING, LostState.LOST)
    return Spell(
        state=lost.get_state_display(),
        tone=LOST_TONES.get(LostState(lost.state), "bad"),
        facts=found,
        edit_url=reverse("lost-edit", args=[lost.public_id]) if may_edit else "",
        found_url=reverse("lost-found", args=[lost.public_id]) if may_edit and is_open else "",
    )


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
    found += [
        (one.get_state_display(), LOST_TONES.get(LostState(one.state), "bad"))
        for one in spells
        if one.state in (LostState.COUNTING, LostState.LOST, LostState.STOPPED)
    ]
    if member.party_status != "normal":
        found.append(
            (PARTY_STATUS.label(member.party_status), "neutral" if member.party_status == "deceased" else "bad")
        )
    if member.restricted:
        found.append(("限制知悉", "warn"))
    return found


def deeds(member: Member, actor: Actor) -> list[Deed]:
    """What can be done with a person, for somebody who may edit; reasons where it cannot.

    Membership and status are for those who look after the membership.
    """
    direction = Direction.IN if member.is_guest else Direction.OUT
    query = f"?member={member.public_id}"
    found = [
        Deed(
            f"登记{direction.label}", reverse(f"journey-new-{direction.value}") + query, "journey",
            blockers_to_open_journey(member, direction),
        ),
        Deed("登记联系不上", reverse("lost-new") + query, "lost", blockers_to_open_lost(member)),
    ]  # fmt: skip
    if actor.reaches(member.path, Permission.EDIT):
        found.append(
            Deed("调整支部", reverse("member-move", args=[member.public_id]), "move", blockers_to_move(member))
        )
        if not member.is_guest:
            found.append(Deed("党籍状态", reverse("member-status", args=[member.public_id]), "status"))
    return found
