"""帮助 and 意见建议."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from audit.models import Event
from core.actors import SYSTEM
from inbox.models import Message

pytestmark = pytest.mark.django_db


def test_who_is_outside_reads_how_to_sign_in_and_nothing_else(county):
    page = Client().get("/help/").content.decode()
    assert "用账号条登录" in page
    assert "导入台账" not in page
    assert county.name not in page


def test_who_is_inside_reads_all_of_it(client_for, secretary_user):
    page = client_for(secretary_user).get("/help/").content.decode()
    for topic in ("怎么登录", "导入台账", "改错的行", "找人", "导出和打印"):
        assert f"<h2>{topic}</h2>" in page
    assert "/first-week/" not in page


def test_every_entry_of_the_table_of_contents_leads_somewhere(client_for, county_user):
    page = client_for(county_user).get("/help/").content.decode()
    contents = page[page.index("help-topics") : page.index('<div class="help">')]
    wanted = re.findall(r'href="#([a-z-]+)"', contents)
    assert len(wanted) > 10
    assert [topic for topic in wanted if f'id="{topic}"' not in page] == []
    assert 'href="/first-week/"' in page


def give(client: Client, **data: str):
    return client.post(
        "/feedback/", {"what": "名单想多显示一列。", "page": "/members/", "idempotency_key": "k1", **data}
    )


def test_feedback_reaches_the_county_with_a_name_and_the_page(client_for, secretary_user, county_actor, county):
    response = give(client_for(secretary_user))
    assert response["Location"] == "/"
    (message,) = Message.objects.visible_to(county_actor)
    assert message.text == "名单想多显示一列。（页面：/members/）"
    assert secretary_user.name in message.title
    assert Event.objects.get(kind="feedback_given").actor.id == secretary_user.public_id


def test_everybody_who_is_signed_in_may_speak(
    client_for, secretary_user, town_user, county_user, auditor_user, system_user
):
    for user in (secretary_user, town_user, county_user, auditor_user, system_user):
        assert client_for(user).get("/feedback/").status_code == 200
        assert give(client_for(user)).status_code == 302
    assert Message.objects.visible_to(SYSTEM).count() == 5
    assert Client().get("/feedback/")["Location"].startswith("/sign-in/")


def test_a_form_sent_twice_is_one_message_and_two_thanks(client_for, secretary_user):
    client = client_for(secretary_user)
    assert give(client).status_code == give(client).status_code == 302
    assert Message.objects.visible_to(SYSTEM).count() == 1
    assert Event.objects.filter(kind="feedback_given").count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"what": "  "}, "请写下您的意见"),
        ({"what": "打 19900990001 找我"}, "请去掉里面的手机号"),
        ({"what": "长" * 401}, "400"),
    ],
)
def test_what_cannot_be_sent_is_said(client_for, secretary_user, data, sentence):
    response = give(client_for(secretary_user), **data)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not Message.objects.visible_to(SYSTEM).exists()


@pytest.mark.parametrize(
    ("referer", "kept"),
    [
        ("http://testserver/members/?q=secret", "/members/"),
        ("http://elsewhere.example/members/", ""),
        ("http://testserver/members/%3Cscript%3E/", ""),
        ("", ""),
    ],
)
def test_the_page_it_is_about_is_kept_without_its_query(client_for, secretary_user, referer, kept):
    page = client_for(secretary_user).get("/feedback/", headers={"Referer": referer}).content.decode()
    found = re.search(r'name="page"(?: value="([^"]*)")?', page)
    assert (found[1] or "") == kept
    assert "secret" not in page


def test_a_page_made_up_by_hand_is_not_kept(client_for, secretary_user, county_actor):
    give(client_for(secretary_user), page="javascript:alert(1)")
    assert Message.objects.visible_to(county_actor).get().text == "名单想多显示一列。"
