"""Somebody who came to a station and is no member of ours: a guest of the branch that the station leans on, at once. Where it leans
on none, kept until the keeper of the station has found a branch: nobody is sent away from the door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches.models import Organisation
from branches.rules import value as rule_value
from core import clock
from core.actors import Actor
from core.domain.names import clean_name
from core.errors import Blocked, NotAllowed, UserError
from core.paths import subtree
from core.permissions import Permission
from inbox.actions import close_todo, raise_todo
from members.actions import check_in as guests
from members.actions.people import blockers_to_receive
from members.checks import check
from members.enums import Wish
from members.models import Journey
from stations.actions import asking
from stations.actions.noting import Arrival, note, require_own
from stations.actions.records import text_of
from stations.enums import GuestState
from stations.models import CheckIn, Station, WaitingGuest
from stations.rules import ANSWER_DAYS

TODO = "station-guest"
STAY = ("home_text", "destination_text", "employer", "wish", "wish_text")


def receives(station: Station) -> bool:
    """Whether there is a branch of ours that receives whoever comes."""
    return station.core is not None and not blockers_to_receive(station.core)


def receive(station: Station, arrival: Arrival, by: Actor, now: dt.datetime) -> CheckIn:
    """A guest of the core branch. The clerk has no right to edit anywhere: it is the station that receives in the branch's name."""
    core = station.core
    assert core is not None
    person, stay = _person(arrival), _stay(arrival)
    journey = guests.check_in(branch=core, person=person, stay=stay, by=_in_the_name_of(core, by), now=now)
    made = note(station, journey, arrival.point, by, now)
    asking.after_unknown(made, by=by, now=now)
    return made


def _in_the_name_of(core: Organisation, by: Actor) -> Actor:
    own = (subtree(core.path),)
    held = {permission: (*by.ranges(permission), *own) for permission in (Permission.VIEW, Permission.EDIT)}
    return replace(by, grants={**by.grants, **held})


def _person(arrival: Arrival) -> Mapping[str, Any]:
    if not arrival.phone_given:
        raise UserError("请填写手机号，以后才能联系上。", "phone_missing")
    return {"name": arrival.name, "phone": arrival.phone_given, "identity": arrival.identity}


def _stay(arrival: Arrival) -> Mapping[str, Any]:
    """A branch of ours that was wished for is not asked, as it is for a member of ours: the wish is kept in words."""
    wish, wish_text = arrival.wish, arrival.wish_text
    if arrival.receiver is not None:
        wish, wish_text = Wish.MOBILE.value, arrival.receiver.short_name
    return {
        "home_text": arrival.home_text, "destination_text": arrival.address, "employer": arrival.employer,
        "wish": wish, "wish_text": wish_text,
    }  # fmt: skip


# -- kept until somebody receives ----------------------------------------------------------------


def keep(station: Station, arrival: Arrival, by: Actor, now: dt.datetime) -> WaitingGuest:
    """The keeper of the station is asked to find a branch. The same person waits once."""
    person = _person(arrival)
    stay = check(Journey, {name: value for name, value in _stay(arrival).items() if value}).require()
    require_own(arrival.point, station)
    name = clean_name(arrival.name).value or ""
    for one in WaitingGuest.objects.visible_to(by).waiting().filter(station=station, name=name):
        if one.reveal("phone") == person["phone"]:
            return one
    made = WaitingGuest(
        station=station, point=arrival.point, name=name, on=timezone.localdate(now), by=by.ref, at=now,
        **{column: stay.get(column, "") for column in STAY},
    )  # fmt: skip
    made.put_sealed("phone", person["phone"])
    made.put_sealed("identity", person["identity"])
    made.save()
    due_on = made.on + dt.timedelta(days=int(rule_value(ANSWER_DAYS.key, station.keeper, made.on)))
    raise_todo(
        f"{TODO}:{made.public_id}", station.keeper, f"外来党员{name}到{station.name}报到，请安排党支部接收",
        due_on=due_on, link=("station-guest", [made.public_id]), by=by, now=now,
    )  # fmt: skip
    return made


def may_arrange(station: Station, by: Actor) -> bool:
    return by.reaches(station.keeper.path, Permission.EDIT)


def place(guest: WaitingGuest, *, branch: Organisation, by: Actor, now: dt.datetime | None = None) -> CheckIn:
    """A branch receives: the guest, the stay and the check-in of that day are there as if it had received at the door.

    Raises NotAllowed, Blocked (settled already; no branch), UserError (somebody of that name and phone is there).
    """
    now = now or clock.now()
    with transaction.atomic():
        locked = _locked(guest, by)
        person = {"name": locked.name, "phone": locked.reveal("phone"), "identity": locked.reveal("identity")}
        stay = {column: getattr(locked, column) for column in STAY}
        journey = guests.check_in(branch=branch, person=person, stay=stay, by=by, now=now)
        made = note(locked.station, journey, locked.point, by, now, on=locked.on)
        _settle(locked, GuestState.PLACED, by, now)
        asking.after_unknown(made, by=by, now=now)
        text = f"{locked.name}由{branch.short_name}接收"
        _told("station_guest_placed", text, locked.station, by, now)
    return made


def decline(guest: WaitingGuest, *, reason: str, by: Actor, now: dt.datetime | None = None) -> WaitingGuest:
    """Nobody is to receive: not a member after all, or gone on. The numbers are wiped; the reason stays. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    why = text_of(WaitingGuest, "reason", reason, required=True)
    with transaction.atomic():
        locked = _locked(guest, by)
        locked.reason = why
        _settle(locked, GuestState.DECLINED, by, now)
        _told("station_guest_declined", f"{locked.name}不由本县接收：{why}", locked.station, by, now)
    return locked


def _locked(guest: WaitingGuest, by: Actor) -> WaitingGuest:
    rows = (
        WaitingGuest.objects.visible_to(by).select_related("station__keeper", "point").select_for_update(of=("self",))
    )
    locked: WaitingGuest = rows.get(pk=guest.pk)
    if not may_arrange(locked.station, by):
        raise NotAllowed("外来党员由管理驿站的党组织安排。")
    if locked.state != GuestState.WAITING:
        raise Blocked([f"{locked.name}已经安排过了：{locked.get_state_display()}"])
    return locked


def _settle(guest: WaitingGuest, state: GuestState, by: Actor, now: dt.datetime) -> None:
    """Whoever was received has a file of their own now; of all others no number is kept."""
    guest.state, guest.settled_at, guest.settled_by = state, now, by.ref
    guest.phone = guest.phone_tail = guest.identity = ""
    guest.save()
    close_todo(f"{TODO}:{guest.public_id}", now=now)


def _told(kind: str, text: str, station: Station, by: Actor, now: dt.datetime) -> None:
    audit.record(kind, text, by=by, subject=station, organisation_id=station.keeper_id, now=now)
