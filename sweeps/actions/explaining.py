"""Why books differ, by name: what was reported last, stays that are gone without an ending, and what a closed quarter learns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from audit import actions as audit
from core import clock
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from members.models import Member
from sweeps import balance
from sweeps.actions.answering import locked_return
from sweeps.actions.telling import words
from sweeps.enums import CAME, WENT, Term
from sweeps.models import Erratum, Explanation, Return

MOST = 1_000_000
EFFECTS = {**dict.fromkeys(CAME, 1), **dict.fromkeys(WENT, -1)}
NOTHING_FROM_HERE = Term.CLOSING  # an erratum that changes no figure


def blockers_to_explain(of: Return) -> list[str]:
    """Notes belong to the figures that go up: they are made before."""
    if not of.sweep.is_open:
        return [f"{of.sweep}{of.sweep.get_state_display()}。以后知道的变化请记作勘误。"]
    if not of.is_editable:
        return [f"{of.organisation.short_name}的报表{of.get_state_display()}，要改请先撤回或请上级退回。"]
    return []


def blockers_to_opening(of: Return) -> list[str]:
    """The figure reported last is asked for once, before names were kept here."""
    last = balance.previous(of.sweep)
    if last is not None:
        return [f"{last}的名单就是上期末的名单，不用再填上期上报数。"]
    return blockers_to_explain(of)


def set_opening_reported(
    *, of: Return, figure: int, source: str, by: Actor, now: dt.datetime | None = None
) -> Return:  # fmt: skip
    """The figure that was reported last, and in which paper it stands. The same again: nothing.

    Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    source = words(source, "请写明这个数是从哪里来的，如“2026年三季度汇总表”。", 120)
    if not 0 <= figure <= MOST:
        raise UserError("上期上报数要填一个不小于 0 的整数。", "invalid")
    with transaction.atomic():
        mine = locked_return(of, by)
        if (mine.opening_reported, mine.opening_source) == (figure, source):
            return mine
        if blockers := blockers_to_opening(mine):
            raise Blocked(blockers)
        mine.opening_reported, mine.opening_source, mine.version = figure, source, mine.version + 1
        mine.save(update_fields=["opening_reported", "opening_source", "version"])
        text = f"{mine.organisation.short_name}的上期上报数填为 {figure} 人（{source}）"
        audit.record("sweep_opening_set", text, by=by, subject=mine, organisation_id=mine.organisation_id, now=now)
        return mine


def set_openings(
    *, figures: Mapping[int, int], source: str, by: Actor, now: dt.datetime | None = None
) -> int:  # fmt: skip
    """Many at once, all or none: primary key of the return -> figure. The number that changed. Raises as one does."""
    now = now or clock.now()
    with transaction.atomic():
        rows = Return.objects.visible_to(by, Permission.EDIT).select_related("sweep", "organisation")
        found = rows.in_bulk(list(figures))
        if set(figures) - set(found):
            raise NotAllowed
        before = {pk: of.version for pk, of in found.items()}
        after = [
            set_opening_reported(of=found[pk], figure=figure, source=source, by=by, now=now)
            for pk, figure in sorted(figures.items())
        ]
        return sum(of.version != before[of.pk] for of in after)


def explain(
    *, of: Return, term: Term, note: str, by: Actor, member: Member | None = None, name: str = "", sign: int = 1,
    now: dt.datetime | None = None,
) -> Explanation:  # fmt: skip
    """Say why the books differ by one person. Again with the same words: nothing; with others: the note is mended.

    ``term`` UNEXPLAINED: ``member`` is gone without an ending. OPENING (历史差异): +1 the register begins with ``member``, whom
    the last report did not count; -1 the report counted somebody, ``name``, with whom the register does not begin.
    Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    note = words(note, "请写明原因。")
    with transaction.atomic():
        mine = locked_return(of, by)
        if blockers := blockers_to_explain(mine):
            raise Blocked(blockers)
        if term == Term.UNEXPLAINED:
            mine, sign = _branch_of_the_gone(mine, member, by), -1
        else:
            _require_difference(mine, member, name, sign)
        label = member.name if member is not None else words(name, "请填写姓名。", 60)
        known = Explanation.objects.visible_to(by).filter(of=mine, term=term, member=member, name=label).first()
        if known is not None and (known.note, known.sign) == (note, sign):
            return known
        found = known or Explanation(of=mine, path=mine.path, member=member, name=label, term=term)
        found.note, found.sign, found.explained_at, found.explained_by = note, sign, now, by.ref
        found.save()
        text = f"说明{mine.organisation.short_name}平衡表的{'历史差异' if term == Term.OPENING else '去向'}：{label}"
        _tell("sweep_explained", text, mine, found.member, by, now)
        return found


def withdraw_explanation(*, explanation: Explanation, by: Actor, now: dt.datetime | None = None) -> None:
    """Taken back; again: nothing. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(explanation.of, by)
        if blockers := blockers_to_explain(mine):
            raise Blocked(blockers)
        gone, _ = Explanation.objects.visible_to(by, Permission.EDIT).filter(pk=explanation.pk).delete()
        if gone:
            text = f"撤回{mine.organisation.short_name}平衡表的说明：{explanation.name}"
            _tell("sweep_explained", text, mine, explanation.member, by, now)


def note_erratum(
    *, of: Return, term: Term, direction: str, text: str, by: Actor, now: dt.datetime | None = None
) -> Erratum:  # fmt: skip
    """What became known of a closed quarter, by hand. ``term`` CLOSING: no figure changes. The same words again: nothing.

    Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    text = words(text, "请写明是谁、什么情况。")
    if term not in (*CAME, *WENT, NOTHING_FROM_HERE):
        raise UserError("请选择记在哪一项。", "invalid")
    with transaction.atomic():
        mine = locked_return(of, by)
        if mine.sweep.closed_at is None:
            raise Blocked([f"{mine.sweep}还没有关闭，直接改就可以，不用记勘误。"])
        same = Erratum.objects.visible_to(by).standing().filter(sweep=mine.sweep, path=mine.path, term=term, text=text)
        if (known := same.first()) is not None:
            return known
        made: Erratum = Erratum.objects.create(
            sweep=mine.sweep, path=mine.path, direction=direction, term=term, closing=EFFECTS.get(term, 0), text=text,
            known_at=now, known_by=by.ref,
        )  # fmt: skip
        _tell("sweep_erratum", f"{mine.organisation.short_name}{mine.sweep}勘误：{term.label}", mine, None, by, now)
        return made


def _branch_of_the_gone(of: Return, member: Member | None, by: Actor) -> Return:
    """The return of the branch where ``member`` is missing: there the note counts for everybody above as well."""
    names = balance.names(of.sweep, of.path)
    gone = [one for one in names if member and one.member_id == member.pk and one.term == Term.UNEXPLAINED]
    if not gone:
        raise Blocked(["平衡表上没有这个人要说明，请刷新页面看看。"])
    if gone[0].path == of.path:
        return of
    below = Return.objects.visible_to(SYSTEM).filter(sweep=of.sweep, path=gone[0].path).get()
    mine = locked_return(below, by)
    if blockers := blockers_to_explain(mine):
        raise Blocked(blockers)
    return mine


def _require_difference(of: Return, member: Member | None, name: str, sign: int) -> None:
    if of.opening_reported is None:
        raise Blocked(["请先填上期上报数。"])
    if sign == 1 and member is not None:
        opening = balance.opening_names(of.sweep).filter(in_ranges(["path"], [subtree(of.path)]), member=member)
        if not opening.exists():
            raise Blocked([f"{member.name}不在上期末的名单里。"])
    elif sign != -1 or member is not None or not name.strip():
        raise UserError("多出来的请从名单里选人，少了的请填姓名。", "invalid")


def _tell(kind: str, text: str, of: Return, member: Member | None, by: Actor, now: dt.datetime) -> None:
    """In the log; of a person whom only the county may know of without the place."""
    where = None if member is not None and member.restricted else of.organisation_id
    audit.record(kind, text, by=by, subject=of, organisation_id=where, now=now)
