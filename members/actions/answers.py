"""What somebody learned about a person in one go: facts confirmed, facts changed, a stay that is over. One act, one writer.

The sweep writes through here, and can take back what it wrote by the name of the act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone

from core.actors import Actor
from core.domain.codes import PARTY_STATUS
from core.errors import Blocked, UserError
from members.actions import rows, waiting
from members.actions.journeys import blockers_to_end, finish
from members.actions.people import known_fields
from members.checks import check
from members.enums import OPEN_LOST_STATES, Direction, JourneyState, LostState, Source
from members.ledgers.records import Places
from members.ledgers.restoring import restore
from members.models import Journey, LostContact, Member
from members.writing import Writer

OF_MEMBER = ("phone", "home_address", "dues_paid_to")
OF_JOURNEY = ("region_code", "destination_text", "employer", "industry", "reason", "reason_text", "expected_return_on")


def learn(
    *, member: Member, stay: Journey | None, values: Mapping[str, Any], confirmed: Collection[str], by: Actor, source: Source,
    deed: str, now: dt.datetime, places: Places, ended: JourneyState | None = None, on: str = "", unreachable_since: str | None = None, note: str = "",
) -> frozenset[str]:  # fmt: skip
    """Inside the caller's transaction, which holds the member and has read the open ``stay``. ``values``: columns of :data:`OF_MEMBER`
    and :data:`OF_JOURNEY` as typed; ``confirmed``: fields of evidence that are as they were; ``ended``: how the open stay ended, on the date ``on``;
    ``unreachable_since``: opens a spell of lost contact. ``deed`` names the act for :func:`unlearn`.

    The columns that now say something else. Raises Blocked, UserError.
    """
    if unknown := set(values) - {*OF_MEMBER, *OF_JOURNEY}:
        raise ValueError(f"not learned here: {sorted(unknown)}")
    today = timezone.localdate(now)
    writer = Writer(by=by, now=now, on=today, source=source.value, evidence=source, batch=deed)
    changed = _change(writer, Member, member, _those(values, OF_MEMBER), today, places)
    if ended is not None or _those(values, OF_JOURNEY):
        changed |= _change_stay(writer, stay, _those(values, OF_JOURNEY), ended, on, today, places)
    if unreachable_since is not None:
        _lose(writer, member, unreachable_since, note, today)
    # Saying once more what is known is proof of it as well.
    writer.verified(member.pk, rows.proof(values, known_fields(confirmed)))
    rows.flush(writer, savepoint=False)
    if ended is not None and stay is not None:
        waiting.close_own(stay, now=now)
    return frozenset(changed)


def unlearn(*, member: Member, deed: str, by: Actor, now: dt.datetime) -> None:
    """Take back what :func:`learn` wrote under this name. Raises Blocked when somebody changed it since; NotAllowed."""
    rows.locked_member(member, by)
    if restore(deed, by=by, now=now).kept:
        raise Blocked([f"{member.name}的登记以后又有改动，不能撤回了；需要调整的请到档案里改。"])


def _those(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}


def _change(
    writer: Writer, model: type[Any], record: Any, typed: Mapping[str, Any], today: dt.date, places: Places
) -> set[str]:  # fmt: skip
    """Write the typed values that say something else; their names."""
    clean = check(model, typed, today=today, now=rows.row_of(record)).require()
    changes = rows.differing(record, clean)
    columns = rows.columns(model, record.public_id, changes)
    if model is Journey and "region_code" in changes and record.direction == Direction.OUT:
        columns["mobility"] = places.mobility(record.home_path, changes["region_code"])
    writer.change(model, rows.row_of(record), columns)
    return set(changes)


def _change_stay(
    writer: Writer,
    journey: Journey | None,
    typed: Mapping[str, Any],
    ended: JourneyState | None,
    on: str,
    today: dt.date,
    places: Places,
) -> set[str]:
    """The open stay: what differs, and how it ended. Raises Blocked where there is none."""
    if journey is None:
        raise Blocked(["没有在外的登记，去向和单位没有地方可填。先登记流出。"])
    if ended is None:
        return _change(writer, Journey, journey, typed, today, places)
    if blockers := blockers_to_end(journey, ended.value):
        raise Blocked(blockers)
    finish(journey, ended.value, _ended(journey, on, today), writer)
    return set()


def _ended(journey: Journey, on: str, today: dt.date) -> dict[str, Any]:
    clean = check(Journey, {"ended_on": on}, today=today, now=rows.row_of(journey)).require()
    if not clean["ended_on"]:
        raise UserError("请填写日期，只知道年月也可以。", "date_missing")
    return clean


def _lose(writer: Writer, member: Member, since: str, note: str, today: dt.date) -> None:
    """A spell begins to count; one that is open already goes on as it is."""
    if member.party_status not in Member.COUNTED:
        raise Blocked([f"党籍状态是“{PARTY_STATUS.label(member.party_status)}”。"])
    if LostContact.objects.unscoped().filter(member=member, state__in=OPEN_LOST_STATES).exists():
        return
    clean = check(LostContact, {"since": since, "note": note}, today=today).require()
    if not clean["since"]:
        raise UserError("请填写从什么时候起联系不上，只知道年月也可以。", "date_missing")
    writer.create(
        LostContact, {**clean, "state": LostState.COUNTING.value, "member_id": member.pk, "home_path": member.path}
    )
