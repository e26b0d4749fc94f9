"""党员名册: the register itself. It owns a person's facts and opens records."""

from __future__ import annotations

from collections.abc import Sequence

from core.ledgers import CellChange, LedgerRow
from members.enums import MembershipKind
from members.ledgers import columns
from members.ledgers.comparing import FACTS, compare, fill_from_number
from members.ledgers.lost_rows import plan_lost, state_for, write_lost
from members.ledgers.matching import Person
from members.ledgers.people import PeopleLedger, check_branch
from members.ledgers.person_writes import change_person, open_person
from members.ledgers.plans import Plan, Surroundings
from members.models import LostContact, Member
from members.writing import Writer, evidence_of


class Register(PeopleLedger):
    kind = "members"
    title = "党员名册"
    columns = columns.REGISTER
    keywords = ("党员名册", "基本信息", "党员基本信息", "花名册", "党员信息")
    against = ("流出", "流入", "失联", "外出", "流动")
    opens_records = True
    remembers = True
    landscape = "A3"

    def missing(self, row: LedgerRow, around: Surroundings, elsewhere: set[str]) -> None:
        """A number nobody has yet opens a record, in a branch of the scope. One that somebody has does not."""
        if "identity" not in row.values:
            return  # held by the search for a name
        if row.basis["index"] in elsewhere:
            row.hold(
                "identity_in_question",
                "这位党员暂时不能由本单位新建档案，需要共同的上级核对一次。其余照常导入。",
                "identity",
                ("report", "请上级核对", ""),
            )
            return
        if not row.values.get("name"):
            row.error("name_missing", "新登记的党员必须有姓名。", "name")
        if row.organisation_id is None:
            row.error("branch_missing", "新登记的党员要写明所在党支部。", "organisation")
        elif not around.places.organisation(row.organisation_id).is_branch:
            named = around.places.organisation(row.organisation_id)
            row.error("not_a_branch", f"{named.short_name}不是党支部，党员的组织关系要落在支部。", "organisation")

    def plan(self, row: LedgerRow, person: Person | None, around: Surroundings) -> Plan:
        plan = Plan()
        if person is None:
            self._plan_new(row, around, plan)
        else:
            self._plan_known(row, person, around, plan)
        plan_lost(row, person, around, plan)
        plan.evidence = evidence_of([key for key, value in row.values.items() if value is not None])
        return plan

    def _plan_new(self, row: LedgerRow, around: Surroundings, plan: Plan) -> None:
        fill_from_number(row)
        plan.new_member = True
        plan.member = {column: row.values[key] for key, column in FACTS.items() if row.values.get(key) is not None}
        row.changes.extend(
            CellChange(key, None, value)
            for key, value in row.values.items()
            if value is not None and not key.startswith("organisation")
        )
        if row.values.get("lost") is True:
            plan.new_lost = True
            home = around.places.organisation(row.organisation_id) if row.organisation_id else None
            state = state_for(row, home.path if home else "", around)
            plan.lost = {"state": state, "since": row.values.get("lost_since")}

    def _plan_known(self, row: LedgerRow, person: Person, around: Surroundings, plan: Plan) -> None:
        facts = {key: column for key, column in FACTS.items() if key != "name"}
        plan.member = compare(row, person, facts)
        self._plan_numbers(row, person, plan)
        if person["home_id"] is None:
            self._take_in(row, plan, around)
        else:
            check_branch(row, person, around)

    @staticmethod
    def _take_in(row: LedgerRow, plan: Plan, around: Surroundings) -> None:
        """Somebody who was a guest here now has the membership with one of our branches."""
        if row.organisation_id is not None and around.places.organisation(row.organisation_id).is_branch:
            named = around.places.organisation(row.organisation_id)
            plan.member.update(home_id=named.id, home_path=named.path)
            row.changes.append(CellChange("organisation", None, named.name))

    def reserve(self, rows: Sequence[LedgerRow], writer: Writer) -> None:
        new = [row for row in rows if row.basis.get("member") is None]
        writer.reserve(Member, len(new))
        writer.reserve(LostContact, sum(1 for row in new if row.values.get("lost") is True))

    def write(self, row: LedgerRow, plan: Plan, person: Person | None, around: Surroundings, writer: Writer) -> None:
        if person is None:
            assert row.organisation_id is not None  # missing() has seen to it
            home = around.places.organisation(row.organisation_id)
            record = open_person(row, plan, home, MembershipKind.HOME, writer)
        else:
            change_person(plan, person, writer)
            record = person
        around.persons[record["id"]] = record
        row.basis["member"] = record["id"]
        write_lost(plan, record, around, writer)
        writer.verified(record["id"], plan.evidence)

    def term(self, row: LedgerRow, around: Surroundings) -> str:
        return {"1": "正式党员", "2": "预备党员"}.get(row.values.get("member_kind") or "", "党员")
