"""Registering, editing and moving persons, and their status in the Party."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches.models import Organisation
from core import clock, crypto, hooks
from core.actors import Actor
from core.domain.cells import clean_text
from core.domain.codes import PARTY_STATUS
from core.domain.freetext import take_numbers
from core.domain.identity import identity_birth_date, identity_sex
from core.errors import Blocked, NotAllowed, UserError
from core.idempotency import once
from core.paths import depth
from core.permissions import Permission
from members.actions import rows
from members.checks import check
from members.enums import EVIDENCE, OPEN_LOST_STATES, OPEN_STATES, JourneyState, LostState, MembershipKind
from members.ledgers.matching import exists_elsewhere
from members.models import Journey, LostContact, Member, Membership
from members.models.member import NEED_TO_KNOW_DEPTH
from members.writing import Writer, name_columns

EDITABLE = (
    "name", "sex", "nation", "birth_date", "education", "kind", "joined_on", "confirmed_on", "identity", "phone",
    "other_phones", "home_address", "dues_paid_to", "note", "restricted",
)  # fmt: skip
MOVED = "moved"  # to an organisation outside, by a transfer and by nothing else
ENDED = ("removed", "cancelled", MOVED, "deceased")
DECIDED = ("stopped", "reinstated", "removed", "cancelled")  # by a meeting, with a document


def register_member(
    *, values: Mapping[str, Any], by: Actor, home: Organisation | None = None, care: Organisation | None = None, key: str = "",
    now: dt.datetime | None = None,
) -> Member:  # fmt: skip
    """A new record: of a member of ours (``home``), or of a guest whose membership is elsewhere (``care``).

    ``values``: columns of :data:`EDITABLE`; name and identity are required. The same ``key`` sent twice makes one.
    Raises NotAllowed, UserError; a number that is in the register gets the neutral sentence, wherever it is.
    """
    now = now or clock.now()
    place = home or care
    if place is None or (home and care):
        raise ValueError("a record has either a home or, for a guest, a receiving branch")
    if not by.reaches(place.path, Permission.EDIT):
        raise NotAllowed
    if blockers := blockers_to_receive(place):
        raise Blocked(blockers)
    _only(values, by, place.path)
    typed = {"name": "", "identity": "", **values}
    clean = check(Member, typed, today=timezone.localdate(now)).require()

    def create() -> str:
        return _create(clean, home, care, by=by, now=now)

    with transaction.atomic():
        public_id, _made = once(key, by=by, now=now, create=create)
    return Member.objects.visible_to(by).get(public_id=public_id)


def _create(
    clean: dict[str, Any], home: Organisation | None, care: Organisation | None, *, by: Actor, now: dt.datetime
) -> str:
    writer = rows.writer(by, now, source="create")
    return new_person(clean, home, care, writer).public_id


def new_person(
    clean: Mapping[str, Any], home: Organisation | None, care: Organisation | None, writer: Writer
) -> Member:
    """Write a new record from checked values; the caller has asked who may and where to. Raises UserError for a number
    that is in the register."""
    identity = clean.get("identity", "")
    values = {name: value for name, value in clean.items() if not rows.is_sealed(Member, name)}
    numbers = {name: value for name, value in clean.items() if rows.is_sealed(Member, name)}
    values.update(name_columns(clean["name"]))
    if identity:
        _refuse_double(identity)
        values["birth_date"] = values.get("birth_date") or identity_birth_date(identity).isoformat()
        values["sex"] = values.get("sex") or identity_sex(identity)
    if home:
        values.update(home_id=home.pk, home_path=home.path)
    if care:
        values.update(care_id=care.pk, care_path=care.path)
    record = writer.create_sealed(Member, values, numbers)
    kind, keeper = (MembershipKind.HOME, home) if home else (MembershipKind.INFLOW, care)
    assert keeper is not None  # a person is given to one of them
    writer.member_of(record, keeper.pk, kind.value, writer.on)
    writer.verified(record["id"], rows.proof({**values, **numbers}))
    rows.flush(writer)
    member = Member.objects.visible_to(writer.by, Permission.EDIT).get(pk=record["id"])
    rows.tell("member_registered", f"登记党员{member.name}", member, by=writer.by, now=writer.now)
    return member


def edit_member(
    *, member: Member, values: Mapping[str, Any], by: Actor, version: int | None = None, confirmed: Collection[str] = (),
    reason: str = "", now: dt.datetime | None = None,
) -> Member:  # fmt: skip
    """Change columns of :data:`EDITABLE`; what is the same is left alone.

    ``confirmed``: fields of evidence ticked as 已核实，没有变化. Saving one field verifies no other.
    ``reason``: required for another identity number. Raises StaleVersion, NotAllowed, UserError.
    """
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked_member(member, by)
        _only(values, by, before.path)
        clean = check(Member, values, today=timezone.localdate(now), now=rows.row_of(before)).require()
        changes = rows.differing(before, clean)
        if version is not None and version != before.version and not changes:
            return before  # the same form sent twice
        rows.require_version(before, version, changes)
        if "identity" in changes:
            _require_reason(reason)
            _refuse_double(changes["identity"])
        writer = rows.writer(by, now)
        columns = rows.columns(Member, before.public_id, changes)
        if "name" in changes:
            columns.update(name_columns(changes["name"]))
        writer.change(Member, rows.row_of(before), columns)
        writer.verified(before.pk, rows.proof(changes, known_fields(confirmed)))
        rows.flush(writer)
        _tell_edit(before, changes, confirmed, reason, by, now)
        after = rows.locked(before, by)
        if "restricted" in changes:
            hooks.member_restricted.call(member=after)
        return after


def known_fields(confirmed: Collection[str]) -> set[str]:
    return set(confirmed) & set(EVIDENCE)


def _tell_edit(
    member: Member, changes: Mapping[str, Any], confirmed: Collection[str], reason: str, by: Actor, now: dt.datetime
) -> None:
    if "identity" in changes:
        why = take_numbers(reason)[0]
        rows.tell("identity_changed", f"更正{member.name}的公民身份号码：{why}"[:400], member, by=by, now=now)
    if changes:
        rows.tell("member_edited", f"修改{member.name}：{rows.labels(Member, changes)}", member, by=by, now=now)
    elif confirmed:
        rows.tell("member_verified", f"核实{member.name}，没有变化", member, by=by, now=now)


def _only(values: Mapping[str, Any], by: Actor, path: str) -> None:
    """Nothing but the editable columns; 限制知悉 is the county's to set."""
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
    if "restricted" in values and not may_restrict(by, path):
        raise NotAllowed("限制知悉由县级设置，请向县级说明。")


def may_restrict(by: Actor, path: str) -> bool:
    """Whether ``by`` edits this record from the county's level."""
    if by.everything:
        return True
    return any(low <= path < high and depth(low) <= NEED_TO_KNOW_DEPTH for low, high in by.ranges(Permission.EDIT))


def _require_reason(reason: str) -> None:
    if len(clean_text(reason)) < 2:
        raise UserError("更正公民身份号码要写明原因，如“原来录错一位，已核对身份证原件”。", "reason_missing")


def _refuse_double(identity: str) -> None:
    if exists_elsewhere([crypto.blind(identity, "identity")]):
        raise UserError(rows.TAKEN, "identity_taken")


# -- where somebody belongs ---------------------------------------------------------------------


def blockers_to_receive(organisation: Organisation) -> list[str]:
    """Why nobody can be put into this organisation."""
    if not organisation.is_open:
        return [f"{organisation.short_name}已经撤销。"]
    if not organisation.is_branch:
        return [f"{organisation.short_name}不是党支部，党员的组织关系要落在支部。"]
    return []


def blockers_to_move(member: Member) -> list[str]:
    """Why this person's membership cannot be moved within the county."""
    if member.merged_into_id:
        return ["这份档案已经合并到另一份。"]
    if member.party_status in ENDED:
        return [f"党籍状态是“{PARTY_STATUS.label(member.party_status)}”，组织关系不再调整。"]
    return []


def move_member(
    *, member: Member, to: Organisation, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Member:
    """Move the membership (a guest: the receiving branch) to another branch that ``by`` also looks after.

    Closes the membership, opens the new one, and takes journeys and lost contacts along, so that the new branch
    sees them. Raises NotAllowed, Blocked, StaleVersion.
    """
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked_member(member, by)
        rows.require_home(before, by)
        if not by.reaches(to.path, Permission.EDIT):
            raise NotAllowed("只能在您管辖的支部之间调整，跨范围的转接请上一级办理。")
        if (before.care_id if before.is_guest else before.home_id) == to.pk:
            return before
        if blockers := [*blockers_to_move(before), *blockers_to_receive(to)]:
            raise Blocked(blockers)
        rows.require_version(before, version, {})
        writer = rows.writer(by, now)
        relocate(before, to, writer)
        rows.flush(writer)
        carry_paths(before.pk, to.path, guest=before.is_guest)
        moved = rows.locked(before, by)
        rows.tell("member_moved", f"{moved.name}的组织关系调整到{to.short_name}", moved, by=by, now=now)
        hooks.member_moved.call(member=moved, by=by)
        return moved


def relocate(member: Member, to: Organisation, writer: Writer) -> None:
    """Close the membership and open the new one, in ``writer``; afterwards :func:`carry_paths` takes along what hangs on
    the person. A mobile branch that becomes the home is no mobile branch beside it any more."""
    link, kind = ("care", MembershipKind.INFLOW) if member.is_guest else ("home", MembershipKind.HOME)
    end_membership(member.pk, kind.value, writer.on, writer.batch)
    writer.member_of({"id": member.pk}, to.pk, kind.value, writer.on)
    place: dict[str, Any] = {f"{link}_id": to.pk, f"{link}_path": to.path}
    if member.is_guest:
        _new_host(member, to, writer)
    elif member.care_id == to.pk:
        end_membership(member.pk, MembershipKind.MOBILE.value, writer.on, writer.batch)
        place.update(care_id=None, care_path="")
    writer.change(Member, rows.row_of(member), place)


def _new_host(member: Member, to: Organisation, writer: Writer) -> None:
    """The open stay of a guest is with the new branch."""
    for stay in Journey.objects.unscoped().filter(member=member).open().inward():
        writer.change(Journey, rows.row_of(stay), {"host_id": to.pk})


def end_membership(member_id: int, kind: str, on: dt.date, ended_batch: str = "") -> None:
    """Close the open membership of a kind. Unscoped: the member has been locked within the scope."""
    open_rows = Membership.objects.unscoped().filter(member_id=member_id, kind=kind, ends_on__isnull=True)
    open_rows.update(ends_on=on, ended_batch=ended_batch)


def carry_paths(member_id: int, path: str, *, guest: bool) -> None:
    """The scope of what hangs on a person follows the person."""
    journeys = Journey.objects.unscoped().filter(member_id=member_id)
    if guest:
        journeys.inward().update(host_path=path)
    else:
        journeys.out().update(home_path=path)
    LostContact.objects.unscoped().filter(member_id=member_id).update(home_path=path)


# -- status in the Party ------------------------------------------------------------------------


def set_party_status(
    *, member: Member, status: str, on: dt.date, by: Actor, document: str = "", version: int | None = None,
    now: dt.datetime | None = None,
) -> Member:  # fmt: skip
    """Record what was decided elsewhere: 停止党籍, 恢复党籍, 除名 (with the document), a death, or back to 正常.

    What lost contact leads to is decided with the spell (``lost_acts``); 除名 on other grounds ends it. The end of a
    membership ends an open journey. Raises NotAllowed, Blocked, UserError, StaleVersion.
    """
    now = now or clock.now()
    document = check(LostContact, {"document": document}).require()["document"]
    _check_decision(status, on, document, timezone.localdate(now))
    with transaction.atomic():
        before = rows.locked_member(member, by)
        rows.require_home(before, by)
        if before.is_guest:
            raise Blocked(["组织关系不在本县，党籍由组织关系所在的党组织处理。"])
        if before.party_status == status:
            return before
        rows.require_version(before, version, {"party_status": status})
        spell = LostContact.objects.unscoped().filter(member=before, state__in=OPEN_LOST_STATES).first()
        if blockers := _blockers_by_spell(spell, status):
            raise Blocked(blockers)
        writer = rows.writer(by, now)
        write_status(before, status, on, writer)
        if spell is not None and status == "removed":
            decided = {"state": LostState.REMOVED.value, "decided_on": on.isoformat(), "document": document}
            writer.change(LostContact, rows.row_of(spell), decided)
        rows.flush(writer)
        text = f"{before.name}的党籍状态改为“{PARTY_STATUS.label(status)}”，{on:%Y-%m-%d}{'，' + document if document else ''}"
        rows.tell("party_status_set", text, before, by=by, now=now, data={"on": on.isoformat(), "document": document})
        return rows.locked(before, by)


def _blockers_by_spell(spell: LostContact | None, status: str) -> list[str]:
    """A death, or 除名 on other grounds, comes whatever the clocks of lost contact say; nothing else passes them by."""
    if spell is None or status == "deceased" or (status == "removed" and spell.state != LostState.STOPPED):
        return []
    return [f"此人登记为“{spell.get_state_display()}”，“{PARTY_STATUS.label(status)}”请在那份登记里办理。"]


def write_status(member: Member, status: str, on: dt.date, writer: Any) -> None:
    """The status, and what ends with the membership: an open journey. ``member`` is locked."""
    writer.change(Member, rows.row_of(member), {"party_status": status})
    if status in ENDED:
        for journey in Journey.objects.unscoped().filter(member=member, state__in=OPEN_STATES):
            ended = {"state": JourneyState.CLOSED.value, "ended_on": on.isoformat()}
            writer.change(Journey, rows.row_of(journey), ended)


def _check_decision(status: str, on: dt.date, document: str, today: dt.date) -> None:
    if not PARTY_STATUS.label(status) or status == MOVED:
        raise UserError("党籍状态请从列出的几项里选一项。", "invalid")
    if on > today:
        raise UserError("决定日期还没有到，请核对。", "date_future")
    if status in DECIDED and not document:
        raise UserError("请填写决定文件（文号或会议名称和日期），没有决定不能改党籍状态。", "document_missing")
