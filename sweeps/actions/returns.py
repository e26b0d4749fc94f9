"""Returns go up: submit, take back, accept, send back; and the county closes the books."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from audit import actions as audit
from core import bulk, clock, transitions
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from core.paths import subtree
from core.permissions import Permission
from core.transitions import Transition
from inbox.actions import close_todo, raise_todo, tell
from members.models import Member
from sweeps import balance, reminding
from sweeps.actions.answering import locked_return
from sweeps.actions.telling import plain, told_by
from sweeps.blockers import (
    blockers_to_accept,
    blockers_to_close,
    blockers_to_submit,
    level_above,
    may_review,
)
from sweeps.enums import ACCEPT, CLOSE, SEND_BACK, SUBMIT, TAKE_BACK, ReturnState, Way
from sweeps.models import BalanceName, Item, Return, Sweep


def submit(
    *,
    of: Return,
    by: Actor,
    on_behalf: str = "",
    way: str = "",
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Return:
    """The organisation hands its return in. ``on_behalf``, ``way``: 代录, from whom and how the level above has it;
    ``version``: the one that was looked at.

    Again: nothing. Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    if way and way not in Way.values:
        raise UserError("请选择怎样得到的。", "invalid")
    with transaction.atomic():
        mine = locked_return(of, by)
        if mine.state == ReturnState.SUBMITTED:
            return mine
        require_version(mine, version)
        _wait_for_answers(mine)
        if blockers := blockers_to_submit(mine):
            raise Blocked([*blockers])
        mine.on_behalf, mine.way = told_by(mine, on_behalf, by), way
        mine.save(update_fields=["on_behalf", "way"])
        moved = _move(mine, SUBMIT, by, now, f"{mine.organisation.short_name}上报{mine.sweep}")
        close_todo(_todo("sent_back", mine), now=now)
        reminding.handed_in(moved, now)
        if (above := level_above(mine)) is not None:
            text = f"{mine.organisation.short_name}已上报{mine.sweep}，请审核"
            raise_todo(_todo("review", mine), above, text, link=("return-review", [mine.public_id]), by=by, now=now)
        return moved


def take_back(*, of: Return, by: Actor, version: int | None = None, now: dt.datetime | None = None) -> Return:
    """Handed in too early: as long as nobody above has accepted it. Raises NotAllowed, WrongState."""
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        if mine.state == ReturnState.OPEN:
            return mine
        require_version(mine, version)
        _require_open(mine.sweep)
        moved = _move(mine, TAKE_BACK, by, now, f"{mine.organisation.short_name}撤回{mine.sweep}的报表")
        Return.objects.visible_to(SYSTEM).filter(pk=mine.pk).update(submitted_at=None, submitted_by="", is_nil=False)
        close_todo(_todo("review", mine), now=now)
        moved.submitted_at, moved.submitted_by, moved.is_nil = None, None, False
        reminding.asked_again(moved, now)
        return moved


def accept(*, of: Return, by: Actor, version: int | None = None, now: dt.datetime | None = None) -> Return:
    """The level above takes it: from then on it is frozen. ``version``: the one that was looked at.

    Raises NotAllowed, Blocked.
    """
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        if not may_review(mine, by):
            raise NotAllowed("报表由上一级党组织接收。")
        if mine.state == ReturnState.ACCEPTED:
            return mine
        _require_open(mine.sweep)
        require_version(mine, version)
        if blockers := blockers_to_accept(mine, by):
            raise Blocked(blockers)
        close_todo(_todo("review", mine), now=now)
        return _move(mine, ACCEPT, by, now, f"接收{mine.organisation.short_name}的{mine.sweep}报表")


def send_back(*, of: Return, comment: str, by: Actor, now: dt.datetime | None = None) -> Return:
    """Back to be mended, saying what. What was accepted above it must come back first. Raises NotAllowed, Blocked, UserError."""
    now = now or clock.now()
    comment = plain(comment, 300)
    if len(comment) < 2:
        raise UserError("请写明为什么退回、要改什么。", "comment_missing")
    with transaction.atomic():
        mine = locked_return(of, by)
        if not may_review(mine, by):
            raise NotAllowed("报表由上一级党组织退回。")
        _require_open(mine.sweep)
        if mine.state == ReturnState.SENT_BACK and mine.comment == comment:
            return mine
        if blockers := _higher_in_the_way(mine):
            raise Blocked(blockers)
        mine.comment = comment
        mine.is_nil = False  # given anew, if it still is one
        mine.save(update_fields=["comment", "is_nil"])
        moved = _move(mine, SEND_BACK, by, now, f"退回{mine.organisation.short_name}的{mine.sweep}报表")
        link = ("return-detail", [mine.public_id])
        close_todo(_todo("review", mine), now=now)
        raise_todo(
            _todo("sent_back", mine), mine.organisation, f"{mine.sweep}的报表被退回，请修改后再报", level="yellow", link=link,
            by=by, now=now,
        )  # fmt: skip
        tell(mine.organisation, f"{mine.sweep}的报表被退回", "原因写在报表上", link=link, by=by, now=now)
        return moved


def close(*, sweep: Sweep, by: Actor, now: dt.datetime | None = None) -> Sweep:
    """Close the quarter: figures and names are frozen and never changed again. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    if not by.everything and not by.reaches(sweep.path, Permission.SETTINGS):
        raise NotAllowed("排查由县级关闭。")
    with transaction.atomic():
        locked = Sweep.objects.visible_to(by).select_for_update(of=("self",)).get(pk=sweep.pk)
        if not locked.is_open:
            return locked
        own = _own_return(locked)
        if blockers := blockers_to_close(own):
            raise Blocked([*blockers])
        _freeze(locked)
        close_todo(reminding.due_cause(own), now=now)
        closed = transitions.apply(locked, CLOSE, by=by, now=now, record=transitions.unrecorded)
        audit.record(
            "sweep_closed", f"关闭{sweep}", by=by, subject=sweep, organisation_id=sweep.organisation_id, now=now,
        )  # fmt: skip
        return closed


def _wait_for_answers(of: Return) -> None:
    """Answers that are being written just now are part of it, or come too late."""
    items = Item.objects.visible_to(SYSTEM).filter(sweep=of.sweep, path=of.path).order_by("pk")
    list(items.select_for_update(of=("self",)).values_list("pk", flat=True))


def _own_return(sweep: Sweep) -> Return:
    rows = Return.objects.visible_to(SYSTEM).select_related("sweep", "organisation")
    return rows.get(sweep=sweep, path=sweep.path)


def _freeze(sweep: Sweep) -> None:
    """Every name under its term, and each return's figures: of the whole subtree, as it was handed up."""
    found = balance.names(sweep, sweep.path)
    columns = ("sweep_id", "path", "member_id", "direction", "term")
    known = set(
        BalanceName.objects.visible_to(SYSTEM).filter(sweep=sweep).values_list("path", "member_id", "direction", "term")
    )
    bulk.copy_rows(
        BalanceName,
        columns,
        (
            (sweep.pk, one.path, one.member_id, one.direction, one.term.value)
            for one in found
            if (one.path, one.member_id, one.direction, one.term.value) not in known
        ),
    )
    hidden = Member.objects.visible_to(SYSTEM).filter(restricted=True, pk__in={one.member_id for one in found})
    known_to_county_alone = set(hidden.values_list("pk", flat=True))
    whole = balance.figures_by_path(found)
    own = balance.figures_by_path(one for one in found if one.member_id not in known_to_county_alone)
    rows = []
    for pk, path in Return.objects.visible_to(SYSTEM).filter(sweep=sweep).values_list("pk", "path"):
        low, high = subtree(path)
        total: dict[str, int] = {}
        for at, figures in (whole if path == sweep.path else own).items():
            if low <= at < high:
                for term, number in figures.items():
                    total[term] = total.get(term, 0) + number
        rows.append((pk, total))
    bulk.update_rows(Return, ("figures",), rows)


def _move(of: Return, transition: Transition, by: Actor, now: dt.datetime, text: str) -> Return:
    def record(_obj: Any, **_kwargs: Any) -> None:
        audit.record(f"return_{transition.name}", text, by=by, subject=of, organisation_id=of.organisation_id, now=now)

    moved = transitions.apply(of, transition, by=by, now=now, record=record)
    moved.version += 1
    moved.save(update_fields=["version"])
    return moved


def require_version(of: Return, version: int | None) -> None:
    """Raises UserError where the return is no longer the one that was looked at."""
    if version is not None and version != of.version:
        raise UserError("这份报表刚才又改过，请再看一遍。", "stale")


def _require_open(sweep: Sweep) -> None:
    """Held, so that nobody closes it meanwhile."""
    held = Sweep.objects.visible_to(SYSTEM).select_for_update(of=("self",)).get(pk=sweep.pk)
    if not held.is_open:
        raise Blocked([f"{held}{held.get_state_display()}，报表不能再改。"])


def _higher_in_the_way(of: Return) -> list[str]:
    paths = [of.path[:end] for end in range(4, len(of.path), 4)]
    higher = Return.objects.visible_to(SYSTEM).filter(sweep=of.sweep, path__in=paths).select_related("organisation")
    done = [one for one in higher if one.state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED)]
    return [f"{one.organisation.short_name}的报表{one.get_state_display()}，请先退回或撤回那一份。" for one in done]


def _todo(what: str, of: Return) -> str:
    return f"sweep-{what}:{of.public_id}"
