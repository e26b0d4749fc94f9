"""Every place where a secret is typed has an end of tries; a wide net of names or addresses has one too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.actions import factors, secrets, sign_in, slips
from accounts.actions.tries import Locked
from accounts.models import User
from audit.models import Event
from core.actors import Actor
from core.errors import UserError
from tests.accounts.test_factors import code_at
from tests.conftest import PASSWORD

NOW = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)
HERE = "10.0.0.7"
NEW = "Ping-An8431xyz"


def door(user: User, _by: Actor, *, right: bool) -> Any:
    return sign_in.sign_in(username=user.username, password=PASSWORD if right else "x", address=HERE, now=NOW)


def slip(user: User, _by: Actor, *, right: bool) -> Any:
    # A right code has to be a printed one: here the lock is seen before the code is looked at.
    return slips.check_slip(username=user.username, code="right?" if right else "x", address=HERE, now=NOW)


def own_password(user: User, by: Actor, *, right: bool) -> Any:
    return secrets.set_password(user=user, current=PASSWORD if right else "x", password=NEW, by=by, now=NOW)


def own_pin(user: User, by: Actor, *, right: bool) -> Any:
    return secrets.set_pin(user=user, current=PASSWORD if right else "x", pin="830517", by=by, now=NOW)


def enrolment(user: User, by: Actor, *, right: bool) -> Any:
    factors.begin_second_factor(user=user, by=by)
    return factors.confirm_second_factor(user=user, code=code_at(user, NOW) if right else "000000", by=by, now=NOW)


@pytest.mark.parametrize("place", [door, slip, own_password, own_pin, enrolment])
def test_five_wrong_tries_and_the_right_one_is_not_looked_at(
    place: Callable[..., Any], secretary_user: User, secretary_actor: Actor
):
    for _ in range(5):
        with pytest.raises(UserError) as wrong:
            place(secretary_user, secretary_actor, right=False)
        assert not isinstance(wrong.value, Locked)
    with pytest.raises(Locked):
        place(secretary_user, secretary_actor, right=True)


@pytest.mark.parametrize("place", [own_password, own_pin, enrolment])
def test_a_right_one_ends_the_count(place: Callable[..., Any], secretary_user: User, secretary_actor: Actor):
    for _ in range(4):
        with pytest.raises(UserError):
            place(secretary_user, secretary_actor, right=False)
    assert place(secretary_user, secretary_actor, right=True)
    with pytest.raises(UserError) as once:
        secrets.set_password(user=secretary_user, current="x", password=NEW, by=secretary_actor, now=NOW)
    assert once.value.code == "password_wrong"


def test_a_wrong_password_typed_inside_is_in_the_log(secretary_user: User, secretary_actor: Actor):
    with pytest.raises(UserError):
        own_password(secretary_user, secretary_actor, right=False)
    assert Event.objects.get(kind="password_wrong").subject_id == secretary_user.public_id


def guess(username: str, address: str, password: str = "x") -> None:
    sign_in.sign_in(username=username, password=password, address=address, now=NOW)


def test_one_name_guessed_from_many_addresses_is_locked_everywhere(town_user: User, county_user: User):
    for number in range(20):
        with pytest.raises(UserError) as wrong:
            guess(town_user.username, f"10.0.1.{number}")
        assert not isinstance(wrong.value, Locked)
    with pytest.raises(Locked):
        guess(town_user.username, HERE, PASSWORD)
    guess(county_user.username, HERE, PASSWORD)


def test_many_names_guessed_from_one_address_lock_the_address(town_user: User, set_rule):
    set_rule("sign_in_tries_address", 20)
    for number in range(20):
        with pytest.raises(UserError) as wrong:
            guess(f"name{number}", HERE)
        assert not isinstance(wrong.value, Locked)
    with pytest.raises(Locked):
        guess(town_user.username, HERE, PASSWORD)
    guess(town_user.username, "10.0.0.8", PASSWORD)


def test_right_sign_ins_never_lock_a_shared_address(town_user: User, set_rule):
    set_rule("sign_in_tries_address", 20)
    for _ in range(25):
        guess(town_user.username, HERE, PASSWORD)
