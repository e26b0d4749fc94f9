"""Opening a sweep: by the clock on the first day of a quarter, or by hand; and saying beforehand what it would ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from audit import actions as audit
from branches import rules
from branches.models import Organisation
from core import bulk, clock
from core.actors import SYSTEM, Actor
from core.domain.dates import Quarter, quarter_of
from core.errors import Blocked, NotAllowed, UserError
from core.paths import ancestors, subtree
from core.permissions import Permission
from core.scoping import in_ranges
from jobs.actions import enqueue
from members.freshness import BITS, FIELDS_IN, FIELDS_OUT
from sweeps import balance, population, reminding
from sweeps.enums import Route, SweepState
from sweeps.models import Sweep
from sweeps.models.sweep import quarter_key
from sweeps.rules import AUTO, BRANCH_DUE, COUNTY_DUE, TOWN_DUE


@dataclass(frozen=True)
class Due:
    """Until when each level is done."""

    branch: dt.date
    town: dt.date
    county: dt.date


def due_dates(organisation: Organisation, quarter: Quarter, today: dt.date) -> Due:
    """As the rules count them, from the first day of the quarter."""
    days = [rules.value(rule.key, organisation, today) for rule in (BRANCH_DUE, TOWN_DUE, COUNTY_DUE)]
    return Due(*(quarter.start + dt.timedelta(days=number) for number in days))


def blockers_to_open(organisation: Organisation, quarter: Quarter, today: dt.date) -> list[str]:
    """Why no sweep of ``quarter`` can be opened over ``organisation``."""
    sweeps = Sweep.objects.visible_to(SYSTEM).filter(quarter=quarter_key(quarter))
    same_line = sweeps.filter(path__in=ancestors(organisation.path)) | sweeps.filter(
        in_ranges(["path"], [subtree(organisation.path)])
    )
    taken = same_line.select_related("organisation").first()
    if taken is not None:
        return [f"{quarter.label}的排查已经开启，范围是{taken.organisation.short_name}。"]
    if quarter.start > today:
        return [f"{quarter.label}还没有开始，{quarter.start:%Y-%m-%d} 起可以开启。"]
    newest = Sweep.objects.visible_to(SYSTEM).filter(path=organisation.path).newest_first().first()
    if newest is not None and newest.quarter > quarter_key(quarter):
        return [f"已经开启过更晚的{newest.period.label}排查，不再补开更早的季度。"]
    if not organisation.is_open:
        return [f"{organisation.short_name}已经撤销。"]
    return []


def open_sweep(
    *, organisation: Organisation, by: Actor, quarter: Quarter | None = None, due: Due | None = None,
    now: dt.datetime | None = None,
) -> Sweep:  # fmt: skip
    """Begin a sweep and queue the job that asks everybody. The same quarter and scope again gives the one there is.

    Raises NotAllowed, Blocked, UserError (due dates in the wrong order).
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    quarter = quarter or quarter_of(today)
    if not by.everything and not by.reaches(organisation.path, Permission.SETTINGS):
        raise NotAllowed("排查由县级开启。")
    with transaction.atomic():
        bulk.lock("sweeps.open")
        known = Sweep.objects.visible_to(SYSTEM).filter(organisation=organisation, quarter=quarter_key(quarter)).first()
        if known is not None:
            return known
        if blockers := blockers_to_open(organisation, quarter, today):
            raise Blocked(blockers)
        if due is not None and not quarter.start <= due.branch <= due.town <= due.county:
            raise UserError("期限要按支部、乡镇、县的先后来，都在季度开始以后。", "due_order")
        due = due or due_dates(organisation, quarter, today)
        sweep = Sweep.objects.create(
            quarter=quarter_key(quarter), organisation=organisation, path=organisation.path, on=today,
            branch_due_on=due.branch, town_due_on=due.town, county_due_on=due.county, opened_at=now, opened_by=by.ref,
        )  # fmt: skip
        audit.record(
            "sweep_opened", f"开启{sweep}，范围{organisation.short_name}", by=by, subject=sweep,
            organisation_id=organisation.pk, now=now,
        )  # fmt: skip
        enqueue("sweeps.fill", {"sweep": sweep.public_id}, by=by, key=fill_key(sweep), title=f"开启{sweep}")
        return sweep


def fill_key(sweep: Sweep) -> str:
    """By which the job that opens ``sweep`` is found."""
    return f"fill:{sweep.public_id}"


def fill(*, sweep: Sweep) -> dict[str, int]:
    """Write the returns and the items of a sweep, ask everybody, then let it begin. Safe to repeat: what is there is passed
    over."""
    with transaction.atomic():
        locked = Sweep.objects.visible_to(SYSTEM).select_for_update(of=("self",)).get(pk=sweep.pk)
        returns = population.make_returns(locked)
        items = population.fill(locked)
        if locked.state == SweepState.OPENING:
            before = balance.previous(locked)
            if before is None or before.state != SweepState.CLOSED:
                population.write_opening_names(locked)
            locked.state = SweepState.OPEN
            locked.save(update_fields=["state"])
            reminding.ask_all(locked, locked.opened_at)
        return {"returns": returns, "items": items}


@dataclass(frozen=True)
class DryRun:
    """What a sweep would ask: people by route, cells by field; ``whole``: the cells of a form that asked for everything."""

    people: int
    branches: int
    routes: dict[int, int]
    cells: dict[str, int]
    whole: int

    @property
    def asked(self) -> int:
        return sum(self.cells.values())

    @property
    def not_asked(self) -> int:
        return self.whole - self.asked

    @property
    def share_not_asked(self) -> int:
        """In whole percent."""
        return 100 * self.not_asked // self.whole if self.whole else 0


def dry_run(*, organisation: Organisation, by: Actor, now: dt.datetime | None = None) -> DryRun:
    """Nothing is written. Raises NotAllowed."""
    now = now or clock.now()
    if not by.everything and not by.reaches(organisation.path, Permission.SETTINGS):
        raise NotAllowed("排查由县级开启。")
    draft = Sweep(organisation=organisation, path=organisation.path, on=timezone.localdate(now))
    draft.pk = 0  # of no sweep yet: nobody is passed over
    routes: dict[int, int] = {int(route): 0 for route in Route}
    cells = dict.fromkeys(BITS, 0)
    whole = 0
    for rows, fields in (
        (population.away(draft), FIELDS_OUT),
        (population.guests(draft), FIELDS_IN),
        (population.unreachable(draft), FIELDS_OUT),
    ):
        for row in rows.order_by().values("item_route", "item_ask").annotate(number=Count("pk")):
            routes[row["item_route"]] += row["number"]
            whole += row["number"] * len(fields)
            for field, bit in BITS.items():
                cells[field] += row["number"] if row["item_ask"] & bit else 0
    branches = population.reporting(organisation.path).branches().count()
    asked = {field: number for field, number in cells.items() if number}
    return DryRun(sum(routes.values()), branches, routes, asked, whole)


def open_due(now: dt.datetime) -> None:
    """By the clock: each county whose rule says so has the sweep of this quarter, however often this is asked.

    A machine that was down opens it late; a clock set back to an earlier quarter opens nothing.
    """
    today = timezone.localdate(now)
    for county in Organisation.objects.open().filter(parent__isnull=True):
        if rules.value(AUTO.key, county, today) and not blockers_to_open(county, quarter_of(today), today):
            open_sweep(organisation=county, by=SYSTEM, now=now)
