"""Server commands: the way back for the last administrator, and the sample county's accounts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.actions import accounts
from accounts.actions.slips import check_slip
from accounts.demo import make_accounts, sample_password
from accounts.models import Grant, User
from core.actors import SYSTEM


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def code_in(text: str) -> str:
    return text.split("口令 ")[1].split("，")[0]


def test_disabled_administrator_is_restored_with_a_slip(system_user: User, make_user, county, kinds_of):
    make_user(county, "system", "另一位")
    accounts.disable(user=system_user, by=SYSTEM)
    text = run("restore_administrator", system_user.username)
    system_user.refresh_from_db()
    assert system_user.is_active
    assert check_slip(username=system_user.username, code=code_in(text), address="10.0.0.7").clears_factor
    assert "administrator_restored" in kinds_of(system_user)


def test_new_administrator_where_there_is_none(county):
    run("restore_administrator", "guanli")
    assert Grant.objects.get(user__username="guanli").role == "system"
    run("restore_administrator", "guanli")
    assert Grant.objects.count() == 1


def test_business_account_does_not_become_administrator(town_user: User):
    with pytest.raises(CommandError, match="三权分立"):
        run("restore_administrator", town_user.username)


@pytest.mark.django_db
def test_without_a_county_it_says_what_to_do():
    with pytest.raises(CommandError, match="首次设置"):
        run("restore_administrator", "guanli")


def test_sample_accounts_follow_the_official_order(
    settings, county, town, other_town, branch, other_branch, foreign_branch
):
    settings.DEMO = True
    type(town).objects.filter(pk=town.pk).update(order_path="00010009")
    for place in (branch, other_branch):
        type(place).objects.filter(pk=place.pk).update(order_path="00010009" + place.order_path[-4:])
    made = make_accounts("Sample-2026")
    names = [user.username for user in made]
    assert names == ["xian", "shenji", "xitong", "zhen01", "zhibu0101", "zhen02", "zhibu0201", "zhibu0202"]
    by_name = {user.username: user for user in made}
    assert by_name["zhen01"].organisation == other_town
    assert by_name["zhibu0202"].organisation == other_branch
    assert len({user.password for user in made}) == 1
    assert not any(user.must_change_password for user in made)
    assert len(make_accounts("Sample-2027")) == len(made)
    assert User.objects.get(username="xian").check_password("Sample-2027")
    assert Grant.objects.filter(user__username="xian").count() == 1


@pytest.mark.django_db
def test_no_sample_accounts_outside_the_sample_county(settings):
    settings.DEMO = False
    with pytest.raises(RuntimeError):
        make_accounts("x")
    for command in ("demo_accounts", "load_demo_accounts"):
        with pytest.raises(CommandError, match="样例县"):
            run(command)


def test_password_is_made_once_and_printed(settings, tmp_path: Path, county, town, branch):
    settings.DEMO, settings.VAR, settings.DEMO_PASSWORD = True, tmp_path, ""
    run("load_demo_accounts")
    password = sample_password()
    assert (tmp_path / "demo-password").stat().st_mode & 0o077 == 0
    text = run("demo_accounts")
    assert password in text
    assert "zhibu0101" in text
    settings.DEMO_PASSWORD = "Given-2026"
    assert sample_password() == "Given-2026"
