"""What a row says about being lost, in whichever ledger it stands."""

from __future__ import annotations

from typing import Any

from core.domain.dates import PartialDate, months_between
from core.ledgers import CellChange, LedgerRow
from members.enums import CONFIRMED_LOST_STATES, LostState
from members.ledgers.comparing import differs
from members.ledgers.matching import Person
from members.ledgers.plans import Plan, Surroundings
from members.models import LostContact
from members.writing import Writer


def plan_lost(row: LedgerRow, person: Person | None, around: Surroundings, plan: Plan) -> None:
    """ "是" opens a spell or refines its date. "否" never closes one: finding somebody is a decision of its own."""
    said = row.values.get("lost")
    if person is None or said is None:
        return
    spell = around.lost.get(person["id"])
    if said is False:
        if spell is not None and spell["state"] in CONFIRMED_LOST_STATES:
            row.inform(
                "still_lost", "名册里此人还登记为失联，表里填的是“否”。取得联系请在档案里登记，这里不改。", "lost"
            )
        return
    since = row.values.get("lost_since")
    if spell is None:
        plan.new_lost = True
        plan.lost = {"state": state_for(row, person["home_path"] or person["care_path"], around), "since": since}
        row.changes.append(CellChange("lost", None, True))
        if since:
            row.changes.append(CellChange("lost_since", None, since))
    elif since and differs("since", spell["since"], since):
        plan.lost = {"since": since}
        row.changes.append(CellChange("lost_since", spell["since"], since))


def state_for(row: LedgerRow, path: str, around: Surroundings) -> str:
    """失联 as a ledger says it, once the regulation's months have passed since a known date: the committee that sends the
    ledger has confirmed it. Before that, or from a branch, which does not confirm its own, it is counting."""
    since = row.values.get("lost_since")
    if not since or months_between(PartialDate.from_iso(since).day, around.today) < around.places.lost_months(
        path, around.today
    ):
        return LostState.COUNTING.value
    if not around.places.confirms(around.by, path):
        row.inform("lost_unconfirmed", "失联要由上级党委确认，先登记为联系不上。", "lost_since")
        return LostState.COUNTING.value
    return LostState.LOST.value


def write_lost(plan: Plan, person: dict[str, Any], around: Surroundings, writer: Writer) -> None:
    if plan.new_lost:
        writer.create(
            LostContact,
            {**plan.lost, "member_id": person["id"], "home_path": person["home_path"] or person["care_path"]},
        )
    elif plan.lost:
        writer.change(LostContact, around.lost[person["id"]], plan.lost)
