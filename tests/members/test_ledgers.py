"""The ledgers of the register below the file: parsed rows in, records out, and back again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from audit.models import Change
from branches.actions import organisations
from branches.models import RuleSetting
from core import clock
from core.actors import acting_as
from core.ledgers import ApplyContext, CheckContext, Ledger, LedgerRow, Outcome, ledger
from members.models import Evidence, Freshness, Journey, LostContact, Member, Membership
from tests.conftest import make_identity, next_identity

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


def row(number: int, organisation: Any = None, **values: Any) -> LedgerRow:
    found = LedgerRow(sheet="流出", number=number, raw=dict(values), values=dict(values))
    found.organisation_id = organisation.pk if organisation else None
    return found


def check(one: Ledger, rows: list[LedgerRow], by: Any) -> list[LedgerRow]:
    with acting_as(by):
        one.check(rows, CheckContext(by=by, today=TODAY, batch_id="b"))
    return rows


def apply(one: Ledger, rows: list[LedgerRow], by: Any, batch: str = "b") -> Any:
    with acting_as(by):
        return one.apply(rows, ApplyContext(by=by, now=clock.now(), batch_id=batch, on=TODAY))


def codes(found: LedgerRow) -> list[str]:
    return [message.code for message in found.messages]


def state() -> dict[str, Any]:
    """Everything that business calls state: what an undo must bring back."""
    members = {
        one.public_id: {
            name: one.reveal(name)
            if name in ("identity", "phone", "other_phones")
            else getattr(one, one._meta.get_field(name).attname)
            for name in Member.HISTORY
        }
        for one in Member.objects.all()
    }
    journeys = [
        tuple(getattr(one, Journey._meta.get_field(name).attname) for name in Journey.HISTORY)
        for one in Journey.objects.order_by("pk")
    ]
    return {
        "members": members,
        "journeys": journeys,
        "lost": list(LostContact.objects.order_by("pk").values_list("member", "state", "since")),
        "memberships": list(Membership.objects.order_by("pk").values_list("member", "organisation", "kind", "ends_on")),
        "evidence": list(Evidence.objects.order_by("pk").values_list("member", "fields", "on")),
        "fresh": list(Freshness.objects.order_by("pk").values_list("member", "phone_on", "facts_on", "place_on")),
    }


def test_register_opens_records_and_is_unchanged_the_second_time(branch, town_actor):
    number = next_identity()
    given = {
        "name": "单明",
        "identity": number,
        "phone": "19900111222",
        "member_kind": "1",
        "joined_on": "2001-07",
        "other_phones": ["19900111223"],
    }
    first = check(ledger("members"), [row(4, branch, **given)], town_actor)[0]
    assert (first.outcome, codes(first)) == (Outcome.NEW, [])
    result = apply(ledger("members"), [first], town_actor)
    assert result.counts == {"new": 1}
    assert result.terms == {"正式党员": 1}
    member = Member.objects.get()
    assert member.reveal("identity") == number
    assert member.reveal("phone") == "19900111222"
    assert member.reveal("other_phones") == "19900111223"
    assert (member.home, member.home_path, member.initials) == (branch, branch.path, "sm")
    assert str(member.birth_date.iso()) == "1960-01-01" or member.birth_date.iso().startswith("196")
    assert Membership.objects.get().organisation == branch
    assert Change.objects.get(object_id=member.public_id).fields["name"] == [None, "单明"]
    assert Freshness.objects.get().phone_on == TODAY
    again = check(ledger("members"), [row(4, branch, **given)], town_actor)[0]
    assert (again.outcome, again.changes) == (Outcome.UNCHANGED, [])


def test_outflow_new_changed_unchanged(branch, make_member, town_actor):
    member = make_member(branch, name="何新")
    number, phone = member.reveal("identity"), member.reveal("phone")
    given = {"name": "何新", "identity": number, "phone": phone, "left_on": "2024-07-05", "region_code": "370211",
                 "destination_text": "山东省青岛市黄岛区", "contact_phone": "19900333444", "contact_name": "吕明", "certificate": True}  # fmt: skip
    one = check(ledger("outflow"), [row(5, branch, **given)], town_actor)[0]
    assert one.outcome is Outcome.NEW
    assert apply(ledger("outflow"), [one], town_actor).terms == {"流出": 1}
    journey = Journey.objects.get()
    assert (journey.left_on.iso(), journey.home_path, journey.imported) == ("2024-07-05", branch.path, True)
    assert journey.reveal("contact_phone") == "19900333444"
    coarser = check(ledger("outflow"), [row(5, branch, **{**given, "left_on": "2024-07"})], town_actor)[0]
    assert coarser.outcome is Outcome.UNCHANGED
    moved = {**given, "region_code": "330110", "destination_text": "浙江省杭州市余杭区", "phone": "19900999888"}
    changed = check(ledger("outflow"), [row(5, branch, **moved)], town_actor)[0]
    assert {change.key: (change.before, change.after) for change in changed.changes} == {
        "region_code": ("370211", "330110"),
        "destination_text": ("山东省青岛市黄岛区", "浙江省杭州市余杭区"),
        "phone": (phone, "19900999888"),
    }
    apply(ledger("outflow"), [changed], town_actor, "c")
    journey.refresh_from_db()
    member.refresh_from_db()
    assert journey.version == 2
    assert member.version == 2
    assert member.reveal("phone") == "19900999888"


def test_the_kind_of_unit_is_taken_from_its_column_and_forgotten_with_the_unit(branch, make_member, town_actor):
    member = make_member(branch, name="何新")
    given = {"name": "何新", "identity": member.reveal("identity"), "left_on": "2024-07", "employer": "某厂"}
    said = {**given, "unit_kind": "private_firm", "former_work": "farmer"}
    apply(ledger("outflow"), check(ledger("outflow"), [row(5, branch, **said)], town_actor), town_actor)
    journey = Journey.objects.get()
    assert (journey.unit_kind, journey.former_work) == ("private_firm", "farmer")
    assert check(ledger("outflow"), [row(5, branch, **given)], town_actor)[0].outcome is Outcome.UNCHANGED
    before = state()
    moved = check(ledger("outflow"), [row(5, branch, **{**given, "employer": "某医院"})], town_actor)
    assert {change.key for change in moved[0].changes} == {"employer", "unit_kind"}
    apply(ledger("outflow"), moved, town_actor, "c")
    journey.refresh_from_db()
    assert (journey.employer, journey.unit_kind, journey.former_work) == ("某医院", "", "farmer")
    with acting_as(town_actor):
        ledger("outflow").restore("c", by=town_actor, now=clock.now())
    assert state() == before


def test_outflow_holds_strangers_and_says_nothing_of_other_towns(branch, foreign_branch, make_member, town_actor):
    elsewhere = make_member(foreign_branch, name="马远")
    nobody, foreigner = check(
        ledger("outflow"),
        [
            row(5, branch, name="无名", identity=next_identity()),
            row(6, branch, name="马远", identity=elsewhere.reveal("identity")),
        ],
        town_actor,
    )
    assert nobody.outcome is foreigner.outcome is Outcome.HELD
    assert nobody.messages[0].text == foreigner.messages[0].text
    assert codes(nobody) == codes(foreigner) == ["not_a_member"]


def test_one_digit_off_is_proposed_never_taken(branch, make_member, town_actor):
    make_member(branch, name="何晓", identity=make_identity(123))
    near = make_identity(133)
    found = check(ledger("outflow"), [row(5, branch, name="何晓", identity=near)], town_actor)[0]
    assert found.outcome is Outcome.HELD
    damaged = row(6, branch, name="何晓")
    damaged.raw["identity"] = float(make_identity(123)[:15] + "000")
    damaged.error("id_scientific", "数字丢了。", "identity")
    check(ledger("outflow"), [damaged], town_actor)
    assert damaged.outcome is Outcome.ERROR
    assert damaged.messages[-1].fixes[0][0] == "use_person"


def test_another_branch_is_said_not_moved(branch, other_branch, make_member, town_actor):
    member = make_member(branch)
    found = check(ledger("outflow"), [row(5, other_branch, identity=member.reveal("identity"))], town_actor)[0]
    assert codes(found) == ["branch_mismatch", "name_missing"] or codes(found) == ["name_missing", "branch_mismatch"]
    apply(ledger("outflow"), [found], town_actor)
    member.refresh_from_db()
    assert member.home == branch


def test_rows_changed_since_the_check_are_given_back(branch, make_member, town_actor):
    member = make_member(branch)
    found = check(
        ledger("outflow"), [row(5, branch, identity=member.reveal("identity"), name=member.name)], town_actor
    )[0]
    Member.objects.filter(pk=member.pk).update(version=2)
    result = apply(ledger("outflow"), [found], town_actor)
    assert result.stale == [found]
    assert not Journey.objects.exists()


def test_inflow_opens_a_guest_without_a_home(branch, town_actor):
    given = {"name": "顾江", "identity": next_identity(), "left_on": "2019-10-26", "home_organisation": "中共青岛市某支部委员会",
                 "contact_phone": "19900763950", "phone": "19900465680", "destination_text": "马店镇何寨村"}  # fmt: skip
    found = check(ledger("inflow"), [row(4, branch, **given)], town_actor)[0]
    assert found.outcome is Outcome.NEW
    apply(ledger("inflow"), [found], town_actor)
    member = Member.objects.get()
    assert (member.home, member.home_path, member.care) == (None, "", branch)
    assert Membership.objects.get().kind == "inflow"
    assert Journey.objects.get().host_path == branch.path
    assert check(ledger("inflow"), [row(4, branch, **given)], town_actor)[0].outcome is Outcome.UNCHANGED


def test_no_in_an_outflow_ledger_never_ends_lost_contact(branch, make_member, town_actor):
    member = make_member(branch)
    said = {"name": member.name, "identity": member.reveal("identity")}
    lost = check(ledger("outflow"), [row(5, branch, **said, lost=True, lost_since="2026-02")], town_actor)[0]
    apply(ledger("outflow"), [lost], town_actor)
    assert LostContact.objects.get().state == "lost"
    no = check(ledger("outflow"), [row(5, branch, **said, lost=False)], town_actor)[0]
    assert (no.outcome, codes(no)) == (Outcome.UNCHANGED, ["still_lost"])


def test_found_row_ends_the_spell_once(branch, make_member, town_actor):
    member = make_member(branch)
    said = {"name": member.name, "identity": member.reveal("identity"), "lost_since": "2025-12", "lost_reason": "6"}
    apply(ledger("lost"), check(ledger("lost"), [row(4, branch, **said)], town_actor), town_actor)
    found = {**said, "found_on": "2026-09-03", "phone": "19900312372"}
    apply(ledger("lost"), check(ledger("lost"), [row(4, branch, **found)], town_actor), town_actor)
    assert LostContact.objects.get().state == "found"
    assert check(ledger("lost"), [row(4, branch, **found)], town_actor)[0].outcome is Outcome.UNCHANGED


def test_undo_brings_back_what_was(branch, make_member, town_actor):
    member = make_member(branch)
    said = {"name": member.name, "identity": member.reveal("identity")}
    apply(
        ledger("outflow"),
        check(ledger("outflow"), [row(5, branch, **said, left_on="2024", phone="19900000001")], town_actor),
        town_actor,
        "one",
    )
    before = state()
    newer = {
        **said,
        "left_on": "2025-01",
        "phone": "19900000002",
        "region_code": "370211",
        "lost": True,
        "lost_since": "2026-01",
    }
    stranger = {"name": "新来", "identity": next_identity(), "phone": "19900000003", "member_kind": "2"}
    apply(ledger("outflow"), check(ledger("outflow"), [row(5, branch, **newer)], town_actor), town_actor, "two")
    apply(ledger("members"), check(ledger("members"), [row(6, branch, **stranger)], town_actor), town_actor, "two")
    assert state() != before
    with acting_as(town_actor):
        result = ledger("outflow").restore("two", town_actor, clock.now())
    assert result.kept == []
    assert state() == before


def test_undo_leaves_who_is_no_longer_in_reach(branch, other_town, make_member, town_actor, county_actor):
    """A branch that moved to another town took its people along: the town that imported them changes them no more."""
    member = make_member(branch)
    said = {"name": member.name, "identity": member.reveal("identity"), "phone": "19900000001", "left_on": "2024"}
    apply(ledger("outflow"), check(ledger("outflow"), [row(5, branch, **said)], town_actor), town_actor, "one")
    with acting_as(county_actor):
        organisations.move(branch, to=other_town, by=county_actor, version=branch.version)
    before = state()
    with acting_as(town_actor):
        result = ledger("outflow").restore("one", town_actor, clock.now())
    assert state() == before
    assert set(result.kept) == {f"{member.name}：现在由别的党组织管理，没有撤销。"}
    assert (result.restored, other_town.name in str(result.kept)) == (0, False)


def test_undo_leaves_what_was_changed_since(branch, make_member, town_actor):
    member = make_member(branch)
    said = {"name": member.name, "identity": member.reveal("identity")}
    apply(
        ledger("outflow"),
        check(ledger("outflow"), [row(5, branch, **said, left_on="2024")], town_actor),
        town_actor,
        "one",
    )
    apply(
        ledger("outflow"),
        check(ledger("outflow"), [row(5, branch, **said, left_on="2023")], town_actor),
        town_actor,
        "two",
    )
    with acting_as(town_actor):
        result = ledger("outflow").restore("one", town_actor, clock.now())
    assert len(result.kept) == 1
    assert member.name in result.kept[0]
    assert Journey.objects.get().left_on.iso() == "2023"


def test_a_towns_own_months_tell_its_short_absences(town, branch, foreign_branch, make_member, county_actor):
    """Eight months away: mobile by the regulation's six, short-term where the town set twelve."""
    RuleSetting.objects.create(
        organisation=town,
        key="mobile_min_months",
        value=12,
        starts_on="2020-01-01",
        set_by=county_actor.ref,
        set_at=clock.now(),
    )
    people = [make_member(branch, name="何小明"), make_member(foreign_branch, name="冯小芳")]
    rows = [
        row(at, name=one.name, identity=one.reveal("identity"), left_on="2026-03-15") for at, one in enumerate(people)
    ]
    check(ledger("outflow"), rows, county_actor)
    assert [one.basis["term"] for one in rows] == ["短期外出", "流出"]
    assert apply(ledger("outflow"), rows, county_actor).terms == {"短期外出": 1, "流出": 1}


def test_a_person_whom_two_rows_reach_is_written_once(branch, make_member, town_actor):
    """Each row was compared with the record as it was: the later one has to be compared again."""
    member = make_member(branch, name="何小明")
    said = {"name": member.name, "identity": member.reveal("identity")}
    first, second = row(5, **said, note="一"), row(6, **said, note="二")
    for one in (first, second):
        check(ledger("outflow"), [one], town_actor)
    assert apply(ledger("outflow"), [first, second], town_actor).stale == [second]
    assert Journey.objects.get().note == "一"
