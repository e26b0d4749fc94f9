"""Slips: printed by the level above, used once, within fourteen days."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.actions import accounts, sign_in, slips
from accounts.actions.slips import check_slip, new_slip, redeem_slip
from accounts.models import Device, LoginSlip, User
from core import clock
from core.actors import Actor
from core.errors import Blocked, NotAllowed, UserError
from inbox.models import Message
from tests.conftest import PASSWORD

NEW = "Lv-Yuan#2026-xin"
PIN = "704193"


def check(user: User, code: str, now: dt.datetime | None = None) -> LoginSlip:
    return check_slip(username=user.username, code=code, address="10.0.0.7", now=now)


def test_slip_opens_once(secretary_user: User, town_actor: Actor, kinds_of):
    printed = new_slip(user=secretary_user, by=town_actor)
    slip = check(secretary_user, printed.code.lower().replace("-", " "))
    redeem_slip(slip=slip, password=NEW)
    secretary_user.refresh_from_db()
    assert secretary_user.check_password(NEW)
    with pytest.raises(UserError, match="已用过"):
        check(secretary_user, printed.code)
    with pytest.raises(UserError, match="刚刚用过"):
        redeem_slip(slip=slip, password=NEW + "2")
    assert kinds_of(secretary_user) == ["slip_made", "slip_used", "slip_refused"]


def test_slip_expires_after_fourteen_days(secretary_user: User, town_actor: Actor):
    now = clock.now()
    printed = new_slip(user=secretary_user, by=town_actor, now=now)
    check(secretary_user, printed.code, now + dt.timedelta(days=13, hours=23))
    with pytest.raises(UserError, match="过期"):
        check(secretary_user, printed.code, now + dt.timedelta(days=14))


def test_new_slip_replaces_the_older(secretary_user: User, town_actor: Actor):
    old = new_slip(user=secretary_user, by=town_actor)
    new = new_slip(user=secretary_user, by=town_actor)
    with pytest.raises(UserError):
        check(secretary_user, old.code)
    assert check(secretary_user, new.code) == new.slip


def test_slip_of_a_disabled_account_is_void(secretary_user: User, town_actor: Actor):
    printed = new_slip(user=secretary_user, by=town_actor)
    accounts.disable(user=secretary_user, by=town_actor)
    with pytest.raises(UserError):
        check(secretary_user, printed.code)
    with pytest.raises(Blocked, match="停用"):
        new_slip(user=secretary_user, by=town_actor)


def test_refusals_read_the_same_for_unknown_names(secretary_user: User, town_actor: Actor):
    new_slip(user=secretary_user, by=town_actor)
    texts = []
    for name in (secretary_user.username, "nobody"):
        with pytest.raises(UserError) as caught:
            check_slip(username=name, code="AAAA-AAAA", address="10.0.0.7")
        texts.append(caught.value.text)
    assert texts[0] == texts[1]


def test_codes_are_not_in_the_database(secretary_user: User, town_actor: Actor):
    printed = new_slip(user=secretary_user, by=town_actor)
    assert printed.code.replace("-", "") not in str(LoginSlip.objects.filter(pk=printed.slip.pk).values())


def test_guessing_codes_is_locked(secretary_user: User, town_actor: Actor):
    printed = new_slip(user=secretary_user, by=town_actor)
    for _ in range(5):
        with pytest.raises(UserError):
            check(secretary_user, "AAAA-AAAA")
    with pytest.raises(UserError) as caught:
        check(secretary_user, printed.code)
    assert caught.value.code == "locked"


def test_used_slip_unlocks_a_locked_account(secretary_user: User, town_actor: Actor):
    for _ in range(5):
        with pytest.raises(UserError):
            sign_in.sign_in(username=secretary_user.username, password="wrong", address="10.0.0.7")
    printed = new_slip(user=secretary_user, by=town_actor)
    redeem_slip(slip=check(secretary_user, printed.code), password=NEW)
    assert sign_in.sign_in(username=secretary_user.username, password=NEW, address="10.0.0.7") == secretary_user


def test_slip_obeys_the_password_rule_and_stays_open_meanwhile(client: Client, secretary_user: User, town_actor: Actor):
    printed = new_slip(user=secretary_user, by=town_actor)
    client.post("/sign-in/slip/", {"username": secretary_user.username, "code": printed.code})
    weak = {"kind": "password", "password": "short", "password_again": "short"}
    page = client.post("/sign-in/slip/secret/", weak)
    assert "至少 10 位" in page.content.decode()
    differ = {"kind": "password", "password": NEW, "password_again": NEW + "x"}
    assert "不一样" in client.post("/sign-in/slip/secret/", differ).content.decode()
    done = client.post(
        "/sign-in/slip/secret/", {"kind": "password", "password": NEW, "password_again": NEW}, follow=True
    )
    assert "您已登录" in done.content.decode()


def test_three_steps_with_a_pin_bind_this_phone(client: Client, secretary_user: User, town_actor: Actor):
    printed = new_slip(user=secretary_user, by=town_actor)
    first = client.post("/sign-in/slip/", {"username": secretary_user.username, "code": printed.code})
    assert first.url == "/sign-in/slip/secret/"
    assert secretary_user.name in client.get(first.url).content.decode()
    done = client.post(first.url, {"kind": "pin", "pin": PIN, "pin_again": PIN})
    assert done.url == "/sign-in/slip/done/"
    assert client.cookies["device"]["httponly"]
    client.post("/sign-out/")
    assert secretary_user.name in client.get("/sign-in/pin/").content.decode()
    assert client.post("/sign-in/pin/", {"pin": PIN}).url == "/"
    with pytest.raises(UserError):
        sign_in.sign_in(username=secretary_user.username, password=PASSWORD, address="10.0.0.7")


def test_slip_on_a_new_phone_lets_the_old_one_go(secretary_user: User, town_actor: Actor):
    old = redeem_slip(slip=new_slip(user=secretary_user, by=town_actor).slip, pin=PIN)
    new = redeem_slip(slip=new_slip(user=secretary_user, by=town_actor).slip, pin="258036")
    assert Device.objects.filter(user=secretary_user).count() == 1
    assert sign_in.phone_of(old.device_token) is None
    assert sign_in.phone_of(new.device_token) is not None


def test_second_step_without_the_first_leads_back(client: Client, county):
    assert client.get("/sign-in/slip/secret/").url == "/sign-in/slip/"
    assert client.post("/sign-in/slip/secret/", {"kind": "pin", "pin": PIN, "pin_again": PIN}).url == "/sign-in/slip/"


def test_only_a_level_that_could_grant_the_role_prints_its_slip(
    make_user, town, county_user: User, town_user: User, secretary_user: User, town_actor: Actor, system_actor: Actor,
    other_town_actor: Actor, secretary_actor: Actor,
):  # fmt: skip
    boss = make_user(town, "county", "高就")  # of the county by role, though the unit shown is the town
    for user, by in [
        (boss, town_actor), (county_user, town_actor), (secretary_user, other_town_actor), (town_user, town_actor),
        (town_user, secretary_actor), (town_user, system_actor),
    ]:  # fmt: skip
        with pytest.raises(NotAllowed):
            new_slip(user=user, by=by)
    assert not LoginSlip.objects.exists()


def test_the_administrator_opens_no_county_account_that_a_colleague_could_open(
    make_user, county, county_user: User, system_actor: Actor, county_actor: Actor
):
    """Whoever prints a slip can use it, and the administrator is to see nobody."""
    second = make_user(county, "county", "钱二")
    new_slip(user=second, by=system_actor)  # a first way in has to come from somebody
    User.objects.filter(pk__in=[second.pk, county_user.pk]).update(last_login=clock.now())
    second.refresh_from_db()
    with pytest.raises(Blocked, match=county_user.name):
        new_slip(user=second, by=system_actor)
    new_slip(user=second, by=county_actor)
    User.objects.filter(pk=county_user.pk).update(is_active=False)
    new_slip(user=second, by=system_actor)  # nobody else is left


def test_a_slip_by_the_administrator_is_told_to_the_county(
    county_user: User, system_user: User, system_actor: Actor, county_actor: Actor, make_user, county
):
    other_keeper = make_user(county, "system", "周管")
    new_slip(user=other_keeper, by=system_actor)
    assert not Message.objects.visible_to(county_actor).exists()
    new_slip(user=county_user, by=system_actor)
    assert county_user.name in Message.objects.visible_to(county_actor).get().title
    assert not Message.objects.visible_to(system_actor).exists()


def test_sheet_has_eight_slips_a_page_and_shows_the_codes_once(client_for, make_user, branch, town_user: User):
    people = [make_user(branch, "secretary", f"王{number}") for number in "一二三四五六七八九"]
    client = client_for(town_user)
    answer = client.post("/accounts/slips/print/", {"ids": [user.public_id for user in people]})
    page = answer.content.decode()
    assert page.count('<section class="slip"') == 9
    assert page.count('<div class="slips-page">') == 2
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/accounts/slips/print/").status_code == 405
    assert LoginSlip.objects.open(clock.now()).count() == 9


def test_sheet_refuses_as_a_whole_when_one_is_foreign(
    client_for, town_user: User, secretary_user: User, other_town_user: User
):
    ids = [secretary_user.public_id, other_town_user.public_id]
    answer = client_for(town_user).post("/accounts/slips/print/", {"ids": ids})
    assert answer.status_code == 409
    assert not LoginSlip.objects.exists()


def test_slip_prints_no_whole_phone_number(client_for, town_user: User, branch, town_actor: Actor):
    user = accounts.open_account(
        username="19900006677", name="何小满", organisation=branch, role="secretary", by=town_actor
    )
    page = client_for(town_user).post("/accounts/slips/print/", {"ids": [user.public_id]}).content.decode()
    assert "尾号 6677" in page
    assert "19900006677" not in page


def test_alphabet_has_no_letters_that_look_alike():
    assert not set("01OIL") & set(slips.ALPHABET)
