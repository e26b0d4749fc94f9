"""Check-in of an arrival: of a member of ours with and without a known stay, of somebody else; what it proves, whom it asks."""

import pytest

from accounts.actions.tries import Locked
from accounts.actors import actor_for
from audit.models import Change, Event
from branches import rules
from core import clock
from core.actors import SYSTEM
from core.errors import Blocked, NotAllowed, UserError
from inbox.models import Message, Todo
from members.actions import journeys, merging, people, stages
from members.actions.steps import undo_step
from members.enums import Source
from members.models import Evidence, Journey, JourneyStep, Member
from stations.actions import arrivals, asking, outsiders, parts, stations
from stations.actions.arrivals import Arrival
from stations.models import CheckIn, Presence, WaitingGuest
from tests.conftest import make_identity, plant
from tests.stations.conftest import CHAOYANG, HAIDIAN, HUQIU

pytestmark = pytest.mark.django_db
NUMBER, PHONE = make_identity(77), "19900123456"


@pytest.fixture
def member(make_member, branch):
    return make_member(branch, name="何小明", identity=NUMBER, phone=PHONE)


def come(station, by, *, key="", **more):
    return arrivals.check_in(
        station=station, arrival=Arrival(**{"name": "何小明", "number": NUMBER, **more}), by=by, key=key
    )


def stay_of(member):
    return Journey.objects.get(member=member)


def waiting():
    return {(one.cause.split(":")[0], one.organisation.short_name) for one in Todo.objects.visible_to(SYSTEM).open()}


def test_a_known_stay_goes_on_and_is_verified(station, clerk, member, county_actor, branch):
    journeys.open_journey(
        member=member, direction="out", values={"region_code": HAIDIAN, "left_on": "2024-07"}, by=county_actor
    )
    made = come(station, clerk, address="某小区", employer="某公司", phone="19900777777")
    stay = stay_of(member)
    assert (stay.state, stay.region_code, stay.destination_text, stay.employer) == (
        "arrived",
        HAIDIAN,
        "某小区",
        "某公司",
    )
    assert stay.left_on.iso() == "2024-07"
    assert Member.objects.get(pk=member.pk).reveal("phone") == "19900777777"
    proof = Evidence.objects.visible_to(SYSTEM).filter(source=Source.CHECK_IN).get()
    assert (set(proof.fields.split(",")), proof.by.label) == (
        {"place", "phone", "employer"},
        "顾凤（“云湖·红色驿站”驻北京站）",
    )
    assert (made.journey_id, made.region_code, made.on) == (stay.pk, HAIDIAN, clock.today())
    assert [(one.station_id, one.why) for one in Presence.objects.visible_to(clerk)] == [(station.pk, "checked_in")]
    assert JourneyStep.objects.get(kind="arrived").text == "到“云湖·红色驿站”驻北京站报到"
    assert Change.objects.unscoped().filter(object_id=stay.public_id, version=2).exists()
    assert {one.kind for one in Event.objects.visible_to(SYSTEM)} >= {"journey_step", "station_arrival"}
    assert waiting() == set()
    assert [one.organisation_path for one in Message.objects.visible_to(SYSTEM)] == [branch.path]


def test_a_stay_elsewhere_leads_here_now(station, clerk, member, county_actor):
    journeys.open_journey(
        member=member, direction="out", values={"region_code": HUQIU, "destination_text": "某路"}, by=county_actor
    )
    come(station, clerk)
    stay = stay_of(member)
    assert (stay.region_code, stay.destination_text) == (CHAOYANG, "")
    assert stay.placed_on.iso() == clock.today().isoformat()


def test_without_a_known_stay_it_begins_here_and_the_home_is_asked_until_it_has_answered(
    station, clerk, member, branch, secretary_actor
):
    come(station, clerk, number=PHONE, wish="transfer")
    stay = stay_of(member)
    assert (stay.direction, stay.state, stay.region_code, stay.left_on) == ("out", "arrived", CHAOYANG, None)
    assert waiting() == {("station-home", "何寨村党支部"), ("station-wish", "何寨村党支部")}
    journeys.edit_journey(journey=stay, values={"left_on": "2026-10"}, by=secretary_actor)
    assert waiting() == {("station-wish", "何寨村党支部")}
    journeys.end_journey(journey=stay_of(member), outcome="returned", on="2026-11", by=secretary_actor)
    assert waiting() == set()


def test_the_wished_branch_is_asked_and_takes_the_member_in(station, clerk, member, mobile_branch, county_actor):
    come(station, clerk, receiver=mobile_branch)
    stay = stay_of(member)
    assert (stay.state, stay.host, stay.wish) == ("away", mobile_branch, "mobile")
    assert ("journey-arrival", "驻北京流动党员党支部") in waiting()
    stages.confirm_arrival(journey=stay, on="2026-11-20", by=county_actor)
    assert Member.objects.get(pk=member.pk).care == mobile_branch
    assert ("journey-arrival", "驻北京流动党员党支部") not in waiting()


def test_a_wish_that_names_no_branch_of_ours_is_for_the_keeper(station, clerk, member):
    come(station, clerk, wish="host", wish_text="朝阳区某社区党委")
    assert ("station-wish", "云湖县委") in waiting()


def test_twice_is_once(station, clerk, member):
    first = come(station, clerk, key="k")
    assert come(station, clerk, key="k").pk == first.pk
    assert come(station, clerk).pk == first.pk, "the same person on the same day"
    assert (CheckIn.objects.visible_to(clerk).count(), JourneyStep.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "何大明"},
        {"number": make_identity(79)},
        {"number": "19900999999"},
        {"name": "别人", "number": PHONE},
    ],
)
def test_name_and_number_must_both_fit_and_every_miss_reads_the_same(station, clerk, member, typed):
    with pytest.raises(UserError) as refused:
        come(station, clerk, **typed)
    assert (refused.value.code, refused.value.text) == ("not_found", arrivals.NOT_FOUND)
    assert not Journey.objects.exists()


def test_who_is_restricted_or_no_member_any_more_is_not_found(station, clerk, member, county_actor):
    people.edit_member(member=member, values={"restricted": True}, by=county_actor)
    with pytest.raises(UserError, match="没有对上"):
        come(station, clerk)
    Member.objects.filter(pk=member.pk).update(restricted=False, party_status="removed")
    with pytest.raises(UserError, match="没有对上"):
        come(station, clerk)


def test_too_many_misses_pause_and_a_hit_gives_none_back(station, clerk, member, county, county_actor):
    rules.set_rule(organisation=county, key="station_tries", value=5, by=county_actor)
    for number in range(4):
        with pytest.raises(UserError, match="没有对上"):
            come(station, clerk, name=f"何某{'甲乙丙丁'[number]}")
    come(station, clerk)
    with pytest.raises(UserError, match="没有对上"):
        come(station, clerk, name="何大明")
    with pytest.raises(Locked, match="已暂停"):
        come(station, clerk)


def test_somebody_else_becomes_a_guest_of_the_core_branch(station, clerk, mobile_branch):
    made = come(station, clerk, name="外来人", number=PHONE, home_text="外省某县某支部", address="某小区", wish="host")
    guest = Member.objects.visible_to(clerk).get()
    assert (guest.name, guest.is_guest, guest.care, guest.reveal("phone")) == ("外来人", True, mobile_branch, PHONE)
    assert (made.journey.direction, made.journey.state, made.journey.home_text) == ("in", "arrived", "外省某县某支部")
    assert Presence.objects.visible_to(clerk).get().why == "checked_in"
    assert Message.objects.visible_to(SYSTEM).get().title == "“云湖·红色驿站”驻北京站登记了外来党员外来人"
    assert waiting() == set()
    assert come(station, clerk, name="外来人", number=PHONE).pk == made.pk, "known by now"
    assert not clerk.reaches(mobile_branch.path, "edit")


def test_the_wish_of_somebody_else_is_told_to_the_keeper(station, clerk, county):
    wished = plant("中共云湖县驻上海流动党员支部委员会", "驻上海流动党员党支部", "631", county, 8, marks=["mobile"])
    made = come(station, clerk, name="外来人", number=PHONE, home_text="外省某支部", receiver=wished)
    assert (made.journey.wish, made.journey.wish_text) == ("mobile", "驻上海流动党员党支部")
    told = {one.title for one in Message.objects.visible_to(SYSTEM)}
    assert "外来党员外来人希望编入流动党员党支部（驻上海流动党员党支部）" in told


def test_whoever_says_a_branch_of_ours_is_home_is_asked_about_there(station, clerk, branch):
    come(station, clerk, name="外来人", number=NUMBER, phone=PHONE, home_text="何寨村党支部")
    assert waiting() == {("station-home", "何寨村党支部")}


@pytest.mark.parametrize(("is_ours", "left"), [(True, {("station-ours", "云湖县委")}), (False, set())])
def test_the_branch_that_is_asked_answers_and_the_keeper_hears_it(
    station, clerk, branch, secretary_actor, other_town_actor, auditor_actor, is_ours, left
):
    made = come(station, clerk, name="外来人", number=NUMBER, phone=PHONE, home_text="何寨村党支部")
    assert asking.question_to(other_town_actor, made.public_id) is None
    question = asking.question_to(secretary_actor, made.public_id)
    assert question.organisation == branch
    with pytest.raises(NotAllowed):
        asking.answer(asking.question_to(auditor_actor, made.public_id), is_ours=True, note="", by=auditor_actor)
    with pytest.raises(UserError, match="不要写"):
        asking.answer(question, is_ours=is_ours, note=f"号码是{PHONE}", by=secretary_actor)
    asking.answer(question, is_ours=is_ours, note="名册上叫何大明", by=secretary_actor)
    assert waiting() == left
    message = Message.objects.visible_to(SYSTEM).get()
    assert (message.organisation_path, message.text) == (station.keeper.path, "名册上叫何大明")
    assert ("不是他们的党员" in message.title) is not is_ours
    assert asking.question_to(secretary_actor, made.public_id) is None, "answered once"


def test_what_is_to_be_merged_is_done_when_the_records_are_one(station, clerk, member, secretary_actor, county_actor):
    made = come(station, clerk, name="何晓明", number=make_identity(78), phone=PHONE, home_text="何寨村党支部")
    asking.answer(asking.question_to(secretary_actor, made.public_id), is_ours=True, note="", by=secretary_actor)
    merging.merge(kept=member, gone=made.member, by=county_actor)
    assert waiting() == set()


@pytest.fixture
def lone(make_station):
    """A station that leans on no branch of ours."""
    return make_station()


@pytest.fixture
def lone_clerk(lone, make_clerk):
    return actor_for(make_clerk(lone), clock.today())


@pytest.fixture
def guest(lone, lone_clerk):
    typed = {"number": NUMBER, "phone": PHONE, "address": "某小区", "wish": "host"}
    return come(lone, lone_clerk, name="外来人", home_text="外省某县某支部", **typed)


def test_at_a_station_without_a_branch_somebody_else_waits_for_the_keeper(guest, lone, lone_clerk, town_actor):
    assert isinstance(guest, WaitingGuest)
    assert (guest.reveal("phone"), guest.reveal("identity"), guest.phone_tail) == (PHONE, NUMBER, PHONE[-4:])
    assert PHONE not in guest.phone
    assert not Member.objects.unscoped().exists()
    assert waiting() == {("station-guest", "云湖县委")}
    again = come(lone, lone_clerk, name="外来人", number=PHONE, home_text="外省某县某支部")
    assert again.pk == guest.pk, "the same person waits once"
    assert list(WaitingGuest.objects.visible_to(town_actor)) == []


def test_the_branch_that_is_named_receives_as_if_at_the_door(guest, lone, lone_clerk, mobile_branch, county_actor):
    made = outsiders.place(guest, branch=mobile_branch, by=county_actor)
    member = Member.objects.visible_to(lone_clerk).get()
    assert (member.name, member.care, member.reveal("phone"), member.reveal("identity")) == (
        "外来人", mobile_branch, PHONE, NUMBER,
    )  # fmt: skip
    assert (made.on, made.wish, made.journey.home_text) == (guest.on, "host", "外省某县某支部")
    assert made.journey.destination_text == "某小区"
    assert Presence.objects.visible_to(lone_clerk).get().why == "checked_in"
    guest.refresh_from_db()
    assert (guest.state, guest.phone, guest.identity, guest.phone_tail) == ("placed", "", "", ""), (
        "kept once, in the file"
    )
    assert waiting() == set()
    with pytest.raises(Blocked, match="已经安排过"):
        outsiders.decline(guest, reason="不来了", by=county_actor)
    assert come(lone, lone_clerk, name="外来人", number=PHONE).pk == made.pk, "known by now"


def test_whoever_is_not_received_leaves_a_reason_and_no_number(guest, lone_clerk, county_actor):
    with pytest.raises(UserError, match="请填写"):
        outsiders.decline(guest, reason=" ", by=county_actor)
    with pytest.raises(NotAllowed):
        outsiders.decline(guest, reason="不是党员", by=lone_clerk)
    outsiders.decline(guest, reason="核实过，不是党员", by=county_actor)
    guest.refresh_from_db()
    assert (guest.state, guest.reason, guest.phone, guest.identity) == ("declined", "核实过，不是党员", "", "")
    assert waiting() == set()
    assert Event.objects.filter(kind="station_guest_declined").count() == 1


def test_a_phone_is_asked_for_before_anybody_waits(lone, lone_clerk):
    with pytest.raises(UserError, match="手机号"):
        come(lone, lone_clerk, name="外来人", number=make_identity(78), home_text="外省某支部")
    assert not WaitingGuest.objects.visible_to(SYSTEM).exists()


def test_who_may_check_in_where(station, make_station, clerk, member, county_actor, town_actor, secretary_actor):
    for by in (town_actor, secretary_actor):
        with pytest.raises(NotAllowed):
            come(station, by)
    with pytest.raises(NotAllowed):
        come(make_station(), clerk)
    come(station, county_actor)
    stations.close(station, by=county_actor)
    station.refresh_from_db()
    with pytest.raises(Blocked, match="停用"):
        come(station, clerk)


def test_a_check_in_can_be_taken_back_by_the_home(station, clerk, member, secretary_actor):
    come(station, clerk)
    assert undo_step(step=JourneyStep.objects.get(), by=secretary_actor) is None
    assert not Journey.objects.exists()
    assert not Presence.objects.visible_to(SYSTEM).exists()
    with pytest.raises(UserError, match="没有对上"):
        come(station, clerk, name="谁")


def test_posts_points_and_lines(station, county_actor, town_actor):
    parts.appoint(station=station, values={"title": "head", "holder_name": "顾凤", "phone": PHONE}, by=county_actor)
    with pytest.raises(UserError, match="现任站长"):
        parts.appoint(station=station, values={"title": "head", "holder_name": "江光兴"}, by=county_actor)
    again = [
        parts.appoint(station=station, values={"title": "liaison", "holder_name": "顾凤"}, by=county_actor, key="k").pk
        for _ in range(2)
    ]
    assert len(set(again)) == 1
    point = parts.add_point(station=station, values={"name": "朝阳窗口"}, by=county_actor)
    with pytest.raises(UserError, match="已经有叫"):
        parts.add_point(station=station, values={"name": "朝阳窗口"}, by=county_actor)
    assert parts.close_point(point, by=county_actor).closed_on == clock.today()
    for act in (
        lambda: parts.add_point(station=station, values={"name": "x"}, by=town_actor),
        lambda: parts.set_line_head(station=station, line="talent", head_name="谁", by=town_actor),
        lambda: stations.edit(station, values={"hours": "x"}, by=town_actor),
        lambda: stations.close(station, by=town_actor),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_new_station_gets_the_next_number_and_a_path_of_its_own(county, county_actor, station):
    made = [
        stations.create(keeper=county, values={"name": "驻苏州站", "region_code": HUQIU}, by=county_actor, key="k")
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert (made[0].number, made[0].path[:4]) == (station.number + 1, "9999")
    assert made[0].path > station.path
    assert made[0].kind.title == "红色驿站"
    with pytest.raises(UserError, match="已经有叫"):
        stations.create(keeper=county, values={"name": "驻苏州站"}, by=county_actor)
    with pytest.raises(UserError, match="电话或身份证"):
        stations.edit(station, values={"facilities": f"打 {PHONE}"}, by=county_actor)
    branch = plant("中共云湖县驻津支部委员会", "驻津党支部", "631", county, 30)
    edited = stations.edit(station, values={"core": branch, "hours": "每天"}, by=county_actor, version=station.version)
    assert Change.objects.of(edited, county_actor).last().fields["hours"] == ["工作日 9:00-17:30", "每天"]
