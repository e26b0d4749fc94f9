"""From an empty database to the first members by pages alone; the wizard goes on where it was left."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from accounts.models import SecondFactor, User
from audit.models import Event
from branches.models import Organisation, Post
from core.actors import Actor
from members.models import Member
from portal.first_week import actions, state
from portal.first_week.code import set_up_code
from tests.conftest import make_identity, plant

pytestmark = pytest.mark.django_db

PASSWORD = "Yanyi-first-2026"
COUNTY = {
    "county": "中共云湖县委员会", "region_code": "379981", "name": "赵敏", "username": "zhaomin", "password": PASSWORD,
    "password_again": PASSWORD, "administrator_name": "吴涛", "administrator_username": "wutao",
}  # fmt: skip


def with_code(client: Client) -> Client:
    response = client.post("/set-up/", {"code": set_up_code()})
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == "/set-up/county/"
    return client


def set_up(client: Client, **other: str) -> Any:
    return with_code(client).post("/set-up/county/", {**COUNTY, **other})


def pass_factor_page(client: Client) -> None:
    """The county's role asks for an authenticator before anything else."""
    client.post("/account/factor/", {"start": "1"})
    secret = base64.b32decode(SecondFactor.objects.get().reveal("secret"))
    response = client.post("/account/factor/", {"code": f"{TOTP(secret).token():06d}"})
    assert "备用码" in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/members/", "/sign-in/", "/organisations/", "/accounts/", "/set-up/county/"])
def test_on_an_empty_database_every_page_leads_to_set_up(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"] == "/set-up/"


def test_health_and_help_work_before_set_up(client):
    assert client.get("/health").status_code == 200
    assert client.get("/help/").status_code == 200


def test_the_command_prints_the_code_until_there_is_a_county(capsys, request):
    call_command("set_up_code")
    assert set_up_code() in capsys.readouterr().out
    request.getfixturevalue("county")
    call_command("set_up_code")
    assert capsys.readouterr().out == ""


def test_a_wrong_code_is_refused_counted_and_in_the_log(client):
    for left in (4, 3, 2, 1):
        assert f"还可以试 {left} 次" in client.post("/set-up/", {"code": "AAAA-AAAA"}).content.decode()
    client.post("/set-up/", {"code": "AAAA-AAAA"})
    page = client.post("/set-up/", {"code": set_up_code()}).content.decode()
    assert "已暂停" in page
    assert Event.objects.filter(kind="set_up_refused").count() == 5
    assert client.get("/set-up/county/")["Location"] == "/set-up/"


def test_the_code_may_be_typed_as_people_type(client):
    assert client.post("/set-up/", {"code": f" {set_up_code().lower().replace('-', ' ')} "}).status_code == 302


def test_nobody_passes_the_code_by_posting_the_form(client):
    client.post("/set-up/county/", COUNTY)
    assert not Organisation.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"county": ""}, "请填写县委全称"),
        ({"region_code": "3799"}, "行政区划代码是六位数字"),
        ({"password_again": "Other-2026-yanyi"}, "两次输入的不一样"),
        ({"password": "short", "password_again": "short"}, "密码至少"),
        ({"username": "1"}, "用户名用手机号"),
        ({"administrator_username": "8"}, "用户名用手机号"),
        ({"administrator_username": "ZhaoMin"}, "系统管理员要另用一个账号"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(client, wrong, sentence):
    page = set_up(client, **wrong).content.decode()
    assert sentence in page
    assert not Organisation.objects.exists()
    assert not User.objects.exists()


def test_an_unknown_region_is_taken_with_a_warning(client):
    assert "不在系统的县级区划表里" in set_up(client).content.decode()


def test_a_known_region_is_named(client):
    assert "行政区划代码 371726 是山东省菏泽市鄄城县" in set_up(client, region_code="371726").content.decode()


def test_set_up_is_closed_once_there_is_a_county(client):
    set_up(client)
    again = Client()
    assert again.get("/set-up/")["Location"] == "/"
    assert again.post("/set-up/", {"code": set_up_code()})["Location"] == "/"
    assert again.post("/set-up/county/", COUNTY)["Location"] == "/"
    assert again.get("/members/")["Location"].startswith("/sign-in/")
    assert Organisation.objects.count() == 1
    assert User.objects.count() == 2


def test_two_who_set_up_at_once_end_as_one(client):
    set_up(client)
    with pytest.raises(actions.UserError, match="已经设置过"):
        actions.set_up(
            county="中共另县委员会", region_code="379982", keeper=actions.Person("甲", "another"), password=PASSWORD,
            administrator=actions.Person("乙", "second"),
        )  # fmt: skip
    assert Organisation.objects.count() == 1


def test_the_administrator_comes_in_by_the_slip_that_is_shown_once(client):
    page = set_up(client).content.decode()
    code = re.search(r'slip-code">([A-Z2-9]{4}-[A-Z2-9]{4})<', page)[1]
    other = Client()
    assert other.post("/sign-in/slip/", {"username": "wutao", "code": code})["Location"] == "/sign-in/slip/secret/"


def test_from_an_empty_database_to_the_first_member_by_pages_alone(client):
    """Code, county, authenticator, a town, a branch, a member: each by the page that the page before leads to."""
    page = set_up(client).content.decode()
    assert "/first-week/" in page
    assert client.get("/first-week/")["Location"] == "/account/factor/"
    pass_factor_page(client)

    assert client.get("/first-week/")["Location"] == "/first-week/organisations/"
    county = Organisation.objects.get()
    page = client.get("/first-week/organisations/").content.decode()
    assert reverse("organisation-new", args=[county.public_id]) in page

    town = new_organisation(client, county, "中共云湖县马店镇委员会", "611")
    page = client.get("/first-week/organisations/").content.decode()
    assert "1 个党委下面还没有党支部" in page
    assert reverse("organisation-detail", args=[town.public_id]) in page
    branch = new_organisation(client, town, "中共云湖县马店镇何寨村支部委员会", "631")
    assert "1 个党支部还没有登记书记" in client.get("/first-week/organisations/").content.decode()

    # Left, and resumed by the home page.
    client.post("/sign-out/")
    home = sign_in(client)
    assert "第一周要办的事" in home
    assert "/first-week/members/" in home
    assert client.get("/first-week/")["Location"] == "/first-week/members/"
    assert "1 个党委还没有党员" in client.get("/first-week/members/").content.decode()

    response = client.post(
        reverse("member-new"),
        {"name": "何小明", "identity": make_identity(1), "kind": "1", "belongs": "home", "branch": branch.public_id},
    )
    assert response.status_code == 302, errors(response)
    assert Member.objects.visible_to(actions.SYSTEM).count() == 1
    assert "这一步不缺什么" in client.get("/first-week/members/").content.decode()
    assert client.get("/first-week/")["Location"] == "/first-week/accounts/"


def errors(response: Any) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", response.content.decode())


def new_organisation(client: Client, parent: Organisation, name: str, kind: str) -> Organisation:
    page = client.get(reverse("organisation-new", args=[parent.public_id])).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    hidden.pop("csrfmiddlewaretoken", None)
    response = client.post(
        reverse("organisation-new", args=[parent.public_id]),
        {**hidden, "name": name, "kind": kind, "parent": parent.public_id},
    )
    assert response.status_code == 302, errors(response)
    return Organisation.objects.get(name=name)


def sign_in(client: Client) -> str:
    response = client.post("/sign-in/", {"username": "zhaomin", "password": PASSWORD})
    assert response["Location"] == "/sign-in/code/"
    secret = base64.b32decode(SecondFactor.objects.get(confirmed_at__isnull=False).reveal("secret"))
    later = TOTP(secret, drift=1)  # the code of this half minute was used when the authenticator was set up
    client.post("/sign-in/code/", {"code": f"{later.token():06d}"})
    return client.get("/").content.decode()


@pytest.fixture
def county_client(client_for, county_user) -> Client:
    return client_for(county_user)


def test_the_steps_belong_to_the_county(client_for, town_user, secretary_user, system_user, auditor_user):
    for user in (town_user, secretary_user, system_user, auditor_user):
        client = client_for(user)
        for one in state.STEPS:
            assert client.get(reverse(one.url_name)).status_code == 403
        assert client.get("/first-week/").status_code == 403
        assert client.post("/first-week/finish/").status_code == 403


def test_what_is_missing_is_counted_and_linked(
    county_client, county_actor: Actor, town, other_town, branch, other_branch, foreign_branch, make_member, make_user
):
    Post.objects.create(organisation=branch, title="secretary", holder_name="何建国")
    standing = state.organisations(county_actor)
    assert [item.text for item in standing.missing] == ["2 个党支部还没有登记书记"]
    assert {link.label for link in standing.missing[0].links} == {"吕楼村党支部", "冯屯村党支部"}

    make_member(branch)
    standing = state.members(county_actor)
    assert [item.text for item in standing.missing] == ["1 个党委还没有党员", "1 个党支部还没有党员"]
    assert [link.label for item in standing.missing for link in item.links] == ["青石镇党委", "吕楼村党支部"]

    make_user(town, "committee")
    standing = state.accounts(county_actor)
    assert standing.missing[0].text.startswith("1 个党委还没有账号")
    assert standing.missing[0].links[0].url == reverse("account-from-posts", args=[other_town.public_id])
    assert "1 个账号还没有登录过" in standing.missing[1].text

    assert state.ledgers(county_actor).missing[0].text == "2 个党委还没有报来台账"
    for one in state.STEPS:
        page = county_client.get(reverse(one.url_name)).content.decode()
        assert "⚠undefined" not in page
        for item in one.standing(county_actor).missing:
            assert item.text in page


def test_rows_of_the_register_that_are_not_in_are_counted_by_reason_and_linked(county_client, county_actor, town):
    register = (
        "党组织名称,上级党组织,组织类别\n中共云湖县马店镇甲村支部委员会,中共云湖县马店镇委员会,631\n"
        "中共云湖县马店镇甲村支部委员会,中共云湖县马店镇委员会,631\n中共云湖县乙村支部委员会,中共云湖县无名镇委员会,631\n"
    )
    file = SimpleUploadedFile("党组织名册.csv", register.encode())
    address = county_client.post(reverse("import-list"), {"files": file, "organisation": town.parent.public_id})[
        "Location"
    ]
    (missing, *_) = state.organisations(county_actor).missing
    assert "2 行没有导入" in missing.text
    assert "重复或重名 1 行" in missing.text
    assert "找不到上级 1 行" in missing.text
    assert missing.links[0].url == address
    assert missing.text in county_client.get("/first-week/organisations/").content.decode()


def test_long_lists_of_what_is_missing_are_cut_and_counted(county, county_actor):
    for number in range(1, 16):
        plant(f"中共云湖县第{number}镇委员会", f"第{number}镇党委", "611", county, number)
    (missing,) = state.ledgers(county_actor).missing
    assert len(missing.links) == state.SHOWN
    assert missing.more == 3
    assert missing.links[0].label == "第1镇党委"


def test_finishing_takes_the_steps_from_the_home_page_and_is_in_the_log(county_client):
    assert "第一周要办的事" in county_client.get("/").content.decode()
    assert county_client.post("/first-week/finish/")["Location"] == "/"
    county_client.post("/first-week/finish/")
    assert "第一周要办的事" not in county_client.get("/").content.decode()
    assert county_client.get("/first-week/ledgers/").status_code == 200
    assert "办完首次设置" not in county_client.get("/first-week/ledgers/").content.decode()
    assert Event.objects.filter(kind="rule_set").exists()
