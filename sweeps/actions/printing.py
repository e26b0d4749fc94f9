"""Paper: lists and returns that are printed, and the scan of what was signed. Every one is an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches import rules
from core import clock
from core.actors import Actor
from core.errors import Blocked, NotAllowed, UserError
from core.permissions import Permission
from files import scans
from files.models import StoredFile
from sweeps import paper, printing
from sweeps.actions.answering import locked_return
from sweeps.enums import PrintKind
from sweeps.models import Printing, Return
from sweeps.rules import SCAN_DAYS, SCAN_MEGABYTES

MOST = 400  # lists in one print; a town has far fewer


def blockers_to_print(returns: Sequence[Return]) -> list[str]:
    """A county's lists are thousands of pages: no printer and no browser takes them in one go."""
    return [f"一次最多打印 {MOST} 份，请按乡镇分开打印。"] if len(returns) > MOST else []


def print_lists(
    *, returns: Sequence[Return], by: Actor, full: bool = False, now: dt.datetime | None = None
) -> dict[int, list[paper.Line]]:
    """Return id -> its people that are still to be asked. Their numbers are kept, for keying in.

    ``full``: with whole phone numbers. Raises NotAllowed, Blocked.
    """
    now = now or clock.now()
    if blockers := blockers_to_print(returns):
        raise Blocked(blockers)
    for of in returns:
        for permission in (Permission.EDIT, *((Permission.FULL_NUMBERS,) if full else ())):
            if not by.reaches(of.path, permission):
                raise NotAllowed
    with transaction.atomic():
        held = Return.objects.visible_to(by, Permission.EDIT).filter(pk__in=[of.pk for of in returns])
        list(held.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        lists = paper.lines_of(returns, by, full=full)
        kept = Printing.objects.visible_to(by).filter(of__in=returns, kind=PrintKind.LIST).order_by("number")
        last = {one.of_id: one for one in kept}
        for of in returns:
            _keep_numbers(of, lists[of.pk], last.get(of.pk), by, now)
            asked = len(paper.waiting(lists[of.pk]))
            text = f"打印{of.organisation.short_name}核对表：{asked} 人，{'完整' if full else '打码'}电话"
            audit.record("sweep_list_printed", text, by=by, subject=of, organisation_id=of.organisation_id, now=now)
        return {pk: paper.waiting(lines) for pk, lines in lists.items()}


def _keep_numbers(of: Return, lines: list[paper.Line], last: Printing | None, by: Actor, now: dt.datetime) -> None:
    """A person keeps the number on the paper as long as the sweep lasts; those who came later are numbered on."""
    printed = last.content["members"] if last else []
    known = set(printed)
    later = [line.member.public_id for line in lines if line.member.public_id not in known]
    if later or last is None:
        _create(of, PrintKind.LIST, last.number + 1 if last else 1, {"members": printed + later}, by, now)


def print_return(*, of: Return, by: Actor, now: dt.datetime | None = None) -> Printing:
    """Fix what the paper says. Printed again unchanged it is the same printing. Raises NotAllowed."""
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        found = printing.content(mine)
        last = Printing.objects.visible_to(by).of_return(mine, PrintKind.RETURN).first()
        one = last
        if one is None or (one.digest, one.version) != (printing.digest(found), mine.version):
            one = _create(mine, PrintKind.RETURN, last.number + 1 if last else 1, found, by, now)
        text = f"打印{mine.organisation.short_name}的{mine.sweep}报表（第 {one.number} 次）"
        audit.record(
            "return_printed", text, by=by, subject=mine, organisation_id=mine.organisation_id,
            data={"version": one.version, "digest": one.digest}, now=now,
        )  # fmt: skip
        return one


def _create(of: Return, kind: PrintKind, number: int, found: printing.Content, by: Actor, now: dt.datetime) -> Printing:
    return Printing.objects.create(
        of=of, path=of.path, kind=kind, number=number, version=of.version, digest=printing.digest(found), content=found,
        printed_at=now, printed_by=by.ref,
    )  # fmt: skip


def attach_scan(*, of: Return, data: bytes, name: str, by: Actor, now: dt.datetime | None = None) -> Printing:
    """The signed and sealed paper of the last printing; one that was attached before is replaced.

    Raises NotAllowed, UserError.
    """
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        one = Printing.objects.visible_to(by, Permission.EDIT).of_return(mine, PrintKind.RETURN).first()
        if one is None:
            raise UserError("还没有打印过报表。请先打印、签字盖章，再上传扫描件。", "not_printed")
        day = timezone.localdate(now)
        scan = scans.replace(
            one.scan, data, name=name, megabytes=int(rules.value(SCAN_MEGABYTES.key, mine.organisation, day)),
            keep_days=int(rules.value(SCAN_DAYS.key, mine.organisation, day)), organisation_path=mine.path, by=by, now=now,
        )  # fmt: skip
        if scan == one.scan:
            return one
        one.scan, one.scanned_at, one.scanned_by = scan, now, by.ref
        one.save(update_fields=["scan", "scanned_at", "scanned_by"])
        text = f"上传{mine.organisation.short_name}报表的盖章件（第 {one.number} 次打印）"
        audit.record("return_scanned", text, by=by, subject=mine, organisation_id=mine.organisation_id, now=now)
        return one


def read_scan(*, of: Return, number: int, by: Actor, now: dt.datetime | None = None) -> tuple[StoredFile, bytes]:
    """The scan of the ``number``-th printing, for whoever may see the return; an event says so. Raises UserError."""
    printed = Printing.objects.visible_to(by).of_return(of, PrintKind.RETURN).filter(number=number).first()
    if printed is None or not printed.scan:
        raise UserError("没有找到这份盖章件。", "file_gone")
    with transaction.atomic():
        file, content = scans.read(printed.scan, now)
        text = f"查看{of.organisation.short_name}报表的盖章件"
        audit.record("return_scan_read", text, by=by, subject=of, organisation_id=of.organisation_id, now=now)
        return file, content
