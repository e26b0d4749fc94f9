"""失联党员登记表: the two official tables, still not reached and reached again."""

from __future__ import annotations

from collections.abc import Sequence

from core.ledgers import LedgerRow, Part
from members.enums import Direction, LostState
from members.ledgers import columns
from members.ledgers.comparing import compare, compare_phone
from members.ledgers.exporting import FOUND, STILL
from members.ledgers.lost_rows import state_for, write_lost
from members.ledgers.matching import Person
from members.ledgers.people import PeopleLedger, check_branch
from members.ledgers.plans import Plan, Surroundings
from members.ledgers.records import Record, closed_spells, open_journeys
from members.lost_search import steps_by_spell, told
from members.models import Journey, LostContact, LostStep, Member
from members.writing import Writer, evidence_of, sealed

SPELL = {
    "lost_since": "since",
    "lost_reason": "reason",
    "category": "category",
    "steps": "steps",
    "note": "note",
    "found_on": "found_on",
}
FOUND_AGAIN = (
    "serial", "name", "sex", "identity", "organisation", "lost_since", "lost_reason", "found_on", "phone", "destination_text",
)  # fmt: skip
BLANK_SPELL: Record = {column: None if column in ("since", "found_on") else "" for column in SPELL.values()}


class Lost(PeopleLedger):
    """A row with 取得联系日期 ends the spell and brings the new phone and place; without, it opens or refines it."""

    kind = "lost"
    title = "失联党员登记表"
    columns = columns.LOST_LEDGER
    keywords = ("失联", "失去联系", "取得联系", "无法取得联系")
    organisation_required = False
    lost_is_news = True  # a new spell is what a row here is about
    direction = Direction.OUT.value

    @property
    def parts(self) -> tuple[Part, ...]:
        """The two official tables: still out of reach, and reached again."""
        return (
            Part(STILL, "仍无法联系", "经查找仍然无法取得联系党员登记表", self.official_columns),
            Part(FOUND, "取得联系", "经查找取得联系党员登记表", tuple(self.column(key) for key in FOUND_AGAIN)),
        )

    def journeys(self, member_ids: Sequence[int]) -> dict[int, Record]:
        return open_journeys(member_ids, self.direction)

    def plan(self, row: LedgerRow, person: Person | None, around: Surroundings) -> Plan:
        plan = Plan()
        if person is None:
            return plan
        if person["home_id"] is not None:
            check_branch(row, person, around)
        spell = around.lost.get(person["id"])
        if spell is not None and spell["state"] == LostState.STOPPED and row.values.pop("found_on", None):
            row.inform("stopped", "此人已停止党籍，取得联系后请在档案里按程序恢复党籍。", "found_on")
        if spell is not None and row.values.get("steps") == spell["told"]:
            row.values["steps"] = spell["steps"]  # our own words came back
        plan.new_lost = spell is None
        plan.lost = compare(row, spell or BLANK_SPELL, SPELL)
        if plan.new_lost or "found_on" in plan.lost:
            found = row.values.get("found_on") or (spell or {}).get("found_on")
            plan.lost["state"] = (
                LostState.FOUND.value if found else state_for(row, person["home_path"] or person["care_path"], around)
            )
        plan.phone = compare_phone(row, person)
        self._plan_place(row, person, around, plan)
        plan.evidence = evidence_of(k for k in ("phone", "region_code", "destination_text") if row.values.get(k))
        return plan

    @staticmethod
    def _plan_place(row: LedgerRow, person: Person, around: Surroundings, plan: Plan) -> None:
        """Where somebody was found goes to the open journey; without one it stays in the row's history only."""
        journey = around.journeys.get(person["id"])
        if journey is not None:
            places = {"region_code": "region_code", "destination_text": "destination_text"}
            plan.journey = compare(row, journey, places)

    def spells(self, rows: Sequence[LedgerRow], found: dict[int, Person]) -> dict[int, Record]:
        """Open spells; and for a finding that is in the record already, the spell it closed: taking it in again changes nothing."""
        known = super().spells(rows, found)
        findings = {
            found[id(row)]["id"]: row.values["found_on"]
            for row in rows
            if id(row) in found and row.values.get("found_on") and found[id(row)]["id"] not in known
        }
        known.update(closed_spells(findings))
        searched = steps_by_spell(
            LostStep.objects.unscoped().filter(lost__in=[spell["id"] for spell in known.values()])
        )
        for spell in known.values():
            spell["told"] = told(spell["steps"], searched.get(spell["public_id"], ()))
        return known

    def write(self, row: LedgerRow, plan: Plan, person: Person | None, around: Surroundings, writer: Writer) -> None:
        assert person is not None
        if plan.phone is not None:
            writer.change(Member, person, sealed(Member, person["public_id"], "phone", plan.phone))
        if plan.journey:
            journey = around.journeys[person["id"]]
            values = dict(plan.journey)
            if "region_code" in values:
                values["mobility"] = around.places.mobility(person["home_path"], values["region_code"])
            writer.change(Journey, journey, values)
        write_lost(plan, person, around, writer)
        writer.verified(person["id"], plan.evidence)

    def reserve(self, rows: Sequence[LedgerRow], writer: Writer) -> None:
        writer.reserve(LostContact, sum(1 for row in rows if row.basis["versions"][2] is None))

    def term(self, row: LedgerRow, around: Surroundings) -> str:
        return "取得联系" if row.values.get("found_on") else "失联"
