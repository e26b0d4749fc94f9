"""Registering, editing and moving persons by hand: rows, history, evidence, events, refusals."""

from __future__ import annotations

import datetime as dt

import pytest

from audit.models import Change, Event
from core.actors import acting_as
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from members.actions import looking, people
from members.actions.journeys import open_journey
from members.actions.lost import open_lost
from members.models import Evidence, Freshness, Journey, LostContact, Member, Membership
from tests.conftest import make_identity, next_identity, next_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明")


def register(branch, by, **values):
    given = {"name": "吕新", "identity": next_identity(), "kind": "1", **values}
    with acting_as(by):
        return people.register_member(values=given, home=branch, by=by)


def test_register_member_fills_from_the_number_and_opens_a_membership(branch, town_actor):
    number = make_identity(123)
    made = register(branch, town_actor, identity=number, phone="19900 123456", joined_on="2001年7月")
    assert made.reveal("identity") == number
    assert made.reveal("phone") == "19900123456"
    assert (made.birth_date.iso(), made.sex, made.joined_on.iso(), made.initials) == (
        "1985-03-12",
        "1",
        "2001-07",
        "lx",
    )
    assert Membership.objects.get(member=made).organisation == branch
    assert Change.objects.get(object_id=made.public_id).fields["name"] == [None, "吕新"]
    assert Evidence.objects.get(member=made).fields == "facts,phone"
    assert Event.objects.get(subject_id=made.public_id).kind == "member_registered"


def test_register_member_twice_with_one_key_makes_one(branch, town_actor):
    given = {"name": "吕新", "identity": next_identity()}
    with acting_as(town_actor):
        first = people.register_member(values=given, home=branch, by=town_actor, key="k1")
        again = people.register_member(values=given, home=branch, by=town_actor, key="k1")
    assert first.pk == again.pk
    assert Member.objects.count() == 1


def test_register_member_known_elsewhere_gets_the_neutral_sentence(branch, foreign_branch, make_member, town_actor):
    elsewhere, here = make_member(foreign_branch), make_member(branch)
    texts = set()
    for known in (elsewhere, here):
        with pytest.raises(UserError) as refused:
            register(branch, town_actor, identity=known.reveal("identity"))
        texts.add(refused.value.text)
    assert len(texts) == 1
    assert "青石" not in texts.pop()


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"name": "1"}, "姓名"),
        ({"identity": "379981198503120999"}, "校验"),
        ({"phone": "1990012"}, "电话"),
        ({"birth_date": "2030-01"}, "还没有到"),
        ({"sex": "7"}, "性别"),
        ({"note": "电话19900000001"}, "号码"),
        ({"joined_on": "2010", "confirmed_on": "2009-05"}, "早于入党"),
    ],
)
def test_register_member_refuses_what_cannot_be(branch, town_actor, values, word):
    with pytest.raises(UserError) as refused:
        register(branch, town_actor, **values)
    assert word in refused.value.text
    assert not Member.objects.exists()


def test_register_member_needs_the_right_and_a_branch(town, foreign_branch, town_actor, auditor_actor, branch):
    with pytest.raises(NotAllowed):
        register(foreign_branch, town_actor)
    with pytest.raises(NotAllowed):
        register(branch, auditor_actor)
    with pytest.raises(Blocked):
        register(town, town_actor)


def test_edit_member_writes_only_what_changed_and_verifies_only_that(member, town_actor):
    with acting_as(town_actor):
        edited = people.edit_member(
            member=member,
            values={"name": "何小明", "home_address": "何寨村", "sex": "1"},
            by=town_actor,
            version=1,
        )
    assert (edited.version, edited.home_address) == (2, "何寨村")
    assert Change.objects.get().fields == {"home_address": ["", "何寨村"]}
    assert Evidence.objects.get().fields == "address"
    fresh = Freshness.objects.get()
    assert fresh.address_on is not None
    assert fresh.phone_on is None


def test_edit_member_confirming_proves_without_changing(member, town_actor):
    with acting_as(town_actor):
        people.edit_member(member=member, values={}, by=town_actor, version=1, confirmed=["phone", "no_such"])
    member.refresh_from_db()
    assert member.version == 1
    assert Evidence.objects.get().fields == "phone"
    assert Event.objects.get().kind == "member_verified"


def test_edit_member_identity_asks_for_a_reason_and_refuses_doubles(member, branch, make_member, town_actor):
    number = next_identity()
    with acting_as(town_actor):
        with pytest.raises(UserError, match="原因"):
            people.edit_member(member=member, values={"identity": number}, by=town_actor)
        taken = make_member(branch).reveal("identity")
        with pytest.raises(UserError, match="共同的上级"):
            people.edit_member(member=member, values={"identity": taken}, by=town_actor, reason="录错一位")
        edited = people.edit_member(member=member, values={"identity": number}, by=town_actor, reason="录错一位")
    assert edited.reveal("identity") == number
    assert number not in str(list(Event.objects.values_list("text", "data")))
    assert "identity_index" in Change.objects.get().fields


def test_edit_member_stale_names_only_what_both_changed(member, town_actor, secretary_actor):
    with acting_as(secretary_actor):
        people.edit_member(
            member=member, values={"home_address": "东头", "education": "7"}, by=secretary_actor, version=1
        )
    with acting_as(town_actor), pytest.raises(StaleVersion) as stale:
        people.edit_member(
            member=member, values={"home_address": "西头", "education": "", "nation": "01"}, by=town_actor, version=1
        )
    assert "何建国" in stale.value.text
    assert [(one.field, one.theirs, one.yours) for one in stale.value.conflicts] == [("home_address", "东头", "西头")]
    assert Member.objects.get().home_address == "东头"


def test_edit_member_sent_twice_does_nothing_twice(member, town_actor):
    phone = next_phone()
    for _ in range(2):
        with acting_as(town_actor):
            people.edit_member(member=member, values={"phone": phone}, by=town_actor, version=1)
    assert Change.objects.count() == Evidence.objects.count() == Event.objects.count() == 1


def test_edit_member_clears_a_phone_with_its_index(member, town_actor):
    with acting_as(town_actor):
        edited = people.edit_member(member=member, values={"phone": ""}, by=town_actor)
    assert (edited.phone, edited.phone_index, edited.phone_tail) == ("", "", "")
    assert not Evidence.objects.exists()


def test_edit_member_outside_or_without_the_right(member, other_town_actor, auditor_actor):
    for actor in (other_town_actor, auditor_actor):
        with acting_as(actor), pytest.raises(NotAllowed):
            people.edit_member(member=member, values={"note": "x"}, by=actor)


def test_move_member_takes_everything_along(member, branch, other_branch, town_actor, secretary_actor):
    with acting_as(town_actor):
        open_journey(member=member, direction="out", values={"left_on": "2024"}, by=town_actor)
        open_lost(member=member, values={"since": "2026-01"}, by=town_actor)
        moved = people.move_member(member=member, to=other_branch, by=town_actor)
    assert (moved.home, moved.home_path) == (other_branch, other_branch.path)
    assert list(Membership.objects.order_by("pk").values_list("organisation", "ends_on")) == [
        (branch.pk, Membership.objects.first().ends_on),
        (other_branch.pk, None),
    ]
    assert Membership.objects.order_by("pk").first().ends_on is not None
    assert Journey.objects.get().home_path == LostContact.objects.get().home_path == other_branch.path
    assert Change.objects.filter(object_id=member.public_id).last().fields == {"home": [branch.pk, other_branch.pk]}
    assert not Member.objects.visible_to(secretary_actor).exists()


def test_move_member_stays_within_the_scope(member, foreign_branch, town, town_actor):
    with acting_as(town_actor), pytest.raises(NotAllowed):
        people.move_member(member=member, to=foreign_branch, by=town_actor)
    with acting_as(town_actor), pytest.raises(Blocked):
        people.move_member(member=member, to=town, by=town_actor)


def test_move_guest_changes_the_receiving_branch(branch, other_branch, town_actor):
    with acting_as(town_actor):
        guest = people.register_member(values={"name": "顾江", "identity": next_identity()}, care=branch, by=town_actor)
        open_journey(member=guest, direction="in", values={"home_text": "中共青岛市某支部"}, by=town_actor)
        moved = people.move_member(member=guest, to=other_branch, by=town_actor)
    journey = Journey.objects.get()
    assert (moved.home, moved.care, moved.care_path) == (None, other_branch, other_branch.path)
    assert (journey.host, journey.host_path, journey.state) == (other_branch, other_branch.path, "arrived")


def test_set_party_status_needs_a_document_and_ends_a_journey(member, town_actor):
    on = dt.date(2026, 3, 1)
    with acting_as(town_actor):
        open_journey(member=member, direction="out", values={"left_on": "2024"}, by=town_actor)
        with pytest.raises(UserError, match="决定文件"):
            people.set_party_status(member=member, status="stopped", on=on, by=town_actor)
        people.set_party_status(member=member, status="stopped", on=on, document="马店党发〔2026〕3号", by=town_actor)
        people.set_party_status(member=member, status="removed", on=on, document="马店党发〔2026〕9号", by=town_actor)
    assert (Journey.objects.get().state, Journey.objects.get().ended_on.iso()) == ("closed", "2026-03-01")
    assert Member.objects.get().party_status == "removed"


def test_show_number_is_an_event_and_a_right(member, town_actor, auditor_actor):
    with acting_as(town_actor):
        assert looking.show_number(record=member, field="phone", by=town_actor) == member.reveal("phone")
        looking.opened(member=member, by=town_actor)
        with pytest.raises(KeyError):
            looking.show_number(record=member, field="name", by=town_actor)
    with acting_as(auditor_actor), pytest.raises(NotAllowed):
        looking.show_number(record=member, field="phone", by=auditor_actor)
    assert sorted(Event.objects.values_list("kind", flat=True)) == ["member_opened", "number_shown"]
    assert member.reveal("phone") not in str(list(Event.objects.values_list("text", "data")))


def test_restricted_persons_are_known_to_the_county_only(
    branch, make_member, county_actor, town_actor, secretary_actor
):
    member = make_member(branch, restricted=True)
    with acting_as(county_actor):
        open_journey(member=member, direction="out", values={"reason": "work"}, by=county_actor)
        open_lost(member=member, values={"since": "2026-01"}, by=county_actor)
    for model in (Member, Journey, LostContact, Evidence, Freshness):
        assert model.objects.visible_to(county_actor).exists()
        assert not model.objects.visible_to(town_actor).exists()
        assert not model.objects.visible_to(secretary_actor).exists()


def test_restricting_is_the_countys(member, town_actor, county_actor):
    with acting_as(town_actor), pytest.raises(NotAllowed, match="县级"):
        people.edit_member(member=member, values={"restricted": True}, by=town_actor)
    with acting_as(county_actor):
        assert people.edit_member(member=member, values={"restricted": True}, by=county_actor).restricted


def test_an_old_mistake_stops_nobody_from_correcting_something_else(branch, make_member, town_actor):
    member = make_member(branch, joined_on="2010", confirmed_on="2009")
    values = {"joined_on": "2010", "confirmed_on": "2009", "home_address": "东头"}
    with acting_as(town_actor):
        assert people.edit_member(member=member, values=values, by=town_actor).home_address == "东头"
        with pytest.raises(UserError, match="早于入党"):
            people.edit_member(member=member, values={"joined_on": "2011"}, by=town_actor)


def test_a_mobile_branch_corrects_facts_and_leaves_membership_alone(
    branch, foreign_branch, make_member, other_town_actor
):
    member = make_member(branch, care=foreign_branch, care_path=foreign_branch.path)
    with acting_as(other_town_actor):
        people.edit_member(member=member, values={"home_address": "东头"}, by=other_town_actor)
        with pytest.raises(NotAllowed, match="组织关系所在"):
            people.move_member(member=member, to=foreign_branch, by=other_town_actor)
        with pytest.raises(NotAllowed, match="组织关系所在"):
            people.set_party_status(member=member, status="deceased", on=dt.date(2026, 1, 1), by=other_town_actor)
