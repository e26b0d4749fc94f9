"""Check-in of an arrival (到站报到), in one act: of a member of ours, whose stay goes on or begins with it, and of somebody
else (:mod:`stations.actions.outsiders`). A check-in is evidence."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import tries
from audit import actions as audit
from branches.rules import value as rule_value
from core import clock
from core.actors import Actor
from core.crypto import blind
from core.domain.names import clean_name
from core.domain.phones import parse_phones
from core.errors import Blocked, NotAllowed, UserError
from core.idempotency import once
from core.permissions import Permission
from members.actions import rows, steps
from members.actions.belonging import is_mobile
from members.actions.journeys import create_journey, take_phone
from members.checks import check
from members.enums import Direction, JourneyState, Source, StepKind, Wish
from members.ledgers.records import Places
from members.models import Journey, Member
from members.writing import Writer
from stations import presence
from stations.actions import asking, outsiders
from stations.actions.noting import Arrival, note
from stations.models import CheckIn, Station, WaitingGuest
from stations.rules import TRIES

DOOR = "station"
NOT_FOUND = "没有对上。请核对姓名和号码；确实不是本县的党员，请填上组织关系在哪里，再登记一次。"
PAUSED = "号码和姓名请照身份证填；急着登记的，请联系管理本站的党组织。"


def may_check_in(station: Station, by: Actor) -> bool:
    return station.reached_by(by, Permission.CHECK_IN)


def blockers_to_check_in(station: Station) -> list[str]:
    return [] if station.is_open else ["这个驿站已经停用"]


def check_in(
    *, station: Station, arrival: Arrival, by: Actor, key: str = "", now: dt.datetime | None = None
) -> CheckIn | WaitingGuest:
    """Register who has come; somebody else, where no branch receives, for the keeper of the station to arrange. The same ``key``
    sent twice makes one, and so does the same person on one day.

    Raises NotAllowed, Blocked, UserError ("not_found": nobody of ours by that name and number, and ``home_text`` is empty;
    "locked": too many that did not fit).
    """
    now = now or clock.now()
    if not may_check_in(station, by):
        raise NotAllowed
    if blockers := blockers_to_check_in(station):
        raise Blocked(blockers)
    _require_readable(arrival)
    member = identify(arrival, station=station, by=by, now=now)
    if member is None and not arrival.home_text.strip():
        raise UserError(NOT_FOUND, "not_found")

    def create() -> str:
        made: CheckIn | WaitingGuest
        if member is not None:
            made = _known(station, member.pk, arrival, by, now)
        elif outsiders.receives(station):
            made = outsiders.receive(station, arrival, by, now)
        else:
            made = outsiders.keep(station, arrival, by, now)
        text = f"{arrival.name}到{station.name}报到"
        audit.record("station_arrival", text, by=by, subject=station, organisation_id=station.keeper_id, now=now)
        return made.public_id

    with transaction.atomic():
        public_id, _made = once(key, by=by, now=now, create=create)
    rows = CheckIn.objects.unscoped().select_related("member", "journey")
    waiting = WaitingGuest.objects.visible_to(by).filter(public_id=public_id)
    if (found := rows.filter(public_id=public_id).first() or waiting.first()) is None:
        raise UserError("这次报到登记以后又撤销了，请重新打开页面登记。", "undone")
    return found


def _require_readable(arrival: Arrival) -> None:
    if clean_name(arrival.name).value is None:
        raise UserError("请填写姓名，照身份证上的写。", "name_invalid")
    if not arrival.identity and (problem := parse_phones(arrival.number).problem or not arrival.phone_given):
        text = getattr(problem, "text", "")
        raise UserError(
            text if len(arrival.number) < 15 and text else "身份证号或手机号看不懂，请核对。", "number_invalid"
        )
    if arrival.phone and (parsed := parse_phones(arrival.phone)).problem:
        raise UserError(parsed.problem.text if parsed.problem else "", "phone_invalid")


def identify(arrival: Arrival, *, station: Station, by: Actor, now: dt.datetime) -> Member | None:
    """The member of ours whose name and whole number these are; one of them alone tells nothing. Each time that nobody fits
    counts, and after too many there is a pause. Who is 限制知悉 is not found here. Raises tries.Locked."""
    most = int(rule_value(TRIES.key, station.keeper, timezone.localdate(now)))
    tries.take_try(DOOR, by.id, "", now, most=most, advice=PAUSED)
    name = clean_name(arrival.name).value
    persons = Member.objects.unscoped().current().filter(name=name, restricted=False, party_status__in=Member.COUNTED)
    if arrival.identity:
        persons = persons.filter(identity_index=blind(arrival.identity, "identity"))
    else:
        persons = persons.filter(phone_index=blind(arrival.phone_given, "phone"))
    found = [one for one in persons[:2] if one.home_id is not None or _is_guest_here(one, station)]
    if len(found) == 1:
        tries.give_back(DOOR, by.id)
        return found[0]
    if not arrival.home_text.strip():
        with transaction.atomic():
            text = f"{station.name}：报到的姓名和号码没有对上"
            audit.record("station_missed", text, by=by, subject=station, organisation_id=station.keeper_id, now=now)
    return None


def _is_guest_here(member: Member, station: Station) -> bool:
    """A guest of the branch that the station leans on is no stranger, nor is whoever was registered here before."""
    if station.core_id is not None and member.care_id == station.core_id:
        return True
    return CheckIn.objects.unscoped().filter(station=station, member=member).exists()


# -- a member of ours ----------------------------------------------------------------------------


def _known(station: Station, member_id: int, arrival: Arrival, by: Actor, now: dt.datetime) -> CheckIn:
    member = Member.objects.unscoped().select_for_update(of=("self",)).get(pk=member_id)
    today = timezone.localdate(now)
    earlier = CheckIn.objects.unscoped().filter(station=station, member=member, on=today)
    if again := earlier.select_related("member", "journey").order_by("-pk").first():
        return again
    writer = steps.begin(by, now, evidence=Source.CHECK_IN)
    stays = Journey.objects.unscoped().filter(member=member).open().select_for_update(of=("self",))
    stay = stays.filter(direction=Direction.IN if member.is_guest else Direction.OUT).first()
    is_new = stay is None
    stay = _begin(member, station, arrival, writer) if stay is None else _go_on(stay, station, arrival, writer)
    writer.verified(member.pk, {"place", *take_phone(member, arrival.phone_given, writer)})
    if arrival.employer:
        writer.verified(member.pk, {"employer"})
    event = "journey_opened" if is_new else "journey_step"
    steps.leave(stay, StepKind.ARRIVED, writer, on=today.isoformat(), text=f"到{station.name}报到", event=event)
    noted = Journey.objects.unscoped().select_related("member", "home").get(pk=stay.pk)
    made = note(station, noted, arrival.point, by, now)
    asking.after_known(made, is_new=is_new, by=by, now=now)
    return made


def _begin(member: Member, station: Station, arrival: Arrival, writer: Writer) -> Journey:
    """Nobody had registered that the member is away: the journey begins with the check-in."""
    values = {**_stated(arrival), "region_code": station.region_code, **_asked(arrival, member, None)}
    direction = Direction.IN if member.is_guest else Direction.OUT
    record = create_journey(member, direction, values, writer)
    rows.flush(writer)
    return Journey.objects.unscoped().select_related("member", "home").get(pk=record["id"])


def _go_on(stay: Journey, station: Station, arrival: Arrival, writer: Writer) -> Journey:
    """The stay that is known; where it went to another city it leads here now."""
    values: dict[str, Any] = _stated(arrival)
    if stay.direction == Direction.OUT:
        values.update(_asked(arrival, stay.member, stay))
        if station.region_code and not presence.same_city(stay.region_code, station.region_code):
            values.update(region_code=station.region_code, placed_on=writer.on.isoformat())
            values.setdefault("destination_text", "")
            values["mobility"] = Places().mobility(stay.home_path, station.region_code)
        if stay.state == JourneyState.REPORTED and stay.left_on is None:
            values["left_on"] = writer.on.isoformat()
    writer.change(Journey, rows.row_of(stay), rows.differing(stay, values))
    return stay


def _stated(arrival: Arrival) -> dict[str, Any]:
    """Columns of the journey that the clerk filled in, as they are kept. Raises UserError."""
    wish = Wish.MOBILE.value if arrival.receiver is not None else arrival.wish
    typed = {
        "destination_text": arrival.address, "employer": arrival.employer, "wish": wish, "wish_text": arrival.wish_text,
    }  # fmt: skip
    return check(Journey, {name: value for name, value in typed.items() if value}).require()


def _asked(arrival: Arrival, member: Member, stay: Journey | None) -> dict[str, Any]:
    """The state, and the organisation of ours that is asked to take the member in: it confirms by itself, as every host does."""
    host = arrival.receiver
    if host is not None and host.pk not in (member.home_id, member.care_id):
        if not host.is_open or not is_mobile(host):
            raise UserError("请从列出的流动党组织里选一个。", "receiver_unknown")
        if stay is None or stay.host_id != host.pk:
            return {"state": JourneyState.AWAY.value, "host_id": host.pk, "host_path": host.path, "refusal": ""}
    asked_elsewhere = stay is not None and stay.host_id is not None and stay.state != JourneyState.ARRIVED
    return {"state": JourneyState.AWAY.value if asked_elsewhere else JourneyState.ARRIVED.value}
