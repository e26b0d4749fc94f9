"""What a row says about being lost, in whichever ledger it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any

from branches.rules import value as rule_value
from core.domain.dates import PartialDate, months_between
from core.ledgers import CellChange, LedgerRow
from members.enums import LostState
from members.ledgers.comparing import differs
from members.ledgers.matching import Person
from members.ledgers.people import Plan, Surroundings
from members.models import LostContact
from members.rules import LOST_MONTHS
from members.writing import Writer


def plan_lost(row: LedgerRow, person: Person | None, around: Surroundings, plan: Plan) -> None:
    """ "是" opens a spell or refines its date. "否" never closes one: finding somebody is a decision of its own."""
    if person is None or row.values.get("lost") is not True:
        if person is not None and row.values.get("lost") is False and person["id"] in around.lost:
            row.inform(
                "still_lost", "名册里此人还登记为联系不上，表里填的是“否”。取得联系请在档案里登记，这里不改。", "lost"
            )
        return
    since = row.values.get("lost_since")
    spell = around.lost.get(person["id"])
    if spell is None:
        plan.new_lost = True
        plan.lost = {"state": state_for(since, around), "since": since}
        row.changes.append(CellChange("lost", None, True))
        if since:
            row.changes.append(CellChange("lost_since", None, since))
    elif since and differs("since", spell["since"], since):
        plan.lost = {"since": since}
        row.changes.append(CellChange("lost_since", spell["since"], since))


def state_for(since: str | None, around: Surroundings) -> str:
    """失联 once the regulation's months have passed since a known date; before that it is counting."""
    if not since:
        return LostState.COUNTING.value
    months = months_between(PartialDate.from_iso(since).day, around.today)
    return LostState.LOST.value if months >= lost_months(around.today) else LostState.COUNTING.value


def lost_months(on: dt.date) -> int:
    return int(rule_value(LOST_MONTHS.key, None, on))


def write_lost(plan: Plan, person: dict[str, Any], around: Surroundings, writer: Writer) -> None:
    if plan.new_lost:
        writer.create(
            LostContact,
            {**plan.lost, "member_id": person["id"], "home_path": person["home_path"] or person["care_path"]},
        )
    elif plan.lost:
        writer.change(LostContact, around.lost[person["id"]], plan.lost)
