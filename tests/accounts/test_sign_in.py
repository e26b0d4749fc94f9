"""The door: right, wrong, locked, and the same for names that do not exist."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.test import Client

from accounts.actions import sign_in
from accounts.actions.tries import Locked
from accounts.models import SignInAttempt, User
from audit.models import Event
from core.errors import UserError
from tests.conftest import PASSWORD

NOW = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)
HERE = "10.0.0.7"


def attempt(username: str, password: str, minutes: float = 0, address: str = HERE) -> User:
    return sign_in.sign_in(
        username=username, password=password, address=address, now=NOW + dt.timedelta(minutes=minutes)
    )


def refusal(username: str, password: str, minutes: float = 0) -> str:
    with pytest.raises(UserError) as caught:
        attempt(username, password, minutes)
    return caught.value.text


def test_right_password_opens_whatever_the_case_of_the_name(town_user: User):
    assert attempt(f" {town_user.username.upper()} ", PASSWORD) == town_user


def test_sixth_try_is_locked_even_with_the_right_password(town_user: User):
    for left in (4, 3, 2, 1):
        assert f"还可以试 {left} 次" in refusal(town_user.username, "wrong")
    refusal(town_user.username, "wrong")
    with pytest.raises(Locked) as locked:
        attempt(town_user.username, PASSWORD)
    assert "账号条" in locked.value.text
    assert Event.objects.filter(kind="sign_in_failed", subject_id=town_user.public_id).count() == 5
    assert Event.objects.filter(kind="sign_in_locked", subject_id=town_user.public_id).count() == 1


def test_lock_ends_after_its_time_and_trying_meanwhile_does_not_stretch_it(town_user: User):
    for _ in range(5):
        refusal(town_user.username, "wrong")
    refusal(town_user.username, PASSWORD, minutes=29)
    assert attempt(town_user.username, PASSWORD, minutes=31) == town_user


def test_lock_is_for_this_name_from_this_address_only(town_user: User, county_user: User):
    for _ in range(5):
        refusal(town_user.username, "wrong")
    assert attempt(county_user.username, PASSWORD) == county_user
    assert attempt(town_user.username, PASSWORD, address="10.0.0.8") == town_user


def test_tries_are_counted_in_a_window_and_forgotten_by_a_right_one(town_user: User):
    for _ in range(4):
        refusal(town_user.username, "wrong")
    assert "还可以试 4 次" in refusal(town_user.username, "wrong", minutes=16)
    attempt(town_user.username, PASSWORD, minutes=17)
    assert "还可以试 4 次" in refusal(town_user.username, "wrong", minutes=18)


def test_number_of_tries_is_a_rule(town_user: User, set_rule):
    set_rule("sign_in_tries", 3)
    for _ in range(3):
        refusal(town_user.username, "wrong")
    with pytest.raises(Locked):
        attempt(town_user.username, PASSWORD)


def test_unknown_disabled_and_slip_only_accounts_read_like_a_wrong_password(town_user: User, make_user, town):
    make_user(town, "committee", username="stopped", is_active=False)
    fresh = make_user(town, "committee", username="fresh")
    fresh.set_unusable_password()
    fresh.save()
    wrong = refusal(town_user.username, "wrong")
    assert refusal("nobody", "wrong") == wrong
    assert refusal("stopped", PASSWORD) == wrong
    assert refusal("fresh", PASSWORD) == wrong


def test_unknown_name_is_locked_like_a_known_one(county):
    for _ in range(5):
        refusal("nobody", "wrong")
    with pytest.raises(Locked):
        attempt("nobody", "wrong")


class Counting(PBKDF2PasswordHasher):
    """The slow part of signing in, counted."""

    iterations = 1000
    hashed = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        Counting.hashed += iterations or self.iterations
        return super().encode(password, salt, iterations)


def test_unknown_name_takes_as_much_work_as_a_wrong_password(town_user: User, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    User.objects.filter(pk=town_user.pk).update(password=make_password(PASSWORD))

    def work(username: str) -> int:
        before = Counting.hashed
        refusal(username, "wrong")
        return Counting.hashed - before

    assert work("nobody") == work(town_user.username) == Counting.iterations


def test_log_of_an_unknown_name_holds_nothing_that_was_typed(county):
    refusal("My-Secret-Passw0rd", "x")
    event = Event.objects.get(kind="sign_in_failed")
    assert "secret" not in f"{event.text}{event.data}{event.actor}".lower()
    kept = "".join(f"{one.name}{one.address}" for one in SignInAttempt.objects.all())
    assert kept
    assert "secret" not in kept.lower()
    assert HERE not in kept


def test_page_signs_in_under_a_new_session_key_and_goes_on_to_the_page_asked_for(client: Client, secretary_user: User):
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    data = {"username": secretary_user.username, "password": PASSWORD, "next": "/account/"}
    answer = client.post("/sign-in/", data)
    assert (answer.status_code, answer.url) == (302, "/account/")
    assert client.session.session_key != before
    assert "planted" not in client.session
    assert secretary_user.name in client.get("/account/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"])
def test_page_never_leads_elsewhere(client: Client, secretary_user: User, elsewhere: str):
    data = {"username": secretary_user.username, "password": PASSWORD, "next": elsewhere}
    assert client.post("/sign-in/", data).url == "/"


def test_page_says_the_same_for_unknown_and_wrong(client: Client, secretary_user: User):
    pages = []
    for name in (secretary_user.username, "nobodyx"):
        page = client.post("/sign-in/", {"username": name, "password": "wrong"}).content.decode()
        pages.append(page.replace(name, "NAME"))
    tokens = [page.split('csrfmiddlewaretoken" value="')[1][:64] for page in pages]
    assert pages[0].replace(tokens[0], "") == pages[1].replace(tokens[1], "")


def test_forged_post_is_refused(secretary_user: User):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"username": secretary_user.username, "password": PASSWORD})
    assert answer.status_code == 403
    strict.force_login(secretary_user)
    assert strict.post("/sign-out/").status_code == 403
    assert strict.get("/account/").status_code == 200


def test_change_of_person_is_one_click_and_leaves_nothing(client_for, secretary_user: User):
    client = client_for(secretary_user)
    answer = client.post("/sign-out/", {"then": "sign-in"})
    assert answer.url == "/sign-in/"
    assert client.get("/account/").status_code == 302
    assert client.get("/sign-out/").status_code == 405
    assert Event.objects.filter(kind="signed_out", subject_id=secretary_user.public_id).exists()
