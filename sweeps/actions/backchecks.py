"""A back-check: drawn and filled in by the level above, first shown to those who were checked, then counted."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches import rules
from core import clock, transitions
from core.actors import Actor
from core.errors import Blocked, NotAllowed, UserError
from core.ids import new_id
from core.permissions import Permission
from core.transitions import Transition
from inbox.actions import close_todo, raise_todo
from sweeps import backcheck, sampling
from sweeps.actions.answering import locked_return
from sweeps.actions.telling import plain, told_by
from sweeps.blockers import may_review
from sweeps.enums import REPLY, SHARE, CheckState, Verdict
from sweeps.models import BackCheck, BackCheckPerson, Return
from sweeps.rules import BACK_CHECK_CONFIDENCE, BACK_CHECK_MARGIN


def draw(*, of: Return, by: Actor, margin: int | None = None, now: dt.datetime | None = None) -> BackCheck:
    """Draw the sample: by route and answer in proportion. Again, for the same hand-in: the sample that is there.

    ``margin``: percentage points, else the rule's. Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    if margin is not None and margin not in backcheck.MARGINS:
        raise UserError("请从列出的误差里选一项。", "invalid")
    with transaction.atomic():
        mine = locked_return(of, by)
        _require_above(mine, by)
        if (known := backcheck.latest(mine, by)) is not None:
            return known
        strata: dict[tuple[int, str], list[str]] = defaultdict(list)
        items = {item.member.public_id: item for item in backcheck.population(mine, by).select_related("member")}
        for public_id, item in items.items():
            strata[item.route, item.answer].append(public_id)
        if blockers := backcheck.blockers_to_draw(mine, len(items)):
            raise Blocked(blockers)
        on = timezone.localdate(now)
        margin = margin or int(rules.value(BACK_CHECK_MARGIN.key, mine.organisation, on))
        confidence = int(rules.value(BACK_CHECK_CONFIDENCE.key, mine.organisation, on))
        seed = new_id()
        chosen = sampling.draw(strata, sampling.sample_size(len(items), margin, confidence), seed)
        check = BackCheck.objects.create(
            of=mine, path=mine.path, of_version=mine.version, population=len(items), size=len(chosen), confidence=confidence,
            margin=margin, seed=seed, drawn_at=now, drawn_by=by.ref,
        )  # fmt: skip
        BackCheckPerson.objects.bulk_create(
            BackCheckPerson(
                check_of=check, path=items[one].path, number=number, member_id=items[one].member_id, route=items[one].route,
                answer=items[one].answer,
            )
            for number, one in enumerate(chosen, 1)
        )  # fmt: skip
        _tell(
            "backcheck_drawn",
            f"抽查{mine.organisation.short_name}：{len(items)} 人中抽 {len(chosen)} 人",
            check,
            by,
            now,
        )
        return check


def print_sheet(
    *, check: BackCheck, by: Actor, full: bool = False, now: dt.datetime | None = None
) -> list[backcheck.Called]:
    """The people to call. ``full``: with whole phone numbers. Raises NotAllowed."""
    _require_above(check.of, by)
    if full and not by.reaches(check.path, Permission.FULL_NUMBERS):
        raise NotAllowed
    with transaction.atomic():
        people = backcheck.called(check, by, full=full)
        text = f"打印{check.of.organisation.short_name}抽查电话单：{len(people)} 人，{'完整' if full else '打码'}电话"
        _tell("backcheck_printed", text, check, by, now or clock.now())
        return people


def note_results(
    *, check: BackCheck, results: Mapping[str, Mapping[str, str]], by: Actor, now: dt.datetime | None = None
) -> BackCheck:
    """What was learned: member's public id -> field of ``CheckedField`` -> ``Verdict``, and "note". Only what is given changes.

    Raises NotAllowed, Blocked.
    """
    now = now or clock.now()
    with transaction.atomic():
        mine = _locked(check, by)
        _require_above(mine.of, by)
        if mine.state != CheckState.DRAWN:
            raise Blocked([f"这次抽查{mine.get_state_display()}，结果不能再改。"])
        people = BackCheckPerson.objects.visible_to(by, Permission.EDIT).filter(check_of=mine).select_related("member")
        changed = 0
        for one in people:
            given = results.get(one.member.public_id, {})
            fields = {name for name in backcheck.fields_of(one.answer) if given.get(name) in Verdict.values}
            told = {**one.results, **{str(name): given[name] for name in fields}}
            note = plain(given.get("note", one.note))
            if (told, note) != (one.results, one.note):
                one.results, one.note, changed = told, note, changed + 1
                one.save(update_fields=["results", "note"])
        if changed:
            _tell("backcheck_noted", f"登记{mine.of.organisation.short_name}的抽查结果：{changed} 人", mine, by, now)
        return mine


def blockers_to_share(check: BackCheck, by: Actor) -> list[str]:
    people = BackCheckPerson.objects.visible_to(by).filter(check_of=check)
    missing = sum(1 for one in people if set(backcheck.fields_of(one.answer)) - set(one.results))
    return [f"还有 {missing} 人的结果没有填完"] if missing else []


def share(*, check: BackCheck, by: Actor, now: dt.datetime | None = None) -> BackCheck:
    """Show it to the organisation that was checked, before anybody else. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    with transaction.atomic():
        mine = _locked(check, by)
        _require_above(mine.of, by)
        if mine.state != CheckState.DRAWN:
            return mine
        if blockers := blockers_to_share(mine, by):
            raise Blocked(blockers)
        text = f"{mine.of.sweep}的抽查结果，请看一看，有出入的写明情况"
        link = ("return-backcheck", [mine.of.public_id])
        raise_todo(_todo(mine), mine.of.organisation, text, level="blue", link=link, by=by, now=now)
        return _move(mine, SHARE, by, now, f"把抽查结果给{mine.of.organisation.short_name}看")


def reply(
    *, check: BackCheck, comment: str, by: Actor, on_behalf: str = "", now: dt.datetime | None = None
) -> BackCheck:
    """The word of those who were checked; empty: nothing to say against it. From then on it counts in the summary above.

    ``on_behalf``: who said so, when the level above writes it down. Raises NotAllowed, UserError, WrongState.
    """
    now = now or clock.now()
    comment = plain(comment, 500)
    with transaction.atomic():
        mine = _locked(check, by)
        if mine.state == CheckState.ANSWERED and mine.comment == comment:
            return mine
        told = told_by(mine.of, on_behalf, by, "代录请写明是谁说明的情况，如“何建国（支部书记）”。")
        moved = _move(mine, REPLY, by, now, f"{mine.of.organisation.short_name}看过抽查结果")
        moved.comment, moved.on_behalf = comment, told
        moved.save(update_fields=["comment", "on_behalf"])
        close_todo(_todo(mine), now=now)
        return moved


def _locked(check: BackCheck, by: Actor) -> BackCheck:
    mine = BackCheck.objects.visible_to(by, Permission.EDIT).select_related("of__organisation__parent", "of__sweep")
    found = mine.select_for_update(of=("self",)).filter(pk=check.pk).first()
    if found is None:
        raise NotAllowed
    return found


def _require_above(of: Return, by: Actor) -> None:
    if not may_review(of, by):
        raise NotAllowed("抽查由上一级党组织进行。")


def _move(check: BackCheck, transition: Transition, by: Actor, now: dt.datetime, text: str) -> BackCheck:
    def record(_obj: Any, **_kwargs: Any) -> None:
        _tell(f"backcheck_{transition.name}", text, check, by, now)

    return transitions.apply(check, transition, by=by, now=now, record=record)


def _tell(kind: str, text: str, check: BackCheck, by: Actor, now: dt.datetime) -> None:
    of = check.of
    audit.record(kind, text, by=by, subject=of, organisation_id=of.organisation_id, now=now)


def _todo(check: BackCheck) -> str:
    return f"back-check:{check.of.public_id}:{check.of_version}"
