"""One pass over each table: how many at which organisation, by cause and level; then to-dos, set-based."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Left, Length
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from accounts.models import Grant
from accounts.roles import role
from audit import actions as audit
from branches.models import Organisation
from branches.terms import term
from core import bulk, clock
from core.actors import SYSTEM, Actor
from core.errors import NotAllowed
from core.fields import PathField
from core.paths import WIDTH
from core.permissions import Permission
from inbox.actions import Told, Wanted, close_todos, raise_todos, settle_todos, tell_many
from inbox.models import Level, Todo
from jobs.actions import enqueue
from members.models.member import NEED_TO_KNOW_DEPTH
from sweeps.models import MonitorRun
from sweeps.monitor.causes import BASES, Base
from sweeps.monitor.differing import PATH, PREFIX, column, comparing
from sweeps.reminding import is_good_time

TERM_LEVELS = {"warn": Level.BLUE, "bad": Level.YELLOW}
ONE = Value(1)  # counts rows; a column would have to be read
RED_AFTER = dt.timedelta(days=14)
AT_ONCE = 10_000  # to-dos: what is in memory grows neither with the members nor with the organisations


def run(*, now: dt.datetime | None = None, by: Actor = SYSTEM) -> MonitorRun:
    """Look once and bring every to-do of the monitor up to date. Run again it changes nothing that has not changed.

    In one transaction: wherever the worker is killed, the to-dos are those of the last whole run.
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    began = clock.now()
    found: dict[str, int] = {}
    with transaction.atomic():
        bulk.lock("sweeps.monitor")
        with comparing() as todos:
            for base in BASES:
                found.update(todos.count(base, _counts(base, today)))
            for different in todos.different(AT_ONCE):
                raise_todos(different, now=now)
            close_todos(todos.gone(), now=now)
        found["term"] = _terms(today, now)
        _raise_levels(today)
        done: MonitorRun = MonitorRun.objects.create(
            on=today, started_at=began, ended_at=clock.now(), run_by=by.ref, found=found
        )
        text = f"一周一监测：{sum(found.values())} 项"
        audit.record("monitor_run", text, by=by, data=found, now=now)
        return done


def run_now(*, by: Actor, now: dt.datetime | None = None) -> Any:
    """Queue a run by hand; the job. Raises NotAllowed."""
    if not by.can(Permission.SETTINGS):
        raise NotAllowed("监测由县级运行。")
    now = now or clock.now()
    return enqueue("sweeps.monitor", {}, by=by, key=f"monitor:{now:%Y%m%d%H%M}", title="一周一监测")


def run_due(now: dt.datetime) -> None:
    """By the clock, once a week: Monday's, caught up when the machine was down. What waits is told by day, when it was looked."""
    today = timezone.localdate(now)
    monday = today - dt.timedelta(days=today.weekday())
    if not MonitorRun.objects.filter(on__gte=monday).exists():
        enqueue("sweeps.monitor", {}, by=SYSTEM, key=f"monitor:{monday:%Y%m%d}", title="一周一监测")
    else:
        tell_week(monday, now)


def tell_week(monday: dt.date, now: dt.datetime) -> int:
    """The digests of the week that begins on ``monday``: once, however often the monitor ran, and never at night or on a day off;
    a week of holidays has none. The number told."""
    county = Organisation.objects.open().filter(parent__isnull=True).order_by("path").first()
    if county is None or not is_good_time(county, now):
        return 0
    with transaction.atomic():
        bulk.lock("sweeps.monitor")
        runs = MonitorRun.objects.filter(on__gte=monday)
        last = runs.order_by("-pk").first()
        if last is None or runs.filter(told_on__isnull=False).exists():
            return 0
        last.told_on = timezone.localdate(now)
        last.save(update_fields=["told_on"])
        return tell_many(_digests(last.told_on), now=now)


# -- counting -----------------------------------------------------------------------------------


def _counts(base: Base, today: dt.date) -> Any:
    """By path, how many there are of each cause at each level or worse."""
    columns = {
        column(cause, level): Count(ONE, filter=condition(today))
        for cause in base.causes
        for level, condition in cause.levels.items()
    }
    restricted = f"{base.member}__restricted" if base.member else "restricted"
    # Who is known to the county alone waits for the county, and is in no number below it.
    place = Case(
        When(**{restricted: True}, then=Left(base.path, NEED_TO_KNOW_DEPTH * WIDTH)),
        *([When(~Q(**{base.path: ""}), then=_above(base.path))] if base.above else []),
        default=F(base.path),
        output_field=PathField(),
    )
    return base.rows(SYSTEM).order_by().values(**{PATH: place}).annotate(**columns)


def _above(path: str) -> Any:
    """The organisation above; the root has none above it."""
    return Case(
        When(GreaterThan(Length(path), Value(WIDTH)), then=Left(path, Length(path) - WIDTH)), default=F(path),
        output_field=PathField(),
    )  # fmt: skip


def _terms(today: dt.date, now: dt.datetime) -> int:
    """Committees whose term ends: their own to-do, and the organisation's own page says more."""
    wanted = []
    for one in Organisation.objects.open().filter(elected_on__isnull=False).order_by("pk").iterator(chunk_size=2000):
        ending = term(one, today)
        if ending is not None and ending.tone in TERM_LEVELS:
            link = ("organisation-detail", [one.public_id])
            wanted.append(
                Wanted(
                    f"{PREFIX}term:{one.public_id}", one.pk, one.path, ending.text, TERM_LEVELS[ending.tone], None, link
                )
            )
    settle_todos(f"{PREFIX}term:", wanted, now=now)
    return len(wanted)


def _raise_levels(today: dt.date) -> None:
    """Whatever waits past its day grows more urgent: yellow, after two weeks red."""
    waiting = Todo.objects.visible_to(SYSTEM).open()
    waiting.filter(due_on__lt=today, level__in=(Level.INFO, Level.BLUE)).update(level=Level.YELLOW)
    waiting.filter(due_on__lt=today - RED_AFTER, level=Level.YELLOW).update(level=Level.RED)


def _digests(today: dt.date) -> Iterator[Told]:
    """One message a person: what waits at the organisations where he may act."""
    grants = Grant.objects.in_force(today).filter(user__is_active=True)
    waiting: dict[int, dict[str, int]] = {}
    # Where nobody has an account, nobody is told: there may be many such organisations.
    todos = Todo.objects.visible_to(SYSTEM).open().filter(organisation__in=grants.values("organisation")).order_by()
    for organisation, level, number in todos.values_list("organisation_id", "level").annotate(number=Count("pk")):
        waiting.setdefault(organisation, {})[level] = number
    held = grants.order_by("user_id", "pk").values_list("user__public_id", "role", "organisation_id")
    for person, mine in groupby(held.iterator(chunk_size=AT_ONCE), key=itemgetter(0)):
        places = {organisation for _, name, organisation in mine if Permission.EDIT in role(name).permissions}
        levels: Counter[str] = Counter()
        for organisation in places:
            levels.update(waiting.get(organisation, {}))
        if levels:
            parts = [f"{Level(level).label} {levels[level]}" for level in reversed(Level.values) if levels[level]]
            yield Told("", f"本周有 {levels.total()} 项待办", "，".join(parts), link=("inbox", []), to=person)
