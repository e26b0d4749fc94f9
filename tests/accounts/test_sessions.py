"""How long a session lives, and what ends it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import sessions
from accounts.actions import accounts, secrets
from accounts.actors import actor_for
from accounts.models import Grant, User
from core import clock
from core.actors import Actor
from tests.conftest import PASSWORD

NEW = "Lv-Yuan#2026-xin"


def later(monkeypatch: Any, **delta: int) -> None:
    moment = timezone.now() + dt.timedelta(**delta)
    monkeypatch.setattr(clock.timezone, "now", lambda: moment)


def is_inside(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_session_of_a_disabled_account_dies_at_its_next_request(client_for, secretary_user: User, town_actor: Actor):
    client = client_for(secretary_user)
    assert is_inside(client)
    accounts.disable(user=secretary_user, by=town_actor)
    assert not is_inside(client)
    accounts.enable(user=secretary_user, by=town_actor)
    assert not is_inside(client)


def test_changed_password_ends_the_other_sessions_and_keeps_this_one(client_for, town_user: User):
    here, there = client_for(town_user), client_for(town_user)
    assert is_inside(there)
    data = {"current": PASSWORD, "password": NEW, "password_again": NEW}
    assert here.post("/account/password/", data).status_code == 302
    assert is_inside(here)
    assert not is_inside(there)


def test_idle_session_ends_with_a_word_about_why(client_for, town_user: User, monkeypatch):
    client = client_for(town_user)
    assert is_inside(client)
    later(monkeypatch, minutes=31)
    answer = client.get("/account/", follow=True)
    assert "自动退出" in answer.content.decode()


def test_idle_time_is_a_rule(client_for, town_user: User, monkeypatch, set_rule):
    set_rule("idle_minutes", 60)
    client = client_for(town_user)
    assert is_inside(client)
    later(monkeypatch, minutes=31)
    assert is_inside(client)


def test_busy_session_ends_after_eight_hours(client_for, town_user: User, monkeypatch):
    client = client_for(town_user)
    assert is_inside(client)
    for _ in range(23):
        later(monkeypatch, minutes=20)
        assert is_inside(client)
    later(monkeypatch, minutes=25)
    assert not is_inside(client)


def test_withdrawn_right_is_gone_at_the_next_request(client_for, town_user: User):
    client = client_for(town_user)
    assert client.get("/accounts/").status_code == 200
    Grant.objects.filter(user=town_user).update(ends_on=clock.today() - dt.timedelta(days=1))
    assert client.get("/accounts/").status_code == 403


def test_the_account_and_its_rights_are_one_query(client_for, town_user: User):
    client = client_for(town_user)
    client.get("/accounts/")
    with CaptureQueriesContext(connection) as done:
        client.get("/accounts/")
    mine = f'"user_id" = {town_user.pk}'
    about = [one["sql"] for one in done if mine in one["sql"] or f'"accounts_user"."id" = {town_user.pk}' in one["sql"]]
    assert len(about) == 1
    assert "accounts_grant" in about[0]


def test_an_account_without_any_right_is_signed_in_all_the_same(client_for, town_user: User):
    client = client_for(town_user)
    Grant.objects.filter(user=town_user).update(ends_on=clock.today() - dt.timedelta(days=1))
    assert client.get("/account/password/").status_code == 200
    User.objects.filter(pk=town_user.pk).update(is_active=False)
    assert client.get("/account/password/").status_code == 302


def test_password_given_to_somebody_must_be_changed_first(client: Client, secretary_user: User):
    User.objects.filter(pk=secretary_user.pk).update(must_change_password=True)
    client.post("/sign-in/", {"username": secretary_user.username, "password": PASSWORD})
    assert client.get("/accounts/").url == "/account/password/"
    client.post("/account/password/", {"current": PASSWORD, "password": NEW, "password_again": NEW})
    assert client.get("/accounts/").status_code == 403


def test_old_password_must_be_changed_where_the_rule_says_so(client: Client, secretary_user: User, set_rule):
    set_rule("password_days", 90)
    set_on = clock.today() - dt.timedelta(days=91)
    User.objects.filter(pk=secretary_user.pk).update(password_set_on=set_on)
    client.post("/sign-in/", {"username": secretary_user.username, "password": PASSWORD})
    assert client.get("/accounts/").url == "/account/password/"


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "seen"),
    [
        (None, "1.2.3.4", "127.0.0.1"),
        (("HTTP_X_FORWARDED_PROTO", "https"), "1.2.3.4, 10.0.0.9", "10.0.0.9"),
        (("HTTP_X_FORWARDED_PROTO", "https"), "", "127.0.0.1"),
    ],
)
def test_forged_forwarding_headers_do_not_hide_an_address(settings, behind_proxy, forwarded: str, seen: str):
    settings.SECURE_PROXY_SSL_HEADER = behind_proxy
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)
    assert sessions.address(request) == seen


def test_a_program_cannot_change_secrets_in_a_persons_name(town_user: User):
    actor = actor_for(town_user, clock.today())
    program = Actor(id=actor.id, name=actor.name, kind="token", grants=actor.grants)
    with pytest.raises(Exception, match="本人"):
        secrets.set_password(user=town_user, current=PASSWORD, password=NEW, by=program)
