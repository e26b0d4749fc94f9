"""What a closed quarter learns later: what the register says now of its names, person by person.

A closed quarter is never changed. Its errata say how its closing names would stand today: who had left before the closing and was
registered after it, who had come back before it. What is taken back in the register is withdrawn here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from core.actors import SYSTEM, Actor
from core.paths import ancestors
from members.enums import Direction, JourneyState
from members.models import Journey
from sweeps.balance import ENDINGS
from sweeps.enums import Term
from sweeps.models import BalanceName, Erratum, Sweep
from sweeps.population import GONE

Whose = tuple[int, str]  # member, direction


def follow(members: Collection[int], sweeps: Iterable[Sweep], *, by: Actor, now: dt.datetime) -> None:
    """Bring the errata of these people to what the register says now. A few queries, however many they are.

    An erratum is of the last closed sweep of its scope; those of older ones stand as they are.
    """
    last = {one.path: one for one in sorted(sweeps, key=lambda one: one.quarter) if one.closed_at}
    if not last or not members:
        return
    named = _named(members, last.values())
    stays: dict[tuple[Sweep, Whose], list[Journey]] = defaultdict(list)
    for stay in Journey.objects.visible_to(SYSTEM).filter(member__in=members).order_by("pk"):
        if sweep := next((last[above] for above in ancestors(_path(stay)) if above in last), None):
            stays[(sweep, (stay.member_id, stay.direction))].append(stay)
    said = [
        erratum
        for (sweep, whose), found in stays.items()
        if (erratum := _erratum(sweep, found, named.get((sweep.pk, whose))))
    ]
    wanted = {(one.sweep_id, one.member_id, one.direction, one.term) for one in said}
    standing = Erratum.objects.visible_to(SYSTEM).standing().filter(sweep__in=last.values(), member__in=members)
    there = {
        (sweep, member, direction, term): pk
        for pk, sweep, member, direction, term in standing.values_list("pk", "sweep", "member", "direction", "term")
    }
    if gone := [pk for key, pk in there.items() if key not in wanted]:
        standing.filter(pk__in=gone).update(withdrawn_at=now, withdrawn_by=by.ref)
    fresh = [one for one in said if (one.sweep_id, one.member_id, one.direction, one.term) not in there]
    for one in fresh:
        one.known_at, one.known_by = now, by.ref
    Erratum.objects.visible_to(SYSTEM).bulk_create(fresh, ignore_conflicts=True, batch_size=500)


def _named(members: Collection[int], sweeps: Collection[Sweep]) -> dict[tuple[int, Whose], str]:
    """Where each of them stands among the closing names."""
    names = BalanceName.objects.visible_to(SYSTEM).filter(sweep__in=sweeps, term=Term.CLOSING, member__in=members)
    rows = names.values_list("sweep", "member", "direction", "path")
    return {(sweep, (member, direction)): path for sweep, member, direction, path in rows}


def _path(stay: Journey) -> str:
    return stay.home_path if stay.direction == Direction.OUT else stay.host_path


def _erratum(sweep: Sweep, stays: Sequence[Journey], path: str | None) -> Erratum | None:
    """What somebody's stays say of the books: ``path`` is where the person stands in them, None: nowhere."""
    assert sweep.closed_on is not None
    assert sweep.closed_at is not None
    there = [stay for stay in stays if _was_there(stay, sweep.closed_on)]
    if path is None:
        late = next((stay for stay in there if stay.left_on and stay.created_at > sweep.closed_at), None)
        if late is None or late.left_on is None:
            return None
        term = Term.OUT if late.direction == Direction.OUT else Term.IN
        path, closing, stay, day = _path(late), 1, late, late.left_on
    else:
        ended = [one for one in stays if one.ended_on and one.ended_on.day <= sweep.closed_on and one.state in ENDINGS]
        if there or not ended:
            return None
        stay = ended[-1]
        assert stay.ended_on is not None
        term, closing, day = ENDINGS[JourneyState(stay.state)], -1, stay.ended_on
    return Erratum(
        sweep=sweep, path=path, member_id=stay.member_id, direction=stay.direction, term=term, closing=closing,
        text=f"{day.chinese()}{term.label}，关闭以后才登记",
    )  # fmt: skip


def _was_there(stay: Journey, day: dt.date) -> bool:
    """Whether the stay lasted on a day. A beginning that nobody knows was before it."""
    if stay.left_on is not None and stay.left_on.day > day:
        return False
    return stay.state in GONE or (stay.ended_on is not None and stay.ended_on.day > day)
