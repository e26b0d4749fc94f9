"""The second factor: asked after the password, no code twice, recovery codes once, required by rule."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.test import Client
from django_otp.oath import totp

from accounts import policy
from accounts.actions import factors
from accounts.actions.slips import new_slip, redeem_slip
from accounts.models import SecondFactor, User
from core import clock
from core.actors import Actor
from core.errors import Blocked, UserError
from tests.conftest import PASSWORD

NOW = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)
HERE = "10.0.0.7"


def code_at(user: User, moment: dt.datetime) -> str:
    secret = base64.b32decode(SecondFactor.objects.get(user=user).reveal("secret"))
    return f"{totp(secret, t0=int(-moment.timestamp() + clock.now().timestamp())):06d}"


@pytest.fixture
def recovery(town_user: User, town_actor: Actor) -> list[str]:
    """``town_user`` has a confirmed factor since NOW."""
    factors.begin_second_factor(user=town_user, by=town_actor)
    return factors.confirm_second_factor(user=town_user, code=code_at(town_user, NOW), by=town_actor, now=NOW)


def passes(user: User, code: str, seconds: int) -> None:
    factors.pass_second_factor(user=user, code=code, address=HERE, now=NOW + dt.timedelta(seconds=seconds))


def test_wrong_code_confirms_nothing(town_user: User, town_actor: Actor):
    factors.begin_second_factor(user=town_user, by=town_actor)
    for wrong in ("000000", "", "abcdef", "1234567"):
        with pytest.raises(UserError):
            factors.confirm_second_factor(user=town_user, code=wrong, by=town_actor, now=NOW + dt.timedelta(days=9))
    assert not SecondFactor.objects.confirmed().exists()


def test_code_is_worth_nothing_a_second_time(recovery, town_user: User):
    later = NOW + dt.timedelta(seconds=90)
    code = code_at(town_user, later)
    passes(town_user, code, 90)
    with pytest.raises(UserError, match="已用过"):
        passes(town_user, code, 95)


def test_code_of_the_confirmation_does_not_sign_in(recovery, town_user: User):
    with pytest.raises(UserError):
        passes(town_user, code_at(town_user, NOW), 5)


def test_old_code_is_refused_and_a_slow_clock_forgiven(recovery, town_user: User):
    with pytest.raises(UserError):
        passes(town_user, code_at(town_user, NOW + dt.timedelta(seconds=300)), 600)
    passes(town_user, code_at(town_user, NOW + dt.timedelta(seconds=270)), 300)


def test_guessing_is_locked(recovery, town_user: User):
    for _ in range(5):
        with pytest.raises(UserError):
            passes(town_user, "abcdef", 100)
    with pytest.raises(UserError) as caught:
        passes(town_user, code_at(town_user, NOW + dt.timedelta(seconds=100)), 100)
    assert caught.value.code == "locked"


def test_recovery_code_works_once(recovery, town_user: User, kinds_of):
    assert len(set(recovery)) == 10
    typed = recovery[0].lower().replace("-", " ")
    assert factors.use_recovery_code(user=town_user, code=typed, address=HERE) == 9
    with pytest.raises(UserError):
        factors.use_recovery_code(user=town_user, code=recovery[0], address=HERE)
    assert kinds_of(town_user)[-2:] == ["recovery_used", "factor_failed"]


def test_password_alone_does_not_open(client: Client, recovery, town_user: User):
    answer = client.post("/sign-in/", {"username": town_user.username, "password": PASSWORD, "next": "/accounts/"})
    assert answer.url == "/sign-in/code/"
    assert client.get("/accounts/").status_code == 302
    assert "不对" in client.post("/sign-in/code/", {"code": "abcdef"}).content.decode()
    answer = client.post("/sign-in/code/", {"code": recovery[0]})
    assert answer.url == "/accounts/"
    assert client.get("/accounts/").status_code == 200


def test_code_page_without_a_password_leads_back(client: Client, recovery):
    assert client.post("/sign-in/code/", {"code": recovery[0]}).url == "/sign-in/"


def test_required_by_rule_comes_before_everything_else(client: Client, county_user: User):
    client.post("/sign-in/", {"username": county_user.username, "password": PASSWORD})
    assert client.get("/accounts/").url == "/account/factor/"
    assert SecondFactor.objects.count() == 0  # looking at the page makes nothing
    client.get("/account/factor/")
    assert SecondFactor.objects.count() == 0
    client.post("/account/factor/", {"start": "1"})
    page = client.get("/account/factor/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    done = client.post("/account/factor/", {"code": code_at(county_user, clock.now())})
    assert "备用码" in done.content.decode()
    assert client.get("/accounts/").status_code == 200


def test_rule_decides_by_role(town_user: User, county_user: User, set_rule):
    today = clock.today()
    assert policy.needs_factor(county_user, today)
    assert not policy.needs_factor(town_user, today)
    set_rule("second_factor_committee", True)
    set_rule("second_factor_county", False)
    assert policy.needs_factor(town_user, today)
    assert not policy.needs_factor(county_user, today)


def test_removed_only_where_the_rule_allows(recovery, town_user: User, town_actor: Actor, set_rule):
    set_rule("second_factor_committee", True)
    with pytest.raises(Blocked):
        factors.remove_second_factor(user=town_user, by=town_actor)
    assert SecondFactor.objects.confirmed().exists()


def test_removed_by_its_owner(client_for, recovery, town_user: User):
    assert client_for(town_user).post("/account/factor/remove/").url == "/account/"
    assert not SecondFactor.objects.exists()


def test_slip_clears_it_only_when_its_maker_said_so(recovery, town_user: User, county_actor: Actor):
    redeem_slip(slip=new_slip(user=town_user, by=county_actor).slip, password="Lv-Yuan#2026-xin")
    assert SecondFactor.objects.confirmed().exists()
    slip = new_slip(user=town_user, by=county_actor, clears_factor=True).slip
    redeem_slip(slip=slip, password="Ping-Hu#2026-wan")
    assert not SecondFactor.objects.exists()


def test_secret_rests_sealed_and_recovery_codes_hashed(recovery, town_user: User):
    factor = SecondFactor.objects.get(user=town_user)
    assert factor.reveal("secret") not in factor.secret
    stored = set(factor.recovery_codes.values_list("code", flat=True))
    assert not stored & {code.replace("-", "") for code in recovery} | stored & set(recovery)
