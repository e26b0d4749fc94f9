"""流出党员台账: who left which branch, where to, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from branches.rules import in_force
from core.domain.cells import clean_text
from core.domain.codes import LEAVING_REASON
from core.domain.dates import PartialDate, months_between
from core.domain.freetext import without_numbers
from core.domain.regions import region_label
from core.ledgers import CellChange, LedgerRow
from members.enums import EVIDENCE, Direction, JourneyState
from members.ledgers import columns
from members.ledgers.comparing import compare, compare_facts_only, stated
from members.ledgers.lost_rows import plan_lost, write_lost
from members.ledgers.matching import Person
from members.ledgers.people import PeopleLedger, check_branch
from members.ledgers.person_writes import change_person
from members.ledgers.plans import Plan, Surroundings
from members.ledgers.records import Record, contact_phone_of, open_journeys
from members.models import Journey, LostContact
from members.rules import MOBILE_MIN_MONTHS
from members.writing import Writer, evidence_of, sealed

# column key -> column of the journey
JOURNEY = {
    "left_on": "left_on",
    "expected_return_on": "expected_return_on",
    "reason": "reason",
    "reason_text": "reason_text",
    "region_code": "region_code",
    "destination_text": "destination_text",
    "host_organisation": "host_text",
    "employer": "employer",
    "industry": "industry",
    "unit_kind": "unit_kind",
    "former_work": "former_work",
    "contact_name": "contact_name",
    "certificate": "certificate",
    "certificate_no": "certificate_no",
    "note": "note",
}
_REASONS = frozenset(LEAVING_REASON.labels())
SHORT = "短期外出"
NOT_OURS = frozenset((*EVIDENCE["facts"], *EVIDENCE["address"]))  # shown here, kept by the register: this proves none


@lru_cache(maxsize=20_000)
def is_short(left_on: str | None, on: dt.date, months: int) -> bool:
    """Away for less than the months that make somebody a mobile member (short-term out)."""
    return bool(left_on) and months_between(PartialDate.from_iso(left_on).day, on) < months


class Outflow(PeopleLedger):
    kind = "outflow"
    title = "流出党员台账"
    columns = columns.OUTFLOW
    keywords = ("流出", "外出", "在外", "一村一册", "流动党员")
    against = ("流入", "失联", "名册", "汇总")
    organisation_required = False  # a journey belongs to the branch that holds the membership
    ends_marked = True
    direction = Direction.OUT.value
    landscape = "A3"
    remembers = True
    footnote = "注：流动党员是指外出6个月以上、未转移组织关系的党员。"

    def journeys(self, member_ids: Sequence[int]) -> dict[int, Record]:
        return open_journeys(member_ids, self.direction)

    def plan(self, row: LedgerRow, person: Person | None, around: Surroundings) -> Plan:
        plan = Plan()
        if person is None:
            return plan
        if person["home_id"] is None:
            row.hold("guest", "此人是外来流入党员，组织关系不在本县，不能登记为流出。", "identity")
            return plan
        check_branch(row, person, around)
        self._take_reason_from_employer(row)
        self._keep_unknown_reason(row)
        journey = around.journeys.get(person["id"])
        self._forget_other_unit(row, journey)
        over = row.mark == JourneyState.RETURNED
        plan.new_journey = journey is None and not over
        if journey is not None or not over:
            plan.journey = stated(row, JOURNEY) if journey is None else compare(row, journey, JOURNEY)
            if journey is not None and journey["state"] == JourneyState.REPORTED and not over:
                plan.journey["state"] = JourneyState.AWAY.value  # whoever stands in the ledger has left
                row.changes.append(CellChange("state", journey["state"], plan.journey["state"]))
            self._plan_contact(row, journey, plan)
        if over:
            self._plan_return(row, journey, around, plan)
        compare_facts_only(row, person)
        self._plan_numbers(row, person, plan)
        plan.member.update(compare(row, person, {"dues_paid_to": "dues_paid_to"}))
        plan_lost(row, person, around, plan)
        plan.evidence = evidence_of([key for key, value in row.values.items() if value is not None], NOT_OURS)
        return plan

    @staticmethod
    def _plan_return(row: LedgerRow, journey: Record | None, around: Surroundings, plan: Plan) -> None:
        """The row's look says that it is over: back by the month of the ledger; what is over already stays as it is."""
        if journey is None:
            row.inform("returned_already", "标着已返乡，名册里也没有未结束的流动，不用改。")
            return
        plan.journey |= {"state": JourneyState.RETURNED.value, "ended_on": f"{around.today:%Y-%m}"}
        row.changes.append(CellChange("state", journey["state"], plan.journey["state"]))

    def _plan_contact(self, row: LedgerRow, journey: Record | None, plan: Plan) -> None:
        if "contact_phone" not in row.values:
            return
        before = contact_phone_of(journey) if journey and journey["contact_phone"] else ""
        after = row.values["contact_phone"] or ""
        if before != after:
            row.changes.append(CellChange("contact_phone", before or None, after or None))
            plan.contact_phone = after

    @staticmethod
    def _take_reason_from_employer(row: LedgerRow) -> None:
        """Village books ask 干啥 and get a reason (随迁, 退休异地居住) from whoever has no employer."""
        said = row.values.get("employer")
        if said in _REASONS and not row.values.get("reason"):
            del row.values["employer"]
            row.values["reason"] = LEAVING_REASON.parse(said)
            row.inform("reason_in_employer", f"“{said}”是外出原因，记在原因一栏。", "employer")

    @staticmethod
    def _forget_other_unit(row: LedgerRow, journey: Record | None) -> None:
        """As :func:`members.actions.rows.other_unit`, cell by cell."""
        if journey is None or not journey["unit_kind"] or "unit_kind" in row.values or "employer" not in row.values:
            return
        if (row.values["employer"] or "") != journey["employer"]:
            row.values["unit_kind"] = None

    @staticmethod
    def _keep_unknown_reason(row: LedgerRow) -> None:
        """A reason that is in no list is kept as text and asked about."""
        if any(message.code == "reason_unknown" for message in row.messages):
            row.values["reason_text"] = without_numbers(clean_text(row.raw.get("reason")))[:60]
        elif row.values.get("reason"):
            row.values["reason_text"] = ""

    def reserve(self, rows: Sequence[LedgerRow], writer: Writer) -> None:
        writer.reserve(Journey, sum(1 for row in rows if (row.basis.get("versions") or [0, 0])[1] is None))
        writer.reserve(
            LostContact, sum(1 for row in rows if row.values.get("lost") and row.basis["versions"][2] is None)
        )

    def write(self, row: LedgerRow, plan: Plan, person: Person | None, around: Surroundings, writer: Writer) -> None:
        assert person is not None  # rows without a person never become usable here
        change_person(plan, person, writer)
        self._write_journey(row, plan, person, around, writer)
        write_lost(plan, person, around, writer)
        writer.verified(person["id"], plan.evidence)

    def _write_journey(self, row: LedgerRow, plan: Plan, person: Person, around: Surroundings, writer: Writer) -> None:
        values = dict(plan.journey)
        if "region_code" in values:
            values["mobility"] = around.places.mobility(person["home_path"], values["region_code"])
        if plan.new_journey:
            around.journeys[person["id"]] = writer.create_sealed(
                Journey,
                {
                    **values,
                    "member_id": person["id"],
                    "direction": self.direction,
                    "state": JourneyState.AWAY.value,
                    "home_id": person["home_id"],
                    "home_path": person["home_path"],
                    "imported": True,
                },
                {"contact_phone": plan.contact_phone or ""},
            )
            return
        journey = around.journeys.get(person["id"])
        if journey is None:
            return
        if plan.contact_phone is not None:
            values.update(sealed(Journey, journey["public_id"], "contact_phone", plan.contact_phone))
        if values:
            writer.change(Journey, journey, values)

    def is_lasting(self, term: str) -> bool:
        return term != SHORT  # time makes it a long one

    def depends_on(self, on: dt.date) -> list[Any]:
        return in_force(MOBILE_MIN_MONTHS.key, on)

    def term(self, row: LedgerRow, around: Surroundings) -> str:
        if row.mark == JourneyState.RETURNED:
            return "已返乡"
        left_on = row.values.get("left_on")
        months = around.places.rule(MOBILE_MIN_MONTHS.key, around.persons[row.basis["member"]]["home_id"], around.today)
        return SHORT if is_short(left_on, around.today, months) else "流出"


def destination(journey: Any) -> str:
    """Where somebody is, in words: the typed address, else the name of the region."""
    return journey.destination_text or region_label(journey.region_code)
