"""The password rule."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.actions import secrets
from accounts.models import PasswordUsed, User
from core.actors import Actor
from core.errors import NotAllowed, UserError
from tests.conftest import PASSWORD

GOOD = ["Lv-Yuan#2026-a", "Lv-Yuan#2026-b", "Lv-Yuan#2026-c", "Lv-Yuan#2026-d", "Lv-Yuan#2026-e", "Lv-Yuan#2026-f"]


def change(user: User, by: Actor, current: str, new: str) -> None:
    secrets.set_password(user=user, current=current, password=new, by=by)


@pytest.mark.parametrize("weak", ["Short#1", "alllowercase-only", "ALLUPPER123456", "password123", "Qwerty123456"[:9]])
def test_weak_passwords_are_refused(town_user: User, town_actor: Actor, weak: str):
    with pytest.raises(ValidationError):
        change(town_user, town_actor, PASSWORD, weak)


def test_rule_sets_length_and_classes(town_user: User, town_actor: Actor, set_rule):
    set_rule("password_length", 14)
    set_rule("password_classes", 4)
    with pytest.raises(ValidationError, match="至少 14 位"):
        change(town_user, town_actor, PASSWORD, "Lvyuan2026-ab")
    with pytest.raises(ValidationError, match="至少四种"):
        change(town_user, town_actor, PASSWORD, "Lvyuan2026abcdef")
    change(town_user, town_actor, PASSWORD, "Lvyuan2026-abcdef")


def test_nothing_personal(secretary_user: User, secretary_actor: Actor):
    for personal in (f"Ab1-2026-{secretary_user.username}", "Hjg-2026-Yun", "何建国-Ab1234567"):
        with pytest.raises(ValidationError, match="不能有您的"):
            change(secretary_user, secretary_actor, PASSWORD, personal)


def test_none_of_the_last_five_nor_the_present_one(town_user: User, town_actor: Actor):
    current = PASSWORD
    for new in GOOD:
        change(town_user, town_actor, current, new)
        current = new
    assert PasswordUsed.objects.filter(user=town_user).count() == 5
    for used in GOOD[1:]:
        with pytest.raises(ValidationError, match="最近用过"):
            change(town_user, town_actor, current, used)
    change(town_user, town_actor, current, "Ping-Hu#2026-wan")
    change(town_user, town_actor, "Ping-Hu#2026-wan", GOOD[0])


def test_present_password_is_asked(town_user: User, town_actor: Actor):
    with pytest.raises(UserError, match="现在的密码不对"):
        change(town_user, town_actor, "wrong", GOOD[0])


def test_only_ones_own(town_user: User, county_actor: Actor):
    with pytest.raises(NotAllowed, match="本人"):
        change(town_user, county_actor, PASSWORD, GOOD[0])
