"""流入党员台账: who came to us while the membership stays elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from core.ledgers import CellChange, LedgerRow
from members.enums import Direction, JourneyState, MembershipKind
from members.ledgers import columns
from members.ledgers.comparing import FACTS, compare, fill_from_number
from members.ledgers.matching import Person
from members.ledgers.outflow import Outflow
from members.ledgers.person_writes import change_person, open_person
from members.ledgers.plans import Plan, Surroundings
from members.ledgers.register import Register
from members.models import Journey, Member
from members.writing import Writer, evidence_of, sealed

JOURNEY = {
    "left_on": "left_on",
    "reason": "reason",
    "reason_text": "reason_text",
    "destination_text": "destination_text",
    "home_organisation": "home_text",
    "employer": "employer",
    "certificate_no": "certificate_no",
    "note": "note",
}
BLANK_JOURNEY = {column: None if column == "left_on" else "" for column in JOURNEY.values()}


class Inflow(Outflow):
    """A guest's facts are owned by this ledger: no register of ours does."""

    kind = "inflow"
    title = "流入党员台账"
    columns = columns.INFLOW
    keywords = ("流入", "外来")
    against = ("流出", "失联", "汇总")
    opens_records = True
    organisation_required = True
    direction = Direction.IN.value
    remembers = False  # few rows, whose facts this ledger owns

    missing = Register.missing

    def plan(self, row: LedgerRow, person: Person | None, around: Surroundings) -> Plan:
        plan = Plan()
        if person is not None and person["home_id"] is not None:
            home = around.places.organisation(person["home_id"])
            row.hold(
                "member_of_ours", f"此人的组织关系就在本县{home.short_name}，不是外来流入党员，请核对。", "identity"
            )
            return plan
        self._keep_unknown_reason(row)
        if person is None:
            fill_from_number(row)
            plan.new_member = True
            plan.member = {column: row.values[key] for key, column in FACTS.items() if row.values.get(key) is not None}
            row.changes.extend(
                CellChange(key, None, row.values[key]) for key in (*FACTS, "phone") if row.values.get(key) is not None
            )
        else:
            self._plan_known(row, person, around, plan)
        journey = around.journeys.get(person["id"]) if person else None
        plan.new_journey = journey is None
        plan.journey = compare(row, journey or BLANK_JOURNEY, JOURNEY)
        self._plan_contact(row, journey, plan)
        plan.evidence = evidence_of([key for key, value in row.values.items() if value is not None])
        return plan

    def _plan_known(self, row: LedgerRow, person: Person, around: Surroundings, plan: Plan) -> None:
        plan.member = compare(row, person, {key: column for key, column in FACTS.items() if key != "name"})
        self._plan_numbers(row, person, plan)
        if row.organisation_id not in (None, person["care_id"]):
            named = around.places.organisation(row.organisation_id)
            row.warn(
                "branch_mismatch",
                f"此人现在纳入的是另一个支部，表里写的是{named.short_name}；没有改动，调整请在档案里办。",
                "organisation",
            )

    def reserve(self, rows: Sequence[LedgerRow], writer: Writer) -> None:
        writer.reserve(Member, sum(1 for row in rows if row.basis.get("member") is None))
        writer.reserve(Journey, sum(1 for row in rows if (row.basis.get("versions") or [0, None])[1] is None))

    def write(self, row: LedgerRow, plan: Plan, person: Person | None, around: Surroundings, writer: Writer) -> None:
        if person is None:
            assert row.organisation_id is not None  # missing() has seen to it
            host = around.places.organisation(row.organisation_id)
            record = open_person(row, plan, host, MembershipKind.INFLOW, writer)
        else:
            change_person(plan, person, writer)
            record = person
        self._write_stay(plan, record, around, writer)
        writer.verified(record["id"], plan.evidence)

    def _write_stay(self, plan: Plan, record: Person, around: Surroundings, writer: Writer) -> None:
        if plan.new_journey:
            writer.create_sealed(
                Journey,
                {
                    **plan.journey,
                    "member_id": record["id"],
                    "direction": self.direction,
                    "state": JourneyState.ARRIVED.value,
                    "host_id": record["care_id"],
                    "host_path": record["care_path"],
                    "imported": True,
                },
                {"contact_phone": plan.contact_phone or ""},
            )
            return
        journey = around.journeys[record["id"]]
        values = dict(plan.journey)
        if plan.contact_phone is not None:
            values.update(sealed(Journey, journey["public_id"], "contact_phone", plan.contact_phone))
        if values:
            writer.change(Journey, journey, values)

    def term(self, row: LedgerRow, around: Surroundings) -> str:
        return "流入"
