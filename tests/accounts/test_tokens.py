"""Tokens: a program reads as its person, no wider, and not for ever."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client

from accounts.actions import accounts, tokens
from accounts.actors import token_actor
from accounts.models import ApiToken, User
from audit.models import Event
from core import clock
from core.actors import Actor
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from tests.conftest import PASSWORD


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


def test_token_rests_while_its_person_has_duties(secret: str, town_user: User):
    """Who would be sent to the password page first gets nothing through a program either."""

    def ask() -> tuple[int, str]:
        answer = Client().get("/api/v1/members/", HTTP_AUTHORIZATION=f"Bearer {secret}")
        return answer.status_code, answer.content.decode()

    assert ask()[0] == 200
    User.objects.filter(pk=town_user.pk).update(must_change_password=True)
    status, said = ask()
    assert status == 401
    assert "改好密码" in said
    User.objects.filter(pk=town_user.pk).update(must_change_password=False)
    assert ask()[0] == 200


def test_token_opens_no_page(secret: str):
    answer = Client().get("/accounts/", HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert answer.status_code == 302


def test_page_shows_the_secret_once(client_for, town_user: User):
    client = client_for(town_user)
    data = {"title": "每日读取", "scopes": ["view"], "days": "30", "per_minute": "60"}
    assert "只显示这一次" in client.post("/accounts/tokens/", data).content.decode()
    assert "只显示这一次" not in client.get("/accounts/tokens/").content.decode()
    token = ApiToken.objects.get()
    assert client.post(f"/accounts/tokens/{token.public_id}/withdraw/").status_code == 302
    assert client.post(f"/accounts/tokens/{token.public_id}x/withdraw/").status_code == 404


# -- writing, narrower, counted -------------------------------------------------------------------


def made(user: User, actor: Actor, **more) -> tuple[ApiToken, str]:
    given = {"title": "县委数据平台", "scopes": ["view"], "days": 30, **more}
    return tokens.make_token(user=user, by=actor, **given)


def test_a_token_that_writes_is_the_countys_and_takes_the_password_again(
    town_user: User, town_actor: Actor, county_user: User, county_actor: Actor
):
    with pytest.raises(NotAllowed):
        made(town_user, town_actor, scopes=["view", "edit"], current=PASSWORD)
    with pytest.raises(UserError) as refused:
        made(county_user, county_actor, scopes=["edit"], current="wrong")
    assert refused.value.code == "password_wrong"
    with pytest.raises(UserError) as refused:
        made(county_user, county_actor, scopes=["edit"], current=PASSWORD, days=93)
    assert refused.value.code == "token_days"
    token, secret = made(county_user, county_actor, scopes=["edit"], current=PASSWORD)
    assert token.scopes == ["edit", "view"]
    actor = reader(secret)
    assert actor is not None
    assert actor.can(Permission.EDIT)
    assert "县委数据平台" in actor.label


def test_a_token_reaches_one_organisation_alone(county_user: User, county_actor: Actor, town, other_town):
    actor = reader(made(county_user, county_actor, organisation=town)[1])
    assert actor is not None
    assert actor.reaches(town.path, Permission.VIEW)
    assert not actor.reaches(other_town.path, Permission.VIEW)


def test_a_token_goes_no_further_than_its_maker(town_user: User, town_actor: Actor, other_town):
    with pytest.raises(NotAllowed):
        made(town_user, town_actor, organisation=other_town)


def asked(secret: str):
    return Client().get("/api/v1/organisations/", headers={"Authorization": f"Bearer {secret}"})


def test_requests_are_counted_a_minute(town_user: User, town_actor: Actor):
    _token, secret = made(town_user, town_actor, per_minute=2)
    start = clock.now()
    with time_machine.travel(start, tick=False):
        assert [asked(secret).status_code for _ in range(3)] == [200, 200, 429]
        answer = asked(secret)
        assert answer.json()["code"] == "too_many"
        assert 1 <= int(answer["Retry-After"]) <= 60
    with time_machine.travel(start + dt.timedelta(seconds=61), tick=False):
        assert asked(secret).status_code == 200


def test_use_is_an_event_a_day(secret: str, town_user: User):
    assert [asked(secret).status_code for _ in range(3)] == [200, 200, 200]
    assert Event.objects.filter(kind="token_used", subject_id=town_user.public_id).count() == 1
    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=False):
        asked(secret)
    assert Event.objects.filter(kind="token_used").count() == 2


def test_what_is_no_token_any_more_is_told_once_a_day(secret: str, town_actor: Actor, county):
    tokens.withdraw_token(token=ApiToken.objects.get(), by=town_actor)
    assert [asked(secret).status_code for _ in range(2)] == [401, 401]
    assert Event.objects.filter(kind="token_refused", text__contains="每日读取").count() == 1


def test_made_up_tokens_do_not_fill_the_log(county):
    assert {asked(f"guess-{n}").status_code for n in range(12)} == {401}
    assert 1 <= Event.objects.filter(kind="token_refused").count() <= 6


def test_page_makes_a_writing_token_with_the_password(client_for, county_user: User, town):
    client = client_for(county_user)
    data = {
        "title": "办理",
        "scopes": ["view", "edit"],
        "days": "30",
        "per_minute": "60",
        "organisation": town.public_id,
    }
    assert "密码不对" in client.post("/accounts/tokens/", {**data, "current": "x"}).content.decode()
    page = client.post("/accounts/tokens/", {**data, "current": PASSWORD}).content.decode()
    assert "只显示这一次" in page
    assert town.short_name in page
    assert ApiToken.objects.get().organisation == town


def test_a_town_is_offered_reading_only(client_for, town_user: User):
    page = client_for(town_user).get("/accounts/tokens/").content.decode()
    assert 'value="view"' in page
    assert 'value="edit"' not in page
    assert "current-password" not in page
