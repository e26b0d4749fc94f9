"""Every page of this app: 404 outside the subtree, 403 without the right, blockers on buttons, doubles harmless."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Grant, LoginSlip, User
from core.ids import new_id
from tests.conftest import PASSWORD


def new_account(**more: str) -> dict[str, str]:
    return {"name": "何小满", "username": "hexiaoman", "role": "secretary", **more}


@pytest.fixture
def town_client(client_for, town_user: User) -> Client:
    return client_for(town_user)


def test_list_shows_the_subtree_only(town_client: Client, secretary_user: User, other_town_user: User):
    page = town_client.get("/accounts/").content.decode()
    assert secretary_user.name in page
    assert other_town_user.name not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("role=secretary", True), ("role=committee", False), ("state=new", True), ("state=disabled", False),
     ("role=x&state=y&page=zz&unit=1", True), ("page=99", False)],
)  # fmt: skip
def test_list_filters(town_client: Client, secretary_user: User, query: str, shown: bool):
    answer = town_client.get(f"/accounts/?{query}")
    assert answer.status_code == 200
    assert (secretary_user.name in answer.content.decode()) is shown


def test_list_by_unit(client_for, county_user: User, secretary_user: User, other_town_user: User, other_town):
    page = client_for(county_user).get(f"/accounts/?unit={other_town.public_id}").content.decode()
    assert other_town_user.name in page
    assert secretary_user.name not in page


def test_list_asks_a_fixed_number_of_queries(town_client: Client, make_user, branch, django_assert_max_num_queries):
    for number in range(30):
        make_user(branch, "secretary", f"何{number}")
    with django_assert_max_num_queries(25):
        assert town_client.get("/accounts/").status_code == 200


@pytest.mark.parametrize("who", ["secretary_user", "auditor_user"])
def test_those_who_look_after_no_accounts_get_403(request, client_for, who: str, branch, town_user: User):
    client = client_for(request.getfixturevalue(who))
    for address in (
        "/accounts/",
        "/accounts/new/",
        f"/accounts/{town_user.public_id}/",
        f"/accounts/from-posts/{branch.public_id}/",
        "/accounts/tokens/",
    ):
        assert client.get(address).status_code == 403, address
    assert client.post("/accounts/slips/print/", {"ids": [town_user.public_id]}).status_code == 403


def test_account_outside_the_subtree_is_not_there(town_client: Client, other_town_user: User, other_town):
    foreign = f"/accounts/{other_town_user.public_id}/"
    missing = f"/accounts/{new_id()}/"
    assert town_client.get(foreign).status_code == town_client.get(missing).status_code == 404
    for what in ("grant", "slip", "disable", "enable"):
        assert town_client.post(f"{foreign}{what}/").status_code == 404
    grant = Grant.objects.get(user=other_town_user)
    assert town_client.post(f"/accounts/grants/{grant.public_id}/withdraw/").status_code == 404
    assert town_client.get(f"/accounts/grants/{grant.public_id}/stand-in/").status_code == 404
    assert town_client.get(f"/accounts/from-posts/{other_town.public_id}/").status_code == 404
    other_town_user.refresh_from_db()
    assert other_town_user.is_active


def test_anonymous_is_led_to_the_door(client: Client, town_user: User):
    for address in ("/accounts/", "/account/", f"/accounts/{town_user.public_id}/", "/accounts/tokens/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/sign-in/?next=")


def test_account_is_opened_once_however_often_it_is_sent(town_client: Client, branch, county):
    data = new_account(organisation=branch.public_id, idempotency_key="once-only")
    first, second = town_client.post("/accounts/new/", data), town_client.post("/accounts/new/", data)
    assert first.url == second.url
    assert User.objects.filter(username="hexiaoman").count() == 1


def test_form_offers_no_foreign_place_and_no_higher_role(town_client: Client, foreign_branch, branch):
    page = town_client.get("/accounts/new/").content.decode()
    assert foreign_branch.short_name not in page
    assert "县级工作人员" not in page
    for data in (
        new_account(organisation=foreign_branch.public_id),
        new_account(organisation=branch.public_id, role="county"),
    ):
        assert town_client.post("/accounts/new/", data).status_code == 200
    assert not User.objects.filter(username="hexiaoman").exists()


def test_taken_name_is_said_at_its_field(town_client: Client, branch, secretary_user: User):
    data = new_account(organisation=branch.public_id, username=secretary_user.username)
    assert "已在使用" in town_client.post("/accounts/new/", data).content.decode()


def test_role_is_granted_and_taken_back(town_client: Client, secretary_user: User, other_branch):
    address = f"/accounts/{secretary_user.public_id}/grant/"
    assert town_client.post(address, {"organisation": other_branch.public_id, "role": "secretary"}).status_code == 302
    made = Grant.objects.get(user=secretary_user, organisation=other_branch)
    assert town_client.post(f"/accounts/grants/{made.public_id}/withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.withdrawn_at is not None


def test_wrong_dates_come_back_to_the_form(town_client: Client, secretary_user: User, other_branch):
    data = {
        "organisation": other_branch.public_id,
        "role": "secretary",
        "starts_on": "2026-09-02",
        "ends_on": "2026-09-01",
    }
    page = town_client.post(f"/accounts/{secretary_user.public_id}/grant/", data).content.decode()
    assert "止日不能早于起日" in page


def test_stand_in_page(town_client: Client, secretary_user: User, make_user, other_branch):
    helper = make_user(other_branch, "secretary", "吕小川")
    grant = Grant.objects.get(user=secretary_user)
    address = f"/accounts/grants/{grant.public_id}/stand-in/"
    assert "吕小川" in town_client.get(address).content.decode()
    data = {"user": helper.public_id, "starts_on": "2126-09-01", "ends_on": "2126-09-30"}
    assert town_client.post(address, data).status_code == 302
    assert "代何建国" in town_client.get(helper.get_absolute_url()).content.decode()


def test_disabled_button_says_why_and_the_post_is_refused_alike(
    client_for, system_user: User, county_user: User, town_client, town_user: User
):
    client = client_for(system_user)
    page = client.get(county_user.get_absolute_url()).content.decode()
    assert "现在还不能停用账号" in page
    assert "最后一个在用的县级工作人员账号" in page
    answer = client.post(f"{county_user.get_absolute_url()}disable/")
    assert answer.status_code == 409
    assert "最后一个在用的县级工作人员账号" in answer.content.decode()
    assert "这是您自己的账号" in town_client.get(town_user.get_absolute_url()).content.decode()


def test_own_account_shows_roles_and_last_sign_ins(client: Client, secretary_user: User):
    client.post("/sign-in/", {"username": secretary_user.username, "password": "wrong"})
    client.post("/sign-in/", {"username": secretary_user.username, "password": PASSWORD})
    page = client.get("/account/").content.decode()
    assert "何建国登录（密码）" in page
    assert "密码不对" not in page
    assert "登录失败" in page


def test_one_slip_from_the_account_page(town_client: Client, secretary_user: User):
    page = town_client.post(f"/accounts/{secretary_user.public_id}/slip/", {"clears_factor": "1"}).content.decode()
    assert page.count('<section class="slip"') == 1
    assert LoginSlip.objects.get().clears_factor


def test_accounts_from_posts_page(town_client: Client, town, branch, make_post):
    make_post(branch, "secretary", "何大山", "19900000002")
    make_post(branch, "clerk", "何无号", "")
    address = f"/accounts/from-posts/{town.public_id}/"
    before = town_client.get(address).content.decode()
    assert "尾号 0002" in before
    after = town_client.post(address).content.decode()
    assert "打印这些人的账号条" in after
    assert "没有填手机号" in after
    assert "19900000002" not in before + after


def test_accounts_of_a_whole_county_are_folded_by_town(
    client_for, county_user, county, town, branch, other_town, foreign_branch, make_post
):
    for number in range(15):
        make_post(branch, "secretary", f"何{number}", f"199000001{number:02d}")
        make_post(foreign_branch, "secretary", f"冯{number}", "")
    client, address = client_for(county_user), f"/accounts/from-posts/{county.public_id}/"
    before, after = client.get(address).content.decode(), client.post(address).content.decode()
    for page in (before, after):
        assert page.count('<details class="fold"><summary>') == 2
        assert town.short_name in page
        assert other_town.short_name in page
    assert after.count('name="ids"') == 15


def test_a_holder_with_an_account_of_another_name_gets_no_second(
    town_client: Client, town, branch, secretary_user, make_post
):
    make_post(branch, "secretary", secretary_user.name, "19900000002")
    address = f"/accounts/from-posts/{town.public_id}/"
    before = town_client.get(address).content.decode()
    assert "1 个职务的人已有账号" in before
    assert "尾号 0002" not in before
    assert "原来就有账号" in town_client.post(address).content.decode()
    assert User.objects.filter(name=secretary_user.name).count() == 1


def test_only_near_colleagues_who_may_hold_the_role_stand_in(
    client_for, county_user, secretary_user: User, make_user, town, other_branch, foreign_branch
):
    near = make_user(other_branch, "secretary", "吕小川")
    far, auditor = make_user(foreign_branch, "secretary", "冯远"), make_user(town, "auditor", "周审")
    client = client_for(county_user)
    address = f"/accounts/grants/{Grant.objects.get(user=secretary_user).public_id}/stand-in/"
    page = client.get(address).content.decode()
    assert near.name in page
    for other in (far, auditor):
        assert other.name not in page
        data = {"user": other.public_id, "starts_on": "2126-09-01", "ends_on": "2126-09-30"}
        assert client.post(address, data).status_code == 200
    assert not Grant.objects.exclude(stands_in_for=None).exists()


def test_token_page_shows_a_call(town_client: Client):
    page = town_client.get("/accounts/tokens/").content.decode()
    assert 'curl -H "Authorization: Bearer' in page
    assert "/api/v1/members/" in page


def test_posts_without_csrf_are_refused(town_user: User, secretary_user: User):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(town_user)
    assert strict.post(f"{secretary_user.get_absolute_url()}disable/").status_code == 403
    assert strict.post("/accounts/slips/print/", {"ids": [secretary_user.public_id]}).status_code == 403
    secretary_user.refresh_from_db()
    assert secretary_user.is_active
