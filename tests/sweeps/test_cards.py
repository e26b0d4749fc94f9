"""The secretary's pages: a card and the next, what each answer needs, undo, the table, bulk; and what a card costs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM
from members.models import Journey, LostContact, Member
from stations.models import Station, StationKind
from sweeps.actions.opening import fill
from sweeps.enums import NotReached
from sweeps.models import Finding, Item, Sweep
from sweeps.views import table
from tests.sweeps.quarter import FRESH, item, opened, return_of

STALE = {**FRESH, "phone": 91, "employer": 181}
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def in_the_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages take the time of the machine; it is a week into the quarter of these tests."""
    then = dt.datetime(2026, 10, 8, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    monkeypatch.setattr(clock, "now", lambda: then)
    monkeypatch.setattr(clock, "today", then.date)


@pytest.fixture
def secretary(client_for: Callable[[User], Client], secretary_user: User) -> Client:
    return client_for(secretary_user)


def card(member: Member, name: str = "sweep-card") -> str:
    return reverse(name, args=[item(member).sweep.public_id, member.public_id])


def page(name: str, of: Any) -> str:
    return reverse(name, args=[of.public_id])


def send(client: Client, member: Member, *, htmx: bool = True, **given: str) -> Any:
    data = {"version": item(member).version, "way": "phone", **given}
    return client.post(card(member), data, **(HTMX if htmx else {}))


def text(response: Any) -> str:
    """The words of an answer."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def two(away: Any, county: Organisation, branch: Organisation) -> tuple[Member, Member]:
    """Two people of whom phone and employer have run out; the sweep is open."""
    first, second = away(branch, **STALE), away(branch, **STALE)
    Member.objects.filter(pk=second.pk).update(name="何小红")
    opened(county)
    return first, second


def test_the_next_card_follows_with_the_last_one_above_it(secretary: Client, two: tuple[Member, Member]) -> None:
    first, _second = two
    response = send(secretary, first, do="same")
    shown = text(response)
    assert (item(first).answer, item(first).way) == ("unchanged", "phone")
    assert "上一位：何小明，没有变化" in shown
    assert "何小红" in shown
    assert "还剩 1 人" in shown
    assert response["HX-Replace-Url"] == page("return-queue", return_of(item(first).sweep, item(first).member.home))


def test_without_script_the_next_card_is_a_page(secretary: Client, two: tuple[Member, Member]) -> None:
    response = send(secretary, two[0], htmx=False, do="same")
    shown = text(secretary.get(response["Location"]))
    assert "上一位：何小明，没有变化" in shown
    assert 'value="phone" id="way-phone" checked' in secretary.get(response["Location"]).content.decode()


def test_nothing_is_chosen_beforehand(secretary: Client, two: tuple[Member, Member]) -> None:
    assert " checked" not in secretary.get(card(two[0])).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"way": ""}, "怎样问到的：请选一样"),
        ({"ask_phone": "same"}, "单位与行业：请选一样"),
        ({"ask_phone": "new", "ask_employer": "same"}, "新号码：选了有变化"),
        ({"ask_phone": "new", "phone": "123", "ask_employer": "same"}, "不是能拨通的号码"),
        ({"ask_phone": "new", "phone": "19900123456", "do": "same"}, "又点了没有变化"),
        ({"result": "returned"}, "哪一天：请填写是哪一天"),
        ({"result": "returned", "on": "2027-01-01"}, "还没有到"),
        ({"result": "deceased", "on": "2026-09"}, "哪一天：日期"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(
    secretary: Client, two: tuple[Member, Member], given: dict[str, str], words: str
) -> None:
    assert words in text(send(secretary, two[0], **given))
    assert item(two[0]).state == "open"


def test_a_changed_phone_and_place_go_into_the_register(
    secretary: Client, away: Any, county: Organisation, branch: Organisation
) -> None:
    member = away(branch, **{**FRESH, "phone": 91, "place": 91})
    opened(county)
    send(
        secretary,
        member,
        ask_phone="new",
        phone="199 0012 3456",
        ask_place="new",
        where="江苏省苏州市昆山市某某路 3 号",
    )
    member.refresh_from_db()
    stay = Journey.objects.unscoped().get(member=member)
    assert (item(member).answer, member.reveal("phone")) == ("changed", "19900123456")
    assert (stay.region_code, stay.destination_text) == ("320583", "某某路 3 号")


def test_what_is_not_known_and_nobody_can_say_is_answered_and_stays_unproved(
    secretary: Client, two: tuple[Member, Member]
) -> None:
    member = two[0]  # no employer is registered
    send(secretary, member, ask_phone="same", ask_employer="unknown")
    fresh = Member.objects.unscoped().select_related("freshness").get(pk=member.pk).freshness
    assert (item(member).answer, fresh.phone_from, fresh.employer_from) == ("unchanged", "sweep", "")


@pytest.mark.parametrize(
    ("given", "answer", "state"),
    [
        ({"result": "returned", "on": "2026-10-05"}, "returned", "returned"),
        ({"result": "transferred", "on": "2026年9月"}, "transferred", "transferred"),
        ({"result": "deceased", "on": "2026年9月3日"}, "deceased", "closed"),
        ({"result": "other", "note": "在外地住院"}, "other", "away"),
        ({"result": "unreachable", "on": "2026-06"}, "unreachable", "away"),
    ],
)
def test_what_else_may_have_become_of_somebody(
    secretary: Client, two: tuple[Member, Member], given: dict[str, str], answer: str, state: str
) -> None:
    send(secretary, two[0], **given)
    assert (item(two[0]).answer, Journey.objects.unscoped().get(member=two[0]).state) == (answer, state)


@pytest.mark.parametrize(
    ("verified", "known", "label"),
    [
        ({"phone": 91, "employer": 181}, "某店", "这几样都没变"),
        ({"phone": 91}, "", "没有变化"),
        ({"employer": 181}, "", "还不清楚"),
        ({"employer": 181, "dues": 181}, "", "都还不清楚"),
        ({}, "", "没有变化"),
    ],
)
def test_nobody_is_said_to_be_unchanged_of_whom_nothing_is_registered(
    secretary: Client,
    away: Any,
    county: Organisation,
    branch: Organisation,
    verified: dict[str, int],
    known: str,
    label: str,
) -> None:
    member = away(branch, **{**FRESH, **verified})
    Journey.objects.unscoped().filter(member=member).update(employer=known)
    opened(county)
    page = secretary.get(card(member)).content.decode()
    assert re.search(r'name="do" value="same">(.*?)<', page)[1] == label


def test_not_reached_is_put_off_without_saying_how(secretary: Client, two: tuple[Member, Member]) -> None:
    shown = text(send(secretary, two[0], do="off", way=""))
    assert "上一位：何小明，关机或停机，10 月 11 日再联系" in shown
    assert (item(two[0]).state, item(two[0]).next_on) == ("trying", dt.date(2026, 10, 11))


def test_one_may_look_at_the_next_first(secretary: Client, two: tuple[Member, Member], branch: Organisation) -> None:
    queue = page("return-queue", return_of(item(two[0]).sweep, branch))
    assert "何小红" in text(secretary.get(f"{queue}?past={two[0].public_id}"))
    assert "何小明" in text(secretary.get(f"{queue}?past={two[1].public_id}"))
    assert secretary.get(f"{queue}?past=nobody&after=nobody").status_code == 200


def test_undo_leads_back_to_the_card(secretary: Client, two: tuple[Member, Member], branch: Organisation) -> None:
    send(secretary, two[0], ask_phone="new", phone="19900123456", ask_employer="same")
    of = return_of(item(two[0]).sweep, branch)
    assert "撤回上一个：何小明" in text(secretary.get(of.get_absolute_url()))
    response = secretary.post(card(two[0], "sweep-undo"))
    assert response["Location"] == card(two[0])
    assert item(two[0]).state == "open"


def test_who_was_second_sees_what_the_first_answered(
    secretary: Client, client_for: Any, town_user: User, two: tuple[Member, Member]
) -> None:
    version = item(two[0]).version
    send(secretary, two[0], do="same")
    town = client_for(town_user)
    data = {"version": version, "way": "visit", "on_behalf": "何建国", "result": "returned", "on": "2026-10-05"}
    shown = text(town.post(card(two[0]), data, **HTMX))
    assert "别人先填了这一位" in shown
    assert "谁填的 何建国" in shown
    assert item(two[0]).answer == "unchanged"


def test_a_number_is_shown_to_be_dialled_and_the_look_is_recorded(
    secretary: Client, two: tuple[Member, Member]
) -> None:
    phone = two[0].reveal("phone")
    assert phone not in secretary.get(card(two[0])).content.decode()
    for extra in (HTMX, {}):
        shown = secretary.post(card(two[0], "sweep-call"), {"field": "phone"}, **extra).content.decode()
        assert f'href="tel:{phone}"' in shown
    assert Event.objects.unscoped().filter(kind="number_shown").count() == 2
    assert secretary.post(card(two[0], "sweep-call"), {"field": "identity_index"}).status_code == 404


def test_those_of_whom_nothing_ran_out_are_confirmed_by_name(
    secretary: Client, away: Any, county: Organisation, branch: Organisation
) -> None:
    fresh, stale = away(branch, **FRESH), away(branch, **STALE)
    Member.objects.filter(pk=stale.pk).update(name="何大海")
    of = return_of(opened(county), branch)
    shown = text(secretary.get(page("return-fresh", of)))
    assert "何小明" in shown
    assert "何大海" not in shown
    secretary.post(page("return-fresh", of))
    assert (item(fresh).answer, item(stale).state) == ("unchanged", "open")


def test_the_level_above_says_from_whom_it_has_it(client_for: Any, town_user: User, two: tuple[Member, Member]) -> None:
    town = client_for(town_user)
    assert "谁提供的情况：代录请写明" in text(send(town, two[0], do="same", way="paper"))
    send(town, two[0], do="same", way="paper", on_behalf="何建国（支部书记）")
    assert (item(two[0]).on_behalf, item(two[0]).way) == ("何建国（支部书记）", "paper")


def test_a_mobile_branch_answers_for_whom_it_looks_after(
    client_for: Any, make_user: Any, other_branch: Organisation, two: tuple[Member, Member], branch: Organisation
) -> None:
    member = two[0]
    Member.objects.filter(pk=member.pk).update(care=other_branch, care_path=other_branch.path)
    Item.objects.filter(member=member).update(care_path=other_branch.path)
    own = return_of(item(member).sweep, other_branch)
    elsewhere = client_for(make_user(other_branch, "secretary", "吕明"))
    assert "在本支部参加组织生活的 由组织关系所在支部上报" in text(elsewhere.get(own.get_absolute_url()))
    assert send(elsewhere, member, do="same")["Location"] == own.get_absolute_url()
    assert item(member).answer == "unchanged"
    assert elsewhere.get(return_of(own.sweep, branch).get_absolute_url()).status_code == 404


# -- the table ----------------------------------------------------------------------------------


def row(member: Member, **given: str) -> dict[str, str]:
    prefix = member.public_id
    return {
        f"{prefix}-version": str(item(member).version),
        **{f"{prefix}-{key}": value for key, value in given.items()},
    }


def test_the_table_saves_every_row_that_was_filled_in(
    secretary: Client, two: tuple[Member, Member], branch: Organisation
) -> None:
    of = return_of(item(two[0]).sweep, branch)
    shown = text(secretary.get(page("return-table", of)))
    assert "何小明" in shown
    assert "单位与行业" in shown
    data = {"way": "phone", **row(two[0], result="same"), **row(two[1])}
    assert secretary.post(page("return-table", of), data).status_code == 302
    assert (item(two[0]).answer, item(two[1]).state) == ("unchanged", "open")
    wrong = secretary.post(page("return-table", of), {"way": "phone", **row(two[1], ask_phone="new")})
    assert "选了有变化" in text(wrong)


def test_the_table_makes_no_more_rows_than_it_shows(
    secretary: Client, two: tuple[Member, Member], branch: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST", 1)
    shown = text(secretary.get(page("return-table", return_of(item(two[0]).sweep, branch))))
    assert "何小明" in shown
    assert "何小红" not in shown
    assert "还有 1 人" in shown


def test_one_row_is_saved_in_place(secretary: Client, two: tuple[Member, Member], branch: Organisation) -> None:
    of = return_of(item(two[0]).sweep, branch)
    data = {
        "columns": "phone,employer",
        "only": two[1].public_id,
        **row(two[0], result="same"),
        **row(two[1], do="off"),
    }
    shown = secretary.post(page("return-table", of), data, **HTMX).content.decode()
    assert "关机或停机" in shown
    assert (item(two[0]).state, item(two[1]).state) == ("open", "trying")
    again = secretary.post(page("return-table", of), {**data, "only": two[0].public_id}, **HTMX)
    assert "上面的“怎样问到的”还没有选" in text(again)
    assert secretary.post(page("return-table", of), {**data, "only": "nobody"}, **HTMX).status_code == 404


# -- the canvass --------------------------------------------------------------------------------


@pytest.fixture
def at_home(make_member: Any, county: Organisation, branch: Organisation) -> tuple[Any, list[Member]]:
    people = [make_member(branch, name=name) for name in ("何一", "何二", "何三", "何四", "何五")]
    return return_of(opened(county), branch), people


def test_all_at_home_with_nothing_ticked(secretary: Client, at_home: Any) -> None:
    of, _people = at_home
    assert "何一" in text(secretary.get(page("return-canvass", of)))
    secretary.post(page("return-canvass", of), {"confirm": "yes"})
    of.refresh_from_db()
    assert of.canvassed_at is not None


def test_all_at_home_except(secretary: Client, at_home: Any, branch: Organisation) -> None:
    of, people = at_home
    told = [
        {"kind": "out", "on": "2026-10-02", "where": "江苏省苏州市昆山市"},
        {"kind": "short", "on": "2026-10-03", "back_on": "2026-11"},
        {"kind": "unreachable", "on": "2026-05"},
        {"kind": "deceased", "on": "2026年10月1日"},
        {"kind": "transferred", "note": "转到外县"},
    ]
    data: dict[str, Any] = {"ticked": [one.public_id for one in people], "confirm": "yes"}
    for member, given in zip(people, told, strict=True):
        data |= {f"{member.public_id}-{key}": value for key, value in given.items()}
    secretary.post(page("return-canvass", of), data)
    found = Finding.objects.unscoped().filter(of=of).order_by("member_id")
    assert [one.kind for one in found] == [given["kind"] for given in told]
    stays = Journey.objects.unscoped().order_by("member_id")
    assert [(stay.region_code, stay.left_on.iso()) for stay in stays] == [("320583", "2026-10-02"), ("", "2026-10-03")]
    assert LostContact.objects.unscoped().get().since.iso() == "2026-05"
    of.refresh_from_db()
    assert of.canvassed_at is not None


@pytest.mark.parametrize("kind", ["out", "short", "transferred"])
def test_who_was_ticked_by_mistake_is_at_home_again(secretary: Client, at_home: Any, kind: str) -> None:
    of, people = at_home
    one = people[0].public_id
    back = reverse("return-canvass-back", args=[of.public_id, one])
    for _ in range(2):
        data = {"ticked": [one], f"{one}-kind": kind, f"{one}-on": "2026-10-02"}
        secretary.post(page("return-canvass", of), data)
        assert Finding.objects.unscoped().get().kind == kind
        assert back in secretary.get(page("return-canvass", of)).content.decode()
        assert f"已撤回，{people[0].name}算在家" in text(secretary.post(back, follow=True))
        assert not Finding.objects.unscoped().exists()
        assert not Item.objects.unscoped().exists()
        assert not Journey.objects.unscoped().exists()
    assert secretary.post(back).status_code == 404
    assert "零报告，上报" in text(secretary.get(of.get_absolute_url()))
    kinds = list(Event.objects.unscoped().filter(kind__startswith="sweep_found").values_list("kind", flat=True))
    assert sorted(kinds) == ["sweep_found"] * 2 + ["sweep_found_undone"] * 2


@pytest.mark.parametrize(("kind", "words"), [("unreachable", "写明何一已经联系上"), ("deceased", "先到档案里更正")])
def test_what_the_register_says_is_put_right_there_first(
    secretary: Client, at_home: Any, secretary_actor: Any, kind: str, words: str
) -> None:
    of, people = at_home
    one = people[0].public_id
    back = reverse("return-canvass-back", args=[of.public_id, one])
    secretary.post(page("return-canvass", of), {"ticked": [one], f"{one}-kind": kind, f"{one}-on": "2026-10-02"})
    assert words in text(secretary.post(back, follow=True))
    assert Finding.objects.unscoped().exists()
    LostContact.objects.unscoped().update(state="found", found_on="2026-10-07")
    Member.objects.unscoped().filter(public_id=one).update(party_status="normal")
    secretary.post(back)
    assert not Finding.objects.unscoped().exists()


def test_one_wrong_line_writes_none_of_them(secretary: Client, at_home: Any) -> None:
    of, people = at_home
    first, second = people[0].public_id, people[1].public_id
    data = {"ticked": [first, second], f"{first}-kind": "short", f"{first}-on": "2026-10-02", f"{second}-kind": "out"}
    shown = text(secretary.post(page("return-canvass", of), {**data, "confirm": "yes"}))
    assert "请填写什么时候" in shown
    assert not Finding.objects.unscoped().exists()
    of.refresh_from_db()
    assert of.canvassed_at is None


def test_the_level_above_says_who_was_at_home_according_to_whom(
    client_for: Callable[[User], Client], town_user: User, at_home: Any
) -> None:
    of, _people = at_home
    town = client_for(town_user)
    assert "谁提供的情况" in text(town.get(page("return-canvass", of)))
    assert "代录请写明" in text(town.post(page("return-canvass", of), {"confirm": "yes", "on_behalf": " "}))
    of.refresh_from_db()
    assert of.canvassed_at is None
    town.post(page("return-canvass", of), {"confirm": "yes", "on_behalf": "何建国"})
    of.refresh_from_db()
    assert of.canvassed_at is not None
    assert "何建国提供" in Event.objects.unscoped().get(kind="sweep_canvassed").text


# -- the return ---------------------------------------------------------------------------------


def test_a_nil_return_is_one_tap(secretary: Client, at_home: Any) -> None:
    of, _people = at_home
    assert "零报告，上报" in text(secretary.get(of.get_absolute_url()))
    assert "零报告已上报" in text(secretary.post(page("return-nil", of), follow=True))
    of.refresh_from_db()
    assert (of.state, of.is_nil) == ("submitted", True)
    secretary.post(page("return-take-back", of))
    of.refresh_from_db()
    assert of.state == "open"


def test_the_level_above_hands_in_with_a_name(client_for: Any, town_user: User, at_home: Any) -> None:
    of, _people = at_home
    town = client_for(town_user)
    assert "谁提供的情况" in text(town.post(page("return-nil", of), {"way": "phone"}))
    town.post(page("return-nil", of), {"way": "phone", "on_behalf": "何建国"})
    of.refresh_from_db()
    assert (of.state, of.on_behalf, of.way) == ("submitted", "何建国", "phone")


def test_reasons_lead_to_where_they_are_put_right(
    secretary: Client, two: tuple[Member, Member], branch: Organisation
) -> None:
    of = return_of(item(two[0]).sweep, branch)
    shown = secretary.get(of.get_absolute_url()).content.decode()
    assert f'<a href="{page("return-queue", of)}">还有 2 人没有核实</a>' in shown
    assert f'<a href="{page("return-canvass", of)}">还没有确认在家党员的摸排</a>' in shown


def test_the_first_page_says_how_many_are_left(secretary: Client, two: tuple[Member, Member]) -> None:
    assert "还有 2 人待核实 去核实" in text(secretary.get("/"))
    for member in two:
        send(secretary, member, do="same")
    assert "人都核实好了，还没有上报 去上报" in text(secretary.get("/"))


def test_signs_are_shown_to_the_branch_and_to_the_level_above(
    secretary: Client, client_for: Any, town_user: User, away: Any, county: Organisation, branch: Organisation
) -> None:
    people = [away(branch, **STALE) for _ in range(8)]
    of = return_of(opened(county), branch)
    for member in people:
        send(secretary, member, do="same")
    assert "上报前请再看一眼" in text(secretary.get(of.get_absolute_url()))
    assert "可以抽几位回访" in text(client_for(town_user).get(of.get_absolute_url()))


# -- what it costs ------------------------------------------------------------------------------


def cost(act: Callable[[], Any]) -> int:
    """Statements that read or write, without those that only mark a place to go back to, and without what Django asks
    SQLite once about itself."""
    with CaptureQueriesContext(connection) as done:
        act()
    return sum(1 for one in done if not re.match(r"(RELEASE )?SAVEPOINT|ROLLBACK TO|SELECT JSON\('", one["sql"]))


@pytest.fixture
def all_run_out(away: Any, county: Organisation, branch: Organisation) -> tuple[Member, Member]:
    """Everything has run out of the first; another one is next."""
    county.region_code = "379981"
    county.save(update_fields=["region_code"])
    first, second = away(branch, **dict.fromkeys(FRESH, 400)), away(branch, **STALE)
    Member.objects.filter(pk=first.pk).update(home_address="何寨村 1 号")
    Journey.objects.unscoped().filter(member=first).update(employer="某店", reason="work", region_code="320500")
    Member.objects.filter(pk=second.pk).update(name="何小红")
    opened(county)
    return first, second


AS_WAS = {f"ask_{field}": "same" for field in FRESH} | {"ask_dues": "unknown"}
PHONE = {"ask_phone": "new", "phone": "19900123456"}
WORK = {"ask_employer": "new", "employer": "某厂"}
PLACE = {"ask_place": "new", "where": "江苏省苏州市昆山市某某路 3 号"}
ADDRESS = {"ask_address": "new", "home_address": "何寨村 3 号"}
DUES = {"ask_dues": "new", "dues_paid_to": "2026-09"}
ANSWERS = {
    "button": {"do": "same"},
    "unchanged": AS_WAS,
    "phone": AS_WAS | PHONE,
    "work": AS_WAS | WORK,
    "place": AS_WAS | PLACE,
    "phone and work": AS_WAS | PHONE | WORK,
    "phone and place": AS_WAS | PHONE | PLACE,
    "address and dues": AS_WAS | ADDRESS | DUES,
    "everything": AS_WAS | PHONE | WORK | PLACE | ADDRESS | DUES | {"ask_reason": "new", "reason": "family"},
    "returned": {"result": "returned", "on": "2026-10-05"},
    "transferred": {"result": "transferred", "on": "2026年9月"},
    "unreachable": {"result": "unreachable", "on": "2026-06"},
    "other": {"result": "other", "note": "在外地住院"},
    **{f"not reached: {reason}": {"do": reason} for reason in NotReached.values},
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_and_the_next_card_are_twelve_statements_at_most(
    secretary: Client, all_run_out: tuple[Member, Member], answer: str
) -> None:
    assert spent(secretary, all_run_out[0], ANSWERS[answer]) <= 12
    assert item(all_run_out[0]).state == ("trying" if answer.startswith("not reached") else "answered")


@pytest.mark.parametrize(
    ("answer", "station", "closed", "most"),
    [
        ("button", True, True, 12),
        ("phone and work", True, True, 12),
        ("phone and place", False, True, 12),
        ("phone and place", True, False, 14),
        ("returned", True, False, 13),
        ("returned", False, True, 17),
        ("returned", True, True, 18),
    ],
)
def test_where_others_have_to_follow_an_answer_it_costs_more(
    secretary: Client, all_run_out: tuple[Member, Member], county: Organisation, answer: str, station: bool, closed: bool,
    most: int,
) -> None:  # fmt: skip
    now = clock.now()
    if station:  # whose people are worked out anew
        Station.objects.create(
            name="驻苏州站",
            number=1,
            path="99990001",
            keeper=county,
            region_code="320583",
            kind=StationKind.objects.usual(),
        )
    if closed:  # whose books may have learned something
        Sweep.objects.create(
            quarter="2026Q3", organisation=county, path=county.path, state="closed", on="2026-07-01",
            branch_due_on="2026-08-01", town_due_on="2026-08-01", county_due_on="2026-08-01",
            opened_at=now - dt.timedelta(days=90), opened_by=SYSTEM.ref, closed_at=now - dt.timedelta(days=9),
            closed_by=SYSTEM.ref,
        )  # fmt: skip
    assert spent(secretary, all_run_out[0], ANSWERS[answer]) <= most


def test_a_death_is_an_act_of_its_own_in_the_register(secretary: Client, all_run_out: tuple[Member, Member]) -> None:
    assert spent(secretary, all_run_out[0], {"result": "deceased", "on": "2026年9月3日"}) <= 18


def spent(secretary: Client, member: Member, given: dict[str, str]) -> int:
    """The statements of an answer after which the next card follows."""
    secretary.get("/")  # the session's clock is written once a minute
    address, data = card(member), {"version": 1, "way": "phone", **given}
    answered = []
    number = cost(lambda: answered.append(secretary.post(address, data, **HTMX)))
    assert "上一位：何小明" in text(answered[0])
    assert "何小红" in text(answered[0])
    return number


@pytest.mark.parametrize("name", ["return-detail", "return-table", "return-fresh", "return-canvass"])
def test_pages_cost_the_same_for_many(
    name: str, secretary: Client, away: Any, make_member: Any, county: Organisation, branch: Organisation
) -> None:
    def people(number: int) -> None:
        for _ in range(number):
            away(branch, **STALE)
            away(branch, **FRESH)
            make_member(branch)

    people(2)
    sweep = opened(county)
    address = page(name, return_of(sweep, branch))
    people(1)  # came while it ran
    fill(sweep=sweep)
    secretary.get(address)
    few = cost(lambda: secretary.get(address))
    people(20)
    fill(sweep=sweep)
    assert Item.objects.unscoped().count() == 46
    assert cost(lambda: secretary.get(address)) == few <= 36
