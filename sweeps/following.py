"""What the sweep does when the register changes under it: hooks, called inside the transaction that changes.

The rules, each with its test: proof that comes from elsewhere answers an item, and what it proves is asked no more; who leaves or
comes while the sweep runs is in it, answered; who returns is answered; who moves takes an open question along, and stays
counted where an answered one was already handed in; a closed quarter is never changed, what is learned later is an erratum.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Subquery

from branches.models import Organisation
from core import bulk, clock
from core.actors import SYSTEM, Actor
from core.paths import ancestors
from members.enums import Direction, JourneyState, Source
from members.freshness import mask, proved_since, without
from members.models import Journey, Member
from members.moves import carry
from sweeps import errata, population
from sweeps.enums import EDITABLE, NEWLY_OUT, Answer, ItemState, Origin, Route, Way
from sweeps.models import (
    BackCheck,
    BackCheckPerson,
    BalanceName,
    Erratum,
    Explanation,
    Finding,
    Item,
    Printing,
    Return,
    Sweep,
)  # fmt: skip
from sweeps.models.item import in_editable_return

CHUNK = 5000
ENDED_ANSWERS = (Answer.RETURNED, Answer.TRANSFERRED, Answer.OTHER)

COPIES: tuple[tuple[type[Any], str], ...] = (
    (Sweep, "path"), (Return, "path"), (Item, "path"), (Item, "care_path"), (Finding, "path"), (BalanceName, "path"),
    (Explanation, "path"), (Erratum, "path"), (Printing, "path"), (BackCheck, "path"), (BackCheckPerson, "path"),
)  # fmt: skip
WAYS = {Source.LEDGER: Way.LEDGER, Source.LINK: Way.LINK}
ENDED = {
    JourneyState.RETURNED: Answer.RETURNED, JourneyState.TRANSFERRED: Answer.TRANSFERRED, JourneyState.CLOSED: Answer.OTHER,
}  # fmt: skip


class Stay(NamedTuple):
    """What a running sweep wants to know of a stay that was written: whose, how it stands, since when it is registered."""

    member: int
    state: str
    since: dt.datetime

    @property
    def goes_on(self) -> bool:
        return self.state in population.GONE


def _running() -> list[Sweep]:
    return list(Sweep.objects.visible_to(SYSTEM).running())


def _still_asked(sweeps: Iterable[Sweep], member_ids: Collection[int]) -> Any:
    """Unanswered items of these members, in returns that are still being filled in."""
    items = Item.objects.visible_to(SYSTEM).unanswered().filter(sweep__in=list(sweeps), member__in=member_ids)
    return items.filter(in_editable_return())


def evidence_recorded(
    *,
    members: Mapping[int, frozenset[str]],
    changed: Collection[int],
    source: Source,
    by: Actor,
    now: dt.datetime,
    **_: Any,
) -> None:
    """What is proved is asked no more; who has nothing left to be asked is answered. An answer of a sweep follows by itself."""
    if source != Source.SWEEP and (sweeps := _running()):
        _proved(members, changed, sweeps, source, by, now)


def proved_in(
    sweep: Sweep, members: Mapping[int, frozenset[str]], changed: Collection[int], by: Actor, now: dt.datetime
) -> None:
    """What an answer in one sweep proves is not asked in the others that run: the quarter before may be open still."""
    _proved(members, changed, [one for one in _running() if one.pk != sweep.pk], Source.SWEEP, by, now)


def _proved(
    members: Mapping[int, frozenset[str]], changed: Collection[int], sweeps: list[Sweep], source: Source, by: Actor,
    now: dt.datetime,
) -> None:  # fmt: skip
    alike: dict[frozenset[str], list[int]] = defaultdict(list)
    for member, fields in members.items():
        alike[fields].append(member)
    for fields, ids in alike.items():
        for part in _parts(ids):
            _still_asked(sweeps, part).filter(ask__gt=0).update(
                ask=without("ask", mask(fields)), version=F("version") + 1
            )
    for part in _parts(list(members)):
        done = _still_asked(sweeps, part).filter(ask=0)
        touched = [member for member in part if member in changed]
        _answer(done.filter(member__in=touched), Answer.CHANGED, source, by, now)
        _answer(done.exclude(member__in=touched), Answer.UNCHANGED, source, by, now)


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _answer(items: Any, answer: Answer, source: Source | None, by: Actor, now: dt.datetime) -> None:
    way = WAYS.get(source, Way.RECORD) if source else Way.RECORD
    items.update(
        state=ItemState.ANSWERED, answer=answer, way=way, answered_at=now, answered_by=by.ref, next_on=None,
        not_reached="", version=F("version") + 1,
    )  # fmt: skip


def journeys_written(*, ids: Sequence[int], source: Source, by: Actor, now: dt.datetime, **_: Any) -> None:
    """Stays began or ended: running sweeps follow, closed ones get their errata."""
    sweeps = list(Sweep.objects.visible_to(SYSTEM).order_by("pk"))
    running = [sweep for sweep in sweeps if sweep.is_open]
    closed = [sweep for sweep in sweeps if sweep.closed_at]
    # An answer writes its own item: only where several sweeps ask about the person has another to follow.
    if not closed and len(running) <= (1 if source == Source.SWEEP else 0):
        return
    for part in _parts(ids):
        rows = Journey.objects.visible_to(SYSTEM).filter(pk__in=part)
        stays = [Stay(*row) for row in rows.values_list("member_id", "state", "created_at")]
        _ended(stays, running, by, now)
        for sweep in running:
            _back_again([stay.member for stay in stays if stay.goes_on and stay.since < sweep.opened_at], sweep)
            if not any(one.path == sweep.path and one.quarter > sweep.quarter for one in sweeps):
                _began(
                    [stay.member for stay in stays if stay.goes_on and stay.since >= sweep.opened_at], sweep, by, now
                )
        errata.follow([stay.member for stay in stays], closed, by=by, now=now)


def journeys_removed(*, members: Sequence[int], by: Actor, now: dt.datetime, **_: Any) -> None:
    closed = list(Sweep.objects.visible_to(SYSTEM).filter(closed_at__isnull=False))
    running = _running()
    for part in _parts(members):
        errata.follow(part, closed, by=by, now=now)
        _not_gone(part, running)


def _not_gone(members: Sequence[int], running: list[Sweep]) -> None:
    """Whose leaving or coming was a mistake is in the sweep no more, and at home again for the canvass."""
    going_on = Journey.objects.visible_to(SYSTEM).filter(member=OuterRef("member"), state__in=population.GONE)
    items = Item.objects.visible_to(SYSTEM).filter(sweep__in=running, member__in=members, answer=Answer.NEW, deed="")
    items.filter(in_editable_return()).filter(~Exists(going_on)).delete()
    findings = Finding.objects.visible_to(SYSTEM).filter(of__sweep__in=running, member__in=members, kind__in=NEWLY_OUT)
    findings.filter(of__state__in=EDITABLE).filter(~Exists(going_on)).delete()


def _back_again(members: list[int], sweep: Sweep) -> None:
    """An ending that was taken back: what it had answered is asked again."""
    if not members:
        return
    ended = Item.objects.visible_to(SYSTEM).filter(sweep=sweep, member__in=members, answer__in=ENDED_ANSWERS, deed="")
    _reopen(ended.filter(in_editable_return()))


def _reopen(items: Any) -> None:
    items.update(
        state=ItemState.OPEN, answer="", way="", answered_at=None, answered_by="", note="", version=F("version") + 1
    )


def evidence_withdrawn(*, members: Sequence[int], **_: Any) -> None:
    """What is proved no more is asked again, where it was that proof which answered."""
    for sweep in _running():
        for part in _parts(members):
            items = Item.objects.visible_to(SYSTEM).filter(sweep=sweep, member__in=part, asked__gt=0, deed="")
            items = items.filter(in_editable_return()).exclude(answer__in=[*ENDED_ANSWERS, Answer.NEW, Answer.DECEASED])
            for item in items.select_related("member__freshness"):
                left = item.asked & ~proved_since(getattr(item.member, "freshness", None), sweep.on)
                if left != item.ask:
                    mine = Item.objects.visible_to(SYSTEM).filter(pk=item.pk)
                    mine.update(ask=left)
                    if item.is_answered and left:
                        _reopen(mine)


def members_placed(*, ids: Sequence[int], **_: Any) -> None:
    """A mobile branch takes its part of the sweep with its member, and gives it back."""
    care = Member.objects.visible_to(SYSTEM).filter(pk=OuterRef("member")).values("care_path")
    for part in _parts(ids):
        items = Item.objects.visible_to(SYSTEM).filter(sweep__in=_running(), member__in=part, direction=Direction.OUT)
        items.update(care_path=Subquery(care[:1]))


def members_bound(*, ids: Sequence[int], **_: Any) -> set[int]:
    """Who was asked, or stands in books: not just named because an act that is taken back brought the person in."""
    items = Item.objects.visible_to(SYSTEM).filter(member__in=ids)
    bound = set(items.exclude(Q(answer=Answer.NEW) & in_editable_return()).values_list("member_id", flat=True))
    for model in (BalanceName, Finding, Erratum):
        bound.update(model.objects.visible_to(SYSTEM).filter(member__in=ids).values_list("member_id", flat=True))
    return bound


def members_removed(*, ids: Sequence[int], **_: Any) -> None:
    Item.objects.visible_to(SYSTEM).filter(member__in=ids, answer=Answer.NEW).delete()


def _ended(stays: Iterable[Stay], running: list[Sweep], by: Actor, now: dt.datetime) -> None:
    members: dict[str, list[int]] = defaultdict(list)
    for stay in stays if running else ():
        if stay.state in ENDED:
            members[stay.state].append(stay.member)
    for state, ids in members.items():
        _answer(_still_asked(running, ids), ENDED[JourneyState(state)], None, by, now)


def _began(found: Collection[int], sweep: Sweep, by: Actor, now: dt.datetime) -> None:
    """Registered while the sweep runs: part of it, and just verified."""
    items = Item.objects.visible_to(SYSTEM).filter(sweep=sweep, member__in=found)
    known = set(items.values_list("member_id", flat=True) if found else ())
    members = [member for member in found if member not in known]
    if not members:
        return
    for rows in (population.away(sweep), population.guests(sweep)):
        bulk.insert_select(Item, population.COLUMNS, rows.filter(member_id__in=members))
    _see_returns(sweep, members)
    Item.objects.visible_to(SYSTEM).filter(sweep=sweep, member_id__in=members).update(
        origin=Origin.JOINED, route=Route.FRESH, asked=0, ask=0, state=ItemState.ANSWERED, answer=Answer.NEW,
        way=Way.RECORD, answered_at=now, answered_by=by.ref,
    )  # fmt: skip


def _see_returns(sweep: Sweep, members: Collection[int]) -> None:
    """Wherever these people count there is a return: a branch that was founded while the sweep runs gets its own."""
    mine = Return.objects.visible_to(SYSTEM).filter(sweep=sweep, path=OuterRef("path"))
    items = Item.objects.visible_to(SYSTEM).filter(sweep=sweep, member_id__in=members)
    if items.filter(~Exists(mine)).exists():
        population.make_returns(sweep)


def subtree_moved(*, old_path: str, new_path: str, **_: Any) -> None:
    carry(COPIES, old_path, new_path)


def member_moved(*, member: Member, by: Actor, **_: Any) -> None:
    """An open question goes where the person goes; an answer that was handed in stays counted where it was."""
    items = Item.objects.visible_to(SYSTEM).filter(member=member, sweep__in=_running())
    moving = items.filter(~Q(state=ItemState.ANSWERED) | in_editable_return())
    for item in moving.select_related("sweep"):
        if item.sweep.path in ancestors(member.path):
            item.path, item.version = member.path, item.version + 1
            item.save(update_fields=["path", "version"])
            _see_returns(item.sweep, [member.pk])
        elif not item.is_answered:  # out of the scope of this sweep: for those who asked, gone
            _answer(items.filter(pk=item.pk), Answer.TRANSFERRED, None, by, clock.now())


def member_restricted(*, member: Member, **_: Any) -> None:
    Item.objects.visible_to(SYSTEM).filter(member=member).update(restricted=member.restricted)


def member_merged(*, kept: Member, gone: Member, by: Actor, **_: Any) -> None:
    """One person, one question: the item of the record that goes is the kept one's, unless that has its own."""
    items = Item.objects.visible_to(SYSTEM).filter(sweep__in=_running())
    taken = list(items.filter(member=kept).values_list("sweep_id", flat=True))
    items.filter(member=gone, sweep__in=taken).delete()
    items.filter(member=gone).update(member=kept)
    member_moved(member=kept, by=by)
    findings = Finding.objects.visible_to(SYSTEM).filter(of__sweep__in=_running())
    taken = list(findings.filter(member=kept).values_list("of_id", flat=True))
    findings.filter(member=gone, of__in=taken).delete()
    findings.filter(member=gone).update(member=kept)
    sampled = BackCheckPerson.objects.visible_to(SYSTEM).filter(check_of__of__sweep__in=_running())
    taken = list(sampled.filter(member=kept).values_list("check_of_id", flat=True))
    sampled.filter(member=gone, check_of__in=taken).delete()
    sampled.filter(member=gone).update(member=kept)


def closing_blockers(*, organisation: Organisation, **_: Any) -> list[str]:
    """An organisation whose return is still being filled in is not closed in the middle of it."""
    waiting = Return.objects.visible_to(SYSTEM).filter(organisation=organisation, sweep__in=_running())
    if waiting.exclude(state="accepted").filter(Exists(_items_at())).exists():
        return ["本季排查的报表还没有上报接收，请先办完。"]
    return []


def _items_at() -> Any:
    return Item.objects.visible_to(SYSTEM).filter(sweep=OuterRef("sweep"), path=OuterRef("path"))
