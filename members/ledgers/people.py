"""What every ledger of persons does: find the person, plan the row, tell the outcome, write the plan."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from core.actors import Actor
from core.first_rows import FirstRows
from core.ledgers import ApplyContext, ApplyResult, CheckContext, Ledger, LedgerRow, Outcome, RestoreResult
from members.enums import Source
from members.ledgers import matching, restoring
from members.ledgers.comparing import check_name, compare_phone, new_phones
from members.ledgers.exporting import Exporting
from members.ledgers.matching import Person
from members.ledgers.plans import Loaded, LookedUp, Plan, Surroundings, joined, split
from members.ledgers.records import Record, locked_persons, open_lost, places, standing, state_of
from members.models import Journey, LostContact, Member
from members.writing import Writer


def check_branch(row: LedgerRow, person: Person, around: Surroundings) -> None:
    """Another branch in the scope is said, never a silent move."""
    if row.organisation_id in (None, person["home_id"], person["care_id"]):
        return
    named = around.places.organisation(row.organisation_id)
    if person["home_path"].startswith(named.path):
        return  # the committee above: as good as not said
    home = around.places.organisation(person["home_id"])
    row.warn(
        "branch_mismatch",
        f"名册里此人的组织关系在{home.short_name}，表里写的是{named.short_name}；组织关系没有改动，转接请另办。",
        "organisation",
    )


_DECIDED = frozenset({"person", "decisions"})  # in a row's basis: somebody has said what it means


class PeopleLedger(Exporting, Ledger):
    """``plan`` is the heart: the same function answers the check and feeds the write."""

    direction = ""  # of the journeys this ledger speaks of
    opens_records = False  # may a number that nobody has yet make a new person?
    lost_is_news = False  # else a known person who is newly lost is a change

    @abstractmethod
    def plan(self, row: LedgerRow, person: Person | None, around: Surroundings) -> Plan:
        """Compare and decide; adds changes and messages to ``row`` (and may stop it). Writes nothing."""

    @abstractmethod
    def write(self, row: LedgerRow, plan: Plan, person: Person | None, around: Surroundings, writer: Writer) -> None:
        """Hand the plan to the writer."""

    @abstractmethod
    def term(self, row: LedgerRow, around: Surroundings) -> str:
        """What the town calls this row in the result: 流出, 短期外出 ..."""

    @staticmethod
    def _plan_numbers(row: LedgerRow, person: Person, plan: Plan) -> None:
        """The main number where it differs; further numbers are added."""
        plan.phone = compare_phone(row, person)
        others = new_phones(row, person)
        if others is not None:
            plan.member["other_phones"] = others

    def journeys(self, member_ids: Sequence[int]) -> dict[int, Record]:
        return {}

    def spells(self, rows: Sequence[LedgerRow], found: dict[int, Person]) -> dict[int, Record]:
        """Member id -> the spell of lost contact this ledger compares with."""
        return open_lost(sorted({person["id"] for person in found.values()}))

    def missing(self, row: LedgerRow, around: Surroundings, elsewhere: set[str]) -> None:
        """No person in the scope has this number. Journey ledgers hold the row; registers open a record."""
        row.hold(
            "not_a_member",
            "这个身份证号不在本单位的党员名册里，先放一边，其余照常导入。",
            "identity",
            ("new_member", "新转入的党员，先登记名册", ""),
            ("report", "请上级核对", ""),
        )

    # -- check ----------------------------------------------------------------------------------

    def look_up(self, rows: Sequence[LedgerRow], context: CheckContext) -> LookedUp:
        live = [row for row in rows if not row.stopped]
        found = self._find(live, context.by)
        on = context.edition_date or context.today
        around = self._surroundings(live, found, context.by, on, context.memory)
        absent = [row.basis["index"] for row in live if id(row) not in found and "index" in row.basis]
        elsewhere = matching.exists_elsewhere(absent) if absent and self.opens_records else set()
        return LookedUp(live, found, around, elsewhere)

    def check(self, rows: Sequence[LedgerRow], context: CheckContext) -> None:
        known: LookedUp = context.looked_up or self.look_up(rows, context)
        context.looked_up = None
        for row in known.rows:
            person = known.found.get(id(row))
            if person is not None:
                self._check_double(row, person, context)
            if person is None and not row.stopped:
                self.missing(row, known.around, known.elsewhere)
            if not row.stopped:
                self._settle(row, person, known.around)
        matching.suggest(rows, context.by)

    def _find(self, rows: Sequence[LedgerRow], by: Actor) -> dict[int, Person]:
        """id(row) -> person. Rows without a number are found by name and a second trait, or held."""
        chosen = {row.basis["person"] for row in rows if "person" in row.basis}  # decided by a person earlier
        by_id = {one["public_id"]: one for one in matching.persons(matching.visible(by).filter(public_id__in=chosen))}
        by_index = matching.by_identity([row for row in rows if "person" not in row.basis], by)
        found: dict[int, Person] = {}
        nameless = []
        for row in rows:
            person = (
                by_id.get(row.basis["person"]) if "person" in row.basis else by_index.get(row.basis.get("index", ""))
            )
            if person is not None:
                found[id(row)] = person
            elif "index" not in row.basis:
                nameless.append(row)
        candidates = matching.by_name(nameless, by) if nameless else {}
        for position, row in enumerate(nameless):
            person = matching.without_number(row, candidates.get(position, []))
            if person is not None:
                found[id(row)] = person
        return found

    def _surroundings(
        self, rows: Sequence[LedgerRow], found: dict[int, Person], by: Actor, today: Any, memory: dict[str, Any]
    ) -> Surroundings:
        around = Surroundings(by, today, places(memory))
        around.persons = {person["id"]: person for person in found.values()}
        ids = sorted(around.persons)
        around.journeys = self.journeys(ids)
        around.lost = self.spells(rows, found)
        around.places.load(row.organisation_id for row in rows)
        around.places.load(person["home_id"] for person in around.persons.values())
        return around

    def _check_double(self, row: LedgerRow, person: Person, context: CheckContext) -> None:
        """Rows that reach one person in different ways (number, name, decision) are doubles all the same."""
        seen: FirstRows = context.memory.setdefault("seen_persons", FirstRows())
        if first := seen.before(person["id"], row):
            row.error("duplicate_in_file", f"与本表第 {first[1]} 行是同一个人，请只留一行。", "identity")

    def _settle(self, row: LedgerRow, person: Person | None, around: Surroundings) -> None:
        if person is not None:
            check_name(row, person)
        plan = self.plan(row, person, around)
        if row.stopped:
            return
        if plan.new_member or plan.new_journey or (plan.new_lost and self.lost_is_news):
            row.outcome = Outcome.NEW
        else:
            row.outcome = Outcome.CHANGED if plan.writes else Outcome.UNCHANGED
        row.basis.update(self._versions(person, around))
        row.basis["term"] = self.term(row, around)
        if self.remembers and plan.can_wait:
            plan.lasting = self._is_lasting(row)
            row.plan = plan.kept()
        if person is not None and "person" in row.basis:
            row.values["identity"] = matching.identity_of(person)

    def _is_lasting(self, row: LedgerRow) -> bool:
        """Whether the check of the row would be the same whenever it is made: found by number, nothing to say, nothing that a
        date may overtake."""
        said = row.messages or row.mark or row.values.get("lost") or not _DECIDED.isdisjoint(row.basis)
        return not said and "index" in row.basis and self.is_lasting(row.basis["term"])

    def _versions(self, person: Person | None, around: Surroundings) -> dict[str, Any]:
        if person is None:
            return {"member": None}
        journey, lost = around.journeys.get(person["id"]), around.lost.get(person["id"])
        return {
            "member": person["id"],
            "versions": [
                person["version"],
                [journey["id"], journey["version"]] if journey else None,
                [lost["id"], lost["version"]] if lost else None,
            ],
        }

    # -- apply ----------------------------------------------------------------------------------

    def load(self, rows: Sequence[LedgerRow], context: ApplyContext) -> Loaded:
        live = [row for row in rows if row.outcome.usable]
        ids = [row.basis["member"] for row in live if row.basis.get("member")]
        persons = locked_persons(ids, context.by)
        found = {id(row): persons[row.basis["member"]] for row in live if row.basis.get("member") in persons}
        around = self._surroundings(live, found, context.by, context.on, context.memory)
        fresh = [row.basis["index"] for row in live if row.basis.get("member") is None and "index" in row.basis]
        writer = self._writer(context)
        self.reserve(live, writer)
        elsewhere = matching.exists_elsewhere(fresh) if fresh else set()
        return Loaded(live, found, around, elsewhere, writer)

    def apply(self, rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
        result = ApplyResult()
        loaded: Loaded = context.loaded or self.load(rows, context)
        context.loaded = None
        around, writer = loaded.around, loaded.writer
        written: set[int] = context.memory.setdefault("written", set())
        for row in loaded.rows:
            person = loaded.found.get(id(row))
            gone = person is None and (
                row.basis.get("member") is not None or row.basis.get("index") in loaded.elsewhere
            )
            gone = gone or (person is not None and person["id"] in written)
            if gone or row.basis.get("versions") != self._versions(person, around).get("versions"):
                result.stale.append(row)
                continue
            plan = self._plan_again(row, person, around) if row.plan is None else Plan.again(row.plan)
            self.write(row, plan, person, around, writer)
            if person is not None:
                written.add(person["id"])
            outcome, term = row.outcome.value, row.basis["term"]
            result.counts[outcome] = result.counts.get(outcome, 0) + 1
            result.terms[term] = result.terms.get(term, 0) + 1
            if self.remembers and plan.lasting:
                self._note_left(row, plan, around, writer)
        writer.flush()
        return result

    def _plan_again(self, row: LedgerRow, person: Person | None, around: Surroundings) -> Plan:
        """Said as it was at the check: what may be otherwise now is no longer for anybody to read."""
        row.changes = []
        messages, outcome = list(row.messages), row.outcome
        plan = self.plan(row, person, around)
        row.messages, row.outcome = messages, outcome
        row.basis["term"] = self.term(row, around)
        plan.lasting = self._is_lasting(row)
        return plan

    def _note_left(self, row: LedgerRow, plan: Plan, around: Surroundings, writer: Writer) -> None:
        """What the row's record has become, for recognising the row when it comes again."""
        subject = row.basis["member"]
        person, journey, lost = around.persons[subject], around.journeys.get(subject), around.lost.get(subject)
        state = state_of(
            writer.version_of(Member, person),
            f"{journey['id']}:{writer.version_of(Journey, journey)}" if journey else "",
            f"{lost['id']}:{writer.version_of(LostContact, lost)}" if lost else "",
        )
        row.basis["left"] = (str(subject), state, joined(plan.evidence))

    def is_lasting(self, term: str) -> bool:
        """Whether a row of that term will still be one on any later day."""
        return True

    def standing(self, subjects: Sequence[int], by: Actor) -> dict[int, str]:
        """The versions of the person, of the open journey this ledger speaks of, and of an open spell of lost contact."""
        return dict(standing(subjects, self.direction, by))

    def prove(self, known: Sequence[tuple[int, str]], context: ApplyContext) -> None:
        writer = self._writer(context)
        for subject, proves in known:
            writer.verified(subject, split(proves))
        writer.flush()

    @staticmethod
    def _writer(context: ApplyContext) -> Writer:
        return Writer(
            by=context.by,
            now=context.now,
            on=context.on,
            source="import",
            evidence=Source.LEDGER,
            batch=context.batch_id,
            behind=context.behind,
        )

    def reserve(self, rows: Sequence[LedgerRow], writer: Writer) -> None:
        """Fetch primary keys for the creates of a chunk in one query."""

    # -- undo -----------------------------------------------------------------------------------

    def restore(self, batch_id: str, by: Actor, now: Any) -> RestoreResult:
        return restoring.restore(batch_id, by=by, now=now, within=by)
