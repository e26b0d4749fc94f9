"""Duty lists: the county words them, each organisation confirms them once a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import actions as audit
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.domain.cells import clean_text
from core.domain.freetext import find_numbers
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from core.permissions import Permission
from members.duties import lists
from members.enums import DutySide
from members.models import DutyConfirmation, DutyList

MOST, LONGEST = 20, 120


def edit_duties(
    *, side: DutySide, lines: Sequence[str], by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> DutyList:
    """Put the county's words in place of a side's list. Raises NotAllowed, UserError, StaleVersion."""
    now = now or clock.now()
    if not by.can(Permission.SETTINGS):
        raise NotAllowed
    kept = [text for line in lines if (text := clean_text(line))]
    _check(kept)
    with transaction.atomic():
        before = DutyList.objects.select_for_update(of=("self",)).filter(side=side).first()
        current = lists()[side]
        if list(current.lines) == kept and before is not None:
            return before
        if version is not None and version != current.version:
            who = str(before.edited_by or "") if before else "别人"
            when = f"{timezone.localtime(before.edited_at):%Y-%m-%d %H:%M}" if before else "刚才"
            raise StaleVersion(who, when, [])
        row = before or DutyList(side=side, version=0)
        row.lines, row.edited_at, row.edited_by = kept, now, by.ref
        row.version += 1
        row.save()
        audit.record(
            "duties_edited", f"修改{DutySide(side).label}责任清单，共 {len(kept)} 条", by=by, subject=row,
            organisation_id=by.organisation_id, data={"before": list(current.lines), "after": kept}, now=now,
        )  # fmt: skip
        return row


def _check(lines: Sequence[str]) -> None:
    if not lines:
        raise UserError("请至少写一条。", "empty")
    if len(lines) > MOST:
        raise UserError(f"最多 {MOST} 条，请合并几条。", "too_many")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST:
            raise UserError(f"第 {number} 条太长，最多 {LONGEST} 个字。", "too_long")
        if find_numbers(line):
            raise UserError(f"第 {number} 条里有电话或身份证号码，请去掉。", "number")


def blockers_to_confirm(organisation: Organisation) -> list[str]:
    return [] if organisation.is_open else [f"{organisation.short_name}已经撤销。"]


def confirm_duties(*, organisation: Organisation, by: Actor, now: dt.datetime | None = None) -> DutyConfirmation:
    """An organisation stands by its duties of this year; once is enough. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    year = timezone.localdate(now).year
    if not by.reaches(organisation.path, Permission.EDIT):
        raise NotAllowed
    if blockers := blockers_to_confirm(organisation):
        raise Blocked(blockers)
    known = DutyConfirmation.objects.visible_to(by).filter(organisation=organisation, year=year)
    if found := known.first():
        return found
    try:
        with transaction.atomic():
            made = DutyConfirmation.objects.create(
                organisation=organisation, year=year, confirmed_at=now, confirmed_by=by.ref
            )
            audit.record(
                "duties_confirmed", f"{organisation.short_name}确认 {year} 年责任清单", by=by, subject=organisation,
                organisation_id=organisation.pk, now=now,
            )  # fmt: skip
            return made
    except IntegrityError:  # confirmed by somebody else in this very moment
        return known.get()
