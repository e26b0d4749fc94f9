"""Who has not handed in is reminded, nobody else: to-dos from the opening on, a message at the rules' offsets, and the level above
when that did not help. Nothing is sent at night, at weekends or on holidays; what fell on such a day comes on the next
working day. The causes are one a return, so that a reminder never doubles, and they close with the return.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from audit import actions as audit
from branches import rules
from branches.models import Organisation
from core import bulk, clock
from core.actors import SYSTEM, Actor
from core.domain.workdays import is_working_day
from core.errors import Blocked, NotAllowed
from core.paths import ancestors, subtree
from core.permissions import Permission
from core.scoping import in_ranges
from inbox.actions import Told, Wanted, close_todo, raise_todos, settle_todos, tell_many
from inbox.models import Level, Todo
from inbox.queries import due_words
from sweeps.models import Item, Return, Sweep
from sweeps.rules import ESCALATE_AFTER, REMIND_AFTER, REMIND_BEFORE, REMIND_FROM, REMIND_UNTIL

BLUE_DAYS, YELLOW_DAYS = 7, 1  # days left from which a to-do has that colour; red is overdue


def due_cause(of: Return) -> str:
    return f"sweep-due:{of.public_id}"


def due_on(sweep: Sweep, of: Return) -> dt.date:
    if of.is_branch:
        return sweep.branch_due_on
    return sweep.county_due_on if of.path == sweep.path else sweep.town_due_on


# -- to-dos -------------------------------------------------------------------------------------


def ask_all(sweep: Sweep, now: dt.datetime) -> int:
    """At the opening: what every organisation has to do in this sweep, and until when."""
    return ask(sweep, Return.objects.visible_to(SYSTEM).filter(sweep=sweep).silent(), now)


def ask(sweep: Sweep, returns: Any, now: dt.datetime) -> int:
    """The to-do of each of ``returns``, with the number that is left to ask and the colour of the day."""
    waiting = Item.objects.visible_to(SYSTEM).unanswered().filter(sweep=sweep, restricted=False).order_by()
    numbers = dict(waiting.values_list("path").annotate(number=Count("pk")))
    return raise_todos(_wanted(sweep, returns, numbers, timezone.localdate(now)), now=now)


def _wanted(sweep: Sweep, returns: Any, numbers: dict[str, int], today: dt.date) -> Iterator[Wanted]:
    columns = ("public_id", "organisation_id", "path", "is_branch")
    for of in returns.only(*columns).iterator(chunk_size=2000):
        day = due_on(sweep, of)
        text = f"{sweep.period.label}排查：{_task(sweep, of, numbers.get(of.path, 0))}"
        yield Wanted(
            due_cause(of),
            of.organisation_id,
            of.path,
            text,
            level=_level(day, today),
            due_on=day,
            link=_link(sweep, of),
        )


def _task(sweep: Sweep, of: Return, number: int) -> str:
    if of.path == sweep.path:
        return "核对汇总，关闭排查"
    if not of.is_branch:
        return "审核下级的报表，再上报"
    return f"核实 {number} 名党员，确认摸排，再上报" if number else "确认在家党员的摸排，再上报"


def _link(sweep: Sweep, of: Return) -> tuple[str, list[str]]:
    return ("return-detail", [of.public_id]) if of.is_branch else ("sweep-detail", [sweep.public_id])


def _level(day: dt.date, today: dt.date) -> Level:
    left = (day - today).days
    if left < 0:
        return Level.RED
    return Level.YELLOW if left <= YELLOW_DAYS else Level.BLUE if left <= BLUE_DAYS else Level.INFO


# -- by the clock -------------------------------------------------------------------------------


def run_due(now: dt.datetime) -> None:
    """Each hour: who is to be reminded today, and what goes to the level above. Repeated it tells nobody twice."""
    for sweep in Sweep.objects.visible_to(SYSTEM).running().select_related("organisation"):
        if is_good_time(sweep.organisation, now):
            remind(sweep, now)
            escalate(sweep, now)


def is_good_time(organisation: Organisation, now: dt.datetime) -> bool:
    """A working day, by day."""
    local = timezone.localtime(now)
    first, last = (rules.value(rule.key, organisation, local.date()) for rule in (REMIND_FROM, REMIND_UNTIL))
    return bool(first <= local.hour < last) and is_working_day(local.date())


def last_offset(sweep: Sweep, due: dt.date, today: dt.date) -> dt.date | None:
    """The latest day up to today on which the rules want a reminder."""
    days = [-rules.value(rule.key, sweep.organisation, today) for rule in REMIND_BEFORE]
    days.append(rules.value(REMIND_AFTER.key, sweep.organisation, today))
    reached = [due + dt.timedelta(days=number) for number in days if number]
    return max((day for day in reached if day <= today), default=None)


def remind(sweep: Sweep, now: dt.datetime) -> int:
    """Those who have not been reminded since the last offset. The number reminded."""
    today, number = timezone.localdate(now), 0
    with transaction.atomic():
        bulk.lock("sweeps.remind")
        for is_branch, due in ((True, sweep.branch_due_on), (False, sweep.town_due_on)):
            since = last_offset(sweep, due, today)
            if since is not None:
                number += _tell(sweep, _silent(sweep).filter(is_branch=is_branch), since, now)
    return number


def remind_now(*, sweep: Sweep, organisation: Organisation, by: Actor, now: dt.datetime | None = None) -> int:
    """催报: the level above reminds the silent below ``organisation``, each once a day. The number reminded.

    Raises NotAllowed, Blocked (at night, on a day off).
    """
    now = now or clock.now()
    if organisation.is_branch or not by.reaches(organisation.path, Permission.EDIT):
        raise NotAllowed
    if blockers := blockers_to_remind(sweep, now):
        raise Blocked(blockers)
    with transaction.atomic():
        bulk.lock("sweeps.remind")
        below = _silent(sweep).filter(in_ranges(["path"], [subtree(organisation.path)])).exclude(path=organisation.path)
        number = _tell(sweep, below, timezone.localdate(now), now, by)
        if number:
            text = f"催报{sweep}：{organisation.short_name}下面 {number} 个党组织"
            audit.record("sweep_reminded", text, by=by, subject=sweep, organisation_id=organisation.pk, now=now)
        return number


def blockers_to_remind(sweep: Sweep, now: dt.datetime) -> list[str]:
    if not sweep.is_open:
        return [f"{sweep}{sweep.get_state_display()}。"]
    if not is_good_time(sweep.organisation, now):
        return ["现在不是上班时间，夜里和节假日不打扰支部。"]
    return []


def _silent(sweep: Sweep) -> Any:
    return Return.objects.visible_to(SYSTEM).filter(sweep=sweep).silent().exclude(path=sweep.path)


def _tell(sweep: Sweep, returns: Any, since: dt.date, now: dt.datetime, by: Actor = SYSTEM) -> int:
    today = timezone.localdate(now)
    chosen = list(returns.filter(Q(reminded_on__isnull=True) | Q(reminded_on__lt=since)).values_list("pk", flat=True))
    for start in range(0, len(chosen), 2000):
        part = Return.objects.visible_to(SYSTEM).filter(pk__in=chosen[start : start + 2000])
        ask(sweep, part, now)
        tell_many(_told(sweep, part, today), by=by, now=now)
        part.update(reminded_on=today)
    return len(chosen)


def _told(sweep: Sweep, returns: Iterable[Return], today: dt.date) -> Iterator[Told]:
    for of in returns:
        day = due_on(sweep, of)
        yield Told(
            of.path, f"{sweep}还没有上报", due_words(day, today), level=_level(day, today), link=_link(sweep, of)
        )


# -- the level above ----------------------------------------------------------------------------


def escalate(sweep: Sweep, now: dt.datetime, path: str = "") -> int:
    """A to-do for each committee with returns below that are long overdue; it closes when the last of them is in.

    ``path``: of one committee alone, after something below it was handed in. The number of committees.
    """
    today = timezone.localdate(now)
    days = rules.value(ESCALATE_AFTER.key, sweep.organisation, today)
    late = Q(is_branch=True) if today >= sweep.branch_due_on + dt.timedelta(days=days) else Q(pk__in=())
    if today >= sweep.town_due_on + dt.timedelta(days=days):
        late |= Q(is_branch=False)
    committees = Return.objects.visible_to(SYSTEM).filter(sweep=sweep, is_branch=False)
    silent = _silent(sweep).filter(late)
    if path:
        committees = committees.filter(in_ranges(["path"], [subtree(path)]))
        silent = silent.filter(in_ranges(["path"], [subtree(path)])).exclude(path=path)
    above = {of.path: of for of in committees}
    numbers = Counter(_nearest(one, above) for one in silent.values_list("path", flat=True))
    wanted = [
        Wanted(
            _late_cause(sweep, of), of.organisation_id, of.path,
            f"{sweep.period.label}排查：下级有 {numbers[at]} 份报表过了期限还没有上报，请催办或代录",
            level=Level.RED, link=("sweep-detail", [sweep.public_id]),
        )
        for at, of in above.items()
        if numbers[at] and path in ("", at)
    ]  # fmt: skip
    prefix = _late_cause(sweep, above[path]) if path in above else f"sweep-late:{sweep.public_id}:"
    settle_todos(prefix, wanted, now=now)
    return len(wanted)


def handed_in(of: Return, now: dt.datetime) -> None:
    """What waited for the return of ``of`` is done: its own to-do, and its part in the one of the level above."""
    close_todo(due_cause(of), now=now)
    waiting = Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith=f"sweep-late:{of.sweep.public_id}:")
    for at in waiting.filter(organisation_path__in=ancestors(of.path)[:-1]).values_list("organisation_path", flat=True):
        escalate(of.sweep, now, at)


def asked_again(of: Return, now: dt.datetime) -> None:
    """Taken back: it waits again."""
    ask(of.sweep, Return.objects.visible_to(SYSTEM).filter(pk=of.pk), now)


def _late_cause(sweep: Sweep, above: Return) -> str:
    return f"sweep-late:{sweep.public_id}:{above.public_id}"


def _nearest(path: str, above: dict[str, Return]) -> str:
    """Of the committees that hand in a return, the one next above ``path``."""
    return next((one for one in reversed(ancestors(path)[:-1]) if one in above), "")
