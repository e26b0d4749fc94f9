"""Six digits, on one phone."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.actions import accounts, grants, secrets, sign_in
from accounts.models import Device, User
from core.actors import Actor
from core.errors import UserError
from tests.conftest import PASSWORD

PIN = "704193"


@pytest.fixture
def token(secretary_user: User, secretary_actor: Actor) -> str:
    return secrets.set_pin(user=secretary_user, current=PASSWORD, pin=PIN, by=secretary_actor)


def phone_with(token: str) -> Client:
    client = Client()
    client.cookies["device"] = token
    return client


def test_pin_opens_on_its_phone(token: str, secretary_user: User):
    client = phone_with(token)
    assert client.post("/sign-in/pin/", {"pin": PIN}).url == "/"
    assert secretary_user.name in client.get("/account/").content.decode()


@pytest.mark.parametrize("other", ["", "somebody-elses-token"])
def test_pin_is_worth_nothing_on_another_phone(token: str, other: str):
    client = phone_with(other)
    assert client.post("/sign-in/pin/", {"pin": PIN}).url == "/sign-in/"
    with pytest.raises(UserError, match="没有绑定"):
        sign_in.sign_in_pin(token=other, pin=PIN)


def test_five_wrong_pins_let_the_phone_go(token: str):
    for left in (4, 3, 2, 1):
        with pytest.raises(UserError, match=f"还可以试 {left} 次"):
            sign_in.sign_in_pin(token=token, pin="111222")
    with pytest.raises(UserError, match="解除绑定"):
        sign_in.sign_in_pin(token=token, pin="111222")
    with pytest.raises(UserError, match="没有绑定"):
        sign_in.sign_in_pin(token=token, pin=PIN)
    assert not Device.objects.exists()


def test_right_pin_starts_the_count_again(token: str):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(UserError):
                sign_in.sign_in_pin(token=token, pin="111222")
        sign_in.sign_in_pin(token=token, pin=PIN)


@pytest.mark.parametrize("weak", ["123456", "654321", "111111", "121212", "12345", "1234567", "abcdef", "１２３４５６"])
def test_weak_pins_are_refused(secretary_user: User, secretary_actor: Actor, weak: str):
    with pytest.raises(UserError):
        secrets.set_pin(user=secretary_user, current=PASSWORD, pin=weak, by=secretary_actor)


def test_pin_from_ones_own_number_is_refused(town_actor: Actor, branch):
    user = accounts.open_account(
        username="19900704193", name="何小满", organisation=branch, role="secretary", by=town_actor
    )
    with pytest.raises(UserError, match="容易猜"):
        secrets.check_pin("704193", user)


def test_pin_needs_the_password_first(secretary_user: User, secretary_actor: Actor):
    with pytest.raises(UserError, match="密码不对"):
        secrets.set_pin(user=secretary_user, current="wrong", pin=PIN, by=secretary_actor)


def test_pin_is_not_for_desks(town_user: User, town_actor: Actor, client_for):
    with pytest.raises(UserError, match="密码登录"):
        secrets.set_pin(user=town_user, current=PASSWORD, pin=PIN, by=town_actor)
    assert client_for(town_user).get("/account/pin/").url == "/account/"


def test_pin_rests_while_its_holder_also_has_a_desk_role(token: str, secretary_user: User, town, county_actor: Actor):
    grants.grant(user=secretary_user, role="committee", organisation=town, by=county_actor)
    with pytest.raises(UserError):
        sign_in.sign_in_pin(token=token, pin=PIN)


def test_pin_of_a_disabled_account_opens_nothing(token: str, secretary_user: User, town_actor: Actor):
    accounts.disable(user=secretary_user, by=town_actor)
    with pytest.raises(UserError):
        sign_in.sign_in_pin(token=token, pin=PIN)


def test_token_and_pin_rest_hashed(token: str):
    stored = str(Device.objects.values().get())
    assert token not in stored
    assert PIN not in stored


def test_pages_to_bind_and_to_let_go(client_for, secretary_user: User):
    client = client_for(secretary_user)
    answer = client.post("/account/pin/", {"current": PASSWORD, "pin": PIN, "pin_again": PIN})
    assert answer.url == "/account/"
    assert "绑定了一部手机" in client.get("/account/").content.decode()
    assert client.post("/account/phone/forget/").url == "/account/"
    assert not Device.objects.exists()
