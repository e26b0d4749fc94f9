"""What the page of a journey shows to each side: how it stands, what happened, what can be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from branches.rules import value as rule_value
from core.actors import Actor
from core.components import Entry, Fact, Link
from core.permissions import Permission
from members import presenters
from members.actions import journeys, stages, steps, transfers
from members.duties import confirmed, lists
from members.enums import AWAY_STATES, Direction, DutySide, JourneyState, StepKind
from members.models import Journey, JourneyStep, Member, Transfer
from members.presenters import Deed, Number
from members.rules import DUES_MONTHS
from members.standing import Standing, Thresholds, standings
from members.standing import dues as dues_standing
from members.words import masked

TONES = {StepKind.REFUSED: "warn", StepKind.TRANSFER_REFUSED: "warn"}


@dataclass(frozen=True)
class DutyCard:
    """The duties of one side of a journey; ``said``: whether they were confirmed."""

    title: str
    lines: Sequence[str]
    said: str
    is_sure: bool


@dataclass(frozen=True)
class Undo:
    """The last step, when the reader may take it back."""

    label: str
    url: str


def sees_file(journey: Journey, actor: Actor) -> bool:
    """Whether the person file is the reader's to open: a host sees the journey alone."""
    return Member.objects.visible_to(actor).filter(pk=journey.member_id).exists()


def crumbs(journey: Journey, actor: Actor, last: str = "") -> list[Link]:
    label = journey.get_direction_display()
    if sees_file(journey, actor):
        found = presenters.crumbs(journey.member, actor, label)
    else:
        found = [Link("本县来此的党员", reverse("hosted-list")), Link(journey.member.name)]
    return [*found[:-1], Link(found[-1].label, journey.get_absolute_url()), Link(last)] if last else found


def standing(journey: Journey, today: dt.date, transfer: Transfer | None) -> list[Standing]:
    limits = Thresholds.of(journey.home, today)
    return standings(journey, today, limits, transferring=transfer is not None)


def dues(member: Member, today: dt.date) -> list[Standing]:
    """Of our members alone: a guest pays at home."""
    if member.is_guest or member.party_status not in Member.COUNTED:
        return []
    return dues_standing(member.dues_paid_to, today, int(rule_value(DUES_MONTHS.key, member.home, today)))


def entries(found: Sequence[JourneyStep]) -> list[Entry]:
    return [_entry(step) for step in found]


def _entry(step: JourneyStep) -> Entry:
    title = step.get_kind_display()
    return Entry(
        at=step.on.day if step.on and step.on.precision == "day" else step.at,
        title=f"{title}（已撤销）" if step.undone_at else title,
        by=str(step.by or ""),
        text=step.text,
        tone="" if step.undone_at else TONES.get(StepKind(step.kind), ""),
    )


def undo(found: Sequence[JourneyStep], actor: Actor, now: dt.datetime) -> Undo | None:
    """``found``: newest first."""
    last = next((step for step in found if step.undone_at is None), None)
    if last is None or not steps.may_undo(last, actor) or steps.blockers_to_undo(last, now):
        return None
    return Undo(f"撤销“{last.get_kind_display()}”", reverse("journey-undo", args=[last.public_id]))


def person_facts(journey: Journey, sees: bool) -> list[Fact]:
    """Who it is, for a host who does not see the person file."""
    if sees:
        return []
    member = journey.member
    home = journey.home.short_name if journey.home else journey.home_text
    return [
        Fact("姓名", member.name),
        Fact("性别", member.get_sex_display() if member.sex else ""),
        Fact("人员类别", member.get_kind_display() if member.kind else ""),
        Fact("组织关系所在支部", home),
    ]


def numbers(journey: Journey, actor: Actor, shown: dict[str, str]) -> list[Number]:
    """The member's phone and that of the contact person. ``shown``: in the clear, asked for just now."""
    found = [presenters.contact_number(journey, actor, shown.get("contact_phone", ""))]
    phone = journey.member.reveal("phone")
    asks = bool(phone) and "phone" not in shown and presenters.may(journey, actor, Permission.FULL_NUMBERS)
    url = reverse("journey-show", args=[journey.public_id]) if asks else ""
    return [Number("本人电话", shown.get("phone") or masked("phone", phone), "phone", url), *found]


def answer(journey: Journey) -> tuple[str, str]:
    """(text, tone): what the host of ours has said, "" where none was asked."""
    if journey.direction != Direction.OUT or journey.host is None or not journey.is_open:
        return "", ""
    if journey.refusal:
        return f"{journey.host.short_name}没有接收：{journey.refusal}", "warn"
    if journey.state == JourneyState.ARRIVED:
        return f"{journey.host.short_name}已确认报到。", "ok"
    return f"等待{journey.host.short_name}确认报到。", "info"


def deeds(journey: Journey, actor: Actor, transfer: Transfer | None) -> list[Deed]:
    """What the reader can do now, in the order of a journey; what comes next stands out."""
    found = []
    keeps, hosts = steps.keeps(journey, actor), _hosts(journey, actor)
    if keeps and journey.state == JourneyState.REPORTED:
        found.append(_deed("已经外出", "journey-depart", journey, "depart", "main"))
    if hosts and not stages.blockers_to_arrive(journey):
        found.append(_deed("确认报到", "journey-arrive", journey, "arrive", "plain" if found else "main"))
        if not journey.refusal:
            found.append(_deed("退回报到", "journey-refuse", journey, "refuse"))
    if journey.is_open and (keeps or hosts):
        found.append(_deed("登记联系、思想汇报", "journey-note", journey, "note"))
        found.append(_deed("地址、工作、电话变了", "journey-change", journey, "change"))
    if not keeps:
        return found
    if journey.direction == Direction.OUT and journey.state in AWAY_STATES:
        found.append(_transfer(journey, transfer))
    if journey.direction == Direction.IN and journey.is_open:
        url = reverse("member-admit", args=[journey.member.public_id])
        found.append(Deed("组织关系转来了", url, "admit"))
    found.append(
        Deed(
            "返乡登记、结束", reverse("journey-end", args=[journey.public_id]), "end", journeys.blockers_to_end(journey)
        )
    )
    return found


def _hosts(journey: Journey, actor: Actor) -> bool:
    is_out = journey.direction == Direction.OUT
    return is_out and bool(journey.host_path) and actor.reaches(journey.host_path, Permission.EDIT)


def _deed(label: str, name: str, journey: Journey, key: str, tone: str = "plain") -> Deed:
    return Deed(label, reverse(name, args=[journey.public_id]), key, tone=tone)


def _transfer(journey: Journey, transfer: Transfer | None) -> Deed:
    if transfer is not None:
        return Deed("查看组织关系转接", transfer.get_absolute_url(), "transfer")
    url = f"{reverse('transfer-new')}?member={journey.member.public_id}"
    return Deed("转接组织关系", url, "transfer", transfers.blockers_to_ask(journey.member))


def duties(journey: Journey, today: dt.date) -> list[DutyCard]:
    """Whose duties are whose on this journey, and who has confirmed them. Two queries."""
    known = confirmed((journey.home_id, journey.host_id), today.year)
    who = {
        DutySide.HOME: (journey.home.short_name if journey.home else journey.home_text, journey.home_id),
        DutySide.HOST: (journey.host.short_name if journey.host else journey.host_text, journey.host_id),
    }
    found = []
    for side, list_ in lists().items():
        if side == DutySide.MEMBER:
            said = f"{journey.promised_on:%Y-%m-%d} 已当面讲明" if journey.promised_on else "没有当面讲明的记录"
            found.append(DutyCard(f"党员本人：{journey.member.name}", list_.lines, said, bool(journey.promised_on)))
            continue
        name, organisation_id = who[DutySide(side)]
        if not name:
            continue
        is_sure = organisation_id in known
        said = (
            f"{today.year} 年已确认" if is_sure else f"{today.year} 年还没有确认" if organisation_id else "不在本系统"
        )
        found.append(DutyCard(f"{list_.side.label}：{name}", list_.lines, said, is_sure))
    return found


def sides(member: Member) -> list[DutyCard]:
    """双重管理: whose duties are whose, for a member with a home and a mobile branch."""
    if member.home is None or member.care is None:
        return []
    found = lists()
    return [
        DutyCard(f"{branch.short_name}（{word}）", found[side].lines, said, False)
        for branch, word, side, said in (
            (member.home, "组织关系所在支部", DutySide.HOME, "党费、表决和统计在这里"),
            (member.care, "流动支部", DutySide.HOST, "平时的活动和联系在这里"),
        )
    ]
