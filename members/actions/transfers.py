"""Transfer of membership (组织关系转接): asked by the home, received or sent back by the other side, with a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches.models import Organisation
from branches.rules import value as rule_value
from core import clock, hooks
from core.actors import Actor
from core.domain.cells import clean_text
from core.errors import Blocked, NotAllowed, UserError
from core.idempotency import once
from core.permissions import Permission
from inbox.actions import tell
from members.actions import rows, steps, waiting
from members.actions.people import MOVED, blockers_to_move, blockers_to_receive, carry_paths, end_membership, relocate
from members.checks import check
from members.enums import JourneyState, MembershipKind, StepKind, TransferState
from members.models import Journey, Member, Transfer
from members.rules import LETTER_DAYS, RECEIPT_DAYS
from members.writing import Writer


def blockers_to_ask(member: Member) -> list[str]:
    """Why no transfer can be asked for this person now."""
    if member.is_guest:
        return ["组织关系不在本县；转来本县请用“转入组织关系”。"]
    # Unscoped: of a member who was found within the scope.
    if Transfer.objects.unscoped().open().filter(member=member).exists():
        return ["组织关系正在转接，请等对方接收，或先撤回。"]
    if not _stay(member).exists():
        return ["没有正在外出的登记。先登记流出，再转接；本县支部之间用“调整支部”。"]
    return blockers_to_move(member)


def _stay(member: Member) -> Any:
    return Journey.objects.unscoped().under_way().out().filter(member=member)


def ask_transfer(
    *, member: Member, letter_on: dt.date, by: Actor, to: Organisation | None = None, to_text: str = "", letter_no: str = "",
    reason: str = "", key: str = "", now: dt.datetime | None = None,
) -> Transfer:  # fmt: skip
    """The home sends the membership off, to a branch of ours (``to``) or to an organisation outside (``to_text``).

    The member stays with the home until the other side has received it. Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    typed = {"to_text": "" if to else to_text, "letter_no": letter_no, "reason": reason}
    clean = check(Transfer, typed, today=today).require()
    if to is None and not clean["to_text"]:
        raise UserError("请填写转到哪个党组织。", "to_missing")
    if letter_on > today:
        raise UserError("介绍信的日期还没有到，请核对。", "date_future")

    def create() -> str:
        blockers = blockers_to_ask(locked)
        if to is not None:
            blockers += ["已经是这个支部的党员。"] if to.pk == locked.home_id else blockers_to_receive(to)
        if blockers:
            raise Blocked(blockers)
        return _create(locked, to, {**clean, "letter_on": letter_on.isoformat()}, letter_on, by=by, now=now)

    with transaction.atomic():
        locked = rows.locked_member(member, by)
        rows.require_home(locked, by)
        public_id, _made = once(key, by=by, now=now, create=create)
    return Transfer.objects.visible_to(by).get(public_id=public_id)


def _create(
    member: Member, to: Organisation | None, clean: dict[str, str], letter_on: dt.date, *, by: Actor, now: dt.datetime
) -> str:
    today = timezone.localdate(now)
    letter = int(rule_value(LETTER_DAYS.key, member.home, today))
    receipt = int(rule_value(RECEIPT_DAYS.key, member.home, today))
    writer = steps.begin(by, now, source="create")
    record = writer.create(
        Transfer,
        {
            **clean,
            "member_id": member.pk,
            "journey_id": _stay(member).get().pk,
            "sender_id": member.home_id,
            "from_path": member.home_path,
            "to_id": to.pk if to else None,
            "to_path": to.path if to else "",
            "valid_until": (letter_on + dt.timedelta(days=letter)).isoformat(),
            "due_on": (letter_on + dt.timedelta(days=receipt)).isoformat(),
            "asked_at": now,
            "asked_by": writer.actor,
        },
    )
    rows.flush(writer)
    transfer = Transfer.objects.unscoped().get(pk=record["id"])
    text = f"{member.name}的组织关系转往{transfer.where}"
    _leave(transfer, StepKind.TRANSFER_ASKED, writer, text=f"转往{transfer.where}")
    rows.tell("transfer_asked", text, member, by=by, now=now, data={"transfer": transfer.public_id})
    return transfer.public_id


def _leave(transfer: Transfer, kind: StepKind, writer: Writer, *, text: str) -> None:
    """The line on the journey, and the to-dos."""
    assert transfer.journey is not None  # asked on a journey; it goes only with its last step
    steps.leave(transfer.journey, kind, writer, on=writer.on.isoformat(), text=text)
    waiting.refresh_transfer(Transfer.objects.unscoped().get(pk=transfer.pk), now=writer.now)


# -- the other side -----------------------------------------------------------------------------


def blockers_to_answer(transfer: Transfer) -> list[str]:
    return [] if transfer.is_open else [f"这次转接已经是“{transfer.get_state_display()}”。"]


def may_answer(transfer: Transfer, by: Actor) -> bool:
    """The receiving organisation of ours; for one outside, whoever sent the letter notes the receipt."""
    path = transfer.to_path if transfer.to_id else transfer.from_path
    return by.reaches(path, Permission.EDIT)


def may_withdraw(transfer: Transfer, by: Actor) -> bool:
    return by.reaches(transfer.from_path, Permission.EDIT)


def receive_transfer(
    *, transfer: Transfer, on: dt.date, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Transfer:
    """The membership has arrived, on a day: the member belongs to the receiver from now on, an open journey out ends as
    transferred. Outside: the receipt has come back. Raises NotAllowed, Blocked, UserError, StaleVersion."""
    now = now or clock.now()
    with transaction.atomic():
        before = _locked(transfer, by, may_answer, "由接收的党组织办理。")
        if before.state == TransferState.RECEIVED:
            return before  # the same form sent twice
        _answerable(before, version, on, now)
        member = Member.objects.unscoped().select_for_update(of=("self",)).get(pk=before.member_id)
        if blockers := [*blockers_to_move(member), *(blockers_to_receive(before.to) if before.to else [])]:
            raise Blocked(blockers)
        writer = steps.begin(by, now)
        answered = {"state": TransferState.RECEIVED.value, "received_on": on.isoformat()}
        writer.change(Transfer, rows.row_of(before), answered)
        if before.to is not None:
            relocate(member, before.to, writer)
        else:
            end_membership(member.pk, MembershipKind.HOME.value, writer.on, writer.batch)
            writer.change(Member, rows.row_of(member), {"party_status": MOVED})
        for journey in Journey.objects.unscoped().open().out().filter(member=member):
            ended = {"state": JourneyState.TRANSFERRED.value, "ended_on": on.isoformat()}
            writer.change(Journey, rows.row_of(journey), ended)
        _stamp(before, by, now)
        _leave(before, StepKind.TRANSFERRED, writer, text=f"{before.where}已接收")
        if before.to is not None:
            carry_paths(member.pk, before.to.path, guest=False)
        _told(before, "transfer_received", f"{before.where}已接收{member.name}的组织关系", by, now)
        moved = Member.objects.unscoped().get(pk=member.pk)
        hooks.member_moved.call(member=moved, by=by)
        return Transfer.objects.visible_to(by).get(pk=before.pk)


def refuse_transfer(
    *, transfer: Transfer, reason: str, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Transfer:
    """The other side sends the membership back, and says why. Raises NotAllowed, Blocked, UserError, StaleVersion."""
    return _turn_down(transfer, reason, TransferState.REFUSED, by=by, version=version, now=now)


def withdraw_transfer(
    *, transfer: Transfer, reason: str, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Transfer:
    """The home takes the transfer back before it is received. Raises as :func:`refuse_transfer`."""
    return _turn_down(transfer, reason, TransferState.WITHDRAWN, by=by, version=version, now=now)


def _turn_down(
    transfer: Transfer, reason: str, state: TransferState, *, by: Actor, version: int | None, now: dt.datetime | None
) -> Transfer:
    now = now or clock.now()
    clean = check(Transfer, {"answer": reason}).require()
    if len(clean_text(reason)) < 2:
        raise UserError("请写明原因，如“介绍信写错了支部”。", "reason_missing")
    refused = state == TransferState.REFUSED
    with transaction.atomic():
        allowed, text = (may_answer, "由接收的党组织办理。") if refused else (may_withdraw, "由转出的党组织撤回。")
        before = _locked(transfer, by, allowed, text)
        if before.state == state:
            return before  # the same form sent twice
        _answerable(before, version, None, now)
        writer = steps.begin(by, now)
        writer.change(Transfer, rows.row_of(before), {**clean, "state": state.value})
        _stamp(before, by, now)
        kind = StepKind.TRANSFER_REFUSED if refused else StepKind.TRANSFER_WITHDRAWN
        _leave(before, kind, writer, text=clean["answer"])
        word = "退回" if refused else "撤回"
        _told(before, f"transfer_{state.value}", f"{word}{before.member.name}的组织关系转接", by, now)
        return Transfer.objects.visible_to(by).get(pk=before.pk)


def _locked(transfer: Transfer, by: Actor, allowed: Callable[[Transfer, Actor], bool], text: str) -> Transfer:
    before = rows.locked(transfer, by)
    if not allowed(before, by):
        raise NotAllowed(text)
    return before


def _answerable(transfer: Transfer, version: int | None, on: dt.date | None, now: dt.datetime) -> None:
    if blockers := blockers_to_answer(transfer):
        raise Blocked(blockers)
    if on is not None and on > timezone.localdate(now):
        raise UserError("接收的日期还没有到，请核对。", "date_future")
    if on is not None and on < transfer.letter_on:
        raise UserError("接收的日期早于介绍信的日期，请核对。", "date_order")
    rows.require_version(transfer, version, {})


def _stamp(transfer: Transfer, by: Actor, now: dt.datetime) -> None:
    Transfer.objects.unscoped().filter(pk=transfer.pk).update(answered_at=now, answered_by=by.ref)


def _told(transfer: Transfer, kind: str, text: str, by: Actor, now: dt.datetime) -> None:
    """The log, and a message to the other side: whoever did not do it wants to know."""
    rows.tell(kind, text, transfer.member, by=by, now=now, data={"transfer": transfer.public_id})
    if transfer.to is None or transfer.member.restricted:
        return
    other = transfer.to if kind == "transfer_withdrawn" else transfer.sender
    tell(other, text, transfer.answer, link=("transfer-detail", [transfer.public_id]), by=by, now=now)
