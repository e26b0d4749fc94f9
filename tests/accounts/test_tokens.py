"""Tokens: a program reads as its person, no wider, and not for ever."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.actions import accounts, tokens
from accounts.actors import token_actor
from accounts.models import ApiToken, User
from core import clock
from core.actors import Actor
from core.errors import NotAllowed, UserError
from core.permissions import Permission


@pytest.fixture
def secret(town_user: User, town_actor: Actor) -> str:
    return tokens.make_token(user=town_user, title="每日读取", scopes=["view"], days=30, by=town_actor)[1]


def reader(secret: str) -> Actor | None:
    found = token_actor(secret, clock.now(), clock.today())
    return found[0] if found else None


def test_token_reads_what_its_person_may_and_its_scopes_name(secret: str, town, other_town):
    actor = reader(secret)
    assert actor is not None
    assert actor.reaches(town.path, Permission.VIEW)
    assert not actor.reaches(other_town.path, Permission.VIEW)
    assert not actor.can(Permission.EDIT)
    assert not actor.can(Permission.FULL_NUMBERS)
    assert not actor.can(Permission.ACCOUNTS)


def test_token_rests_hashed_and_ends(secret: str, town_user: User, town_actor: Actor):
    token = ApiToken.objects.get()
    assert secret not in str(ApiToken.objects.values().get())
    assert reader(secret[:-1] + "x") is None
    assert token_actor(secret, clock.now() + dt.timedelta(days=31), clock.today()) is None
    tokens.withdraw_token(token=token, by=town_actor)
    assert reader(secret) is None


def test_token_of_a_disabled_account_is_dead(secret: str, town_user: User, county_actor: Actor):
    accounts.disable(user=town_user, by=county_actor)
    assert reader(secret) is None


@pytest.mark.parametrize("scopes", [[], ["edit"], ["view", "audit"], ["nonsense"]])
def test_token_is_no_wider_than_its_maker(town_user: User, town_actor: Actor, scopes: list[str]):
    with pytest.raises(NotAllowed):
        tokens.make_token(user=town_user, title="x", scopes=scopes, days=30, by=town_actor)


def test_token_lasts_a_year_at_most(town_user: User, town_actor: Actor):
    with pytest.raises(UserError):
        tokens.make_token(user=town_user, title="x", scopes=["view"], days=367, by=town_actor)


def test_token_opens_no_page(secret: str):
    answer = Client().get("/accounts/", HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert answer.status_code == 302


def test_page_shows_the_secret_once(client_for, town_user: User):
    client = client_for(town_user)
    data = {"title": "每日读取", "scopes": ["view"], "days": "30"}
    assert "只显示这一次" in client.post("/accounts/tokens/", data).content.decode()
    assert "只显示这一次" not in client.get("/accounts/tokens/").content.decode()
    token = ApiToken.objects.get()
    assert client.post(f"/accounts/tokens/{token.public_id}/withdraw/").status_code == 302
    assert client.post(f"/accounts/tokens/{token.public_id}x/withdraw/").status_code == 404
