"""The pages of lost contact: from opening to finding, deciding and taking back, the official form, and what is never said."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import time_machine
from django.urls import reverse
from docx import Document

from accounts import roles
from audit.models import Event
from core.actors import acting_as
from core.permissions import Permission
from members.actions import lost, lost_acts
from members.models import Evidence, LostAct, LostContact, LostStep, Member
from tests.members.test_person import form_of, url

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
PAPERS = {"on": "2026-11-19", "meeting": "马店镇党委会议", "document": "马党〔2026〕3号"}


@pytest.fixture(autouse=True)
def the_day():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明", kind="1", phone="19900123456", dues_paid_to="2026-03")


@pytest.fixture
def spell(member, town_actor):
    with acting_as(town_actor):
        spell = lost.open_lost(
            member=member, values={"since": "2026-01", "reason": "1", "category": "3"}, by=town_actor
        )
        lost.add_step(lost=spell, on=TODAY, way="family", result="unknown", by=town_actor, text="其兄说过年没回来")
        return LostContact.objects.visible_to(town_actor).get(pk=spell.pk)


@pytest.fixture
def town_client(client_for, town_user):
    return client_for(town_user)


@pytest.fixture
def secretary_client(client_for, secretary_user):
    return client_for(secretary_user)


def text_of(client, spell) -> str:
    return client.get(spell.get_absolute_url()).content.decode()


def post(client, name, spell, *args, **typed):
    address = url(name, spell, *args)
    return client.post(address, {**form_of(client.get(address)), **typed})


def test_from_opening_to_finding(member, secretary_client):
    Evidence.objects.create(member=member, fields="phone", on=dt.date(2026, 4, 2), source="contact", at=NOW)
    address = f"{reverse('lost-new')}?member={member.public_id}"
    page = secretary_client.get(address)
    assert page.context["form"]["since"].value() == "2026-04-02"
    for why in ("最近一次核实（联系） 2026年4月2日", "党费交至 2026年3月"):
        assert why in page.content.decode()
    answer = secretary_client.post(address, form_of(page))
    spell = LostContact.objects.get()
    assert answer["Location"] == spell.get_absolute_url()
    assert "还没有查找记录" in text_of(secretary_client, spell)
    answer = post(secretary_client, "lost-step", spell, way="phone", result="wrong", text="停机")
    assert answer["Location"] == spell.get_absolute_url()
    for said in ("打本人电话：停机、空号或不是本人", "联系不上 7 个月", "满 6 个月是 2026-10-02"):
        assert said in text_of(secretary_client, spell)
    answer = post(secretary_client, "lost-step", spell, way="family", result="reached")
    assert answer["Location"] == url("lost-found", spell)
    assert post(secretary_client, "lost-found", spell).status_code == 302
    assert (LostContact.objects.get().state, LostStep.objects.count()) == ("found", 2)
    assert "已取得联系" in text_of(secretary_client, spell)


def test_before_it_is_confirmed_nobody_is_called_lost(member, spell, town_client):
    for address in (spell.get_absolute_url(), member.get_absolute_url()):
        page = town_client.get(address).content.decode()
        main = re.sub(r"<nav.*?</nav>|<footer.*?</footer>", "", page, flags=re.DOTALL)
        assert "联系不上 10 个月" in main
        assert set(re.findall(r".{2}失联", main)) <= {"确认失联", "还没失联"}
    for address in ("/lost/", "/members/"):
        assert "联系不上 10 个月" in town_client.get(address).content.decode()


def test_the_branch_is_told_who_confirms_and_the_town_does_it(spell, member, secretary_client, town_client):
    assert "由马店镇党委办理" in text_of(secretary_client, spell)
    refused = secretary_client.post(url("lost-decide", spell, "confirm"), {**PAPERS, "version": spell.version})
    assert (refused.status_code, LostContact.objects.get().state) == (403, "counting")
    assert "可以提请上级党委确认失联" in text_of(town_client, spell)
    missing = post(town_client, "lost-decide", spell, "confirm", on="2026年11月19日")
    assert set(missing.context["form"].errors) == {"meeting", "document"}
    assert post(town_client, "lost-decide", spell, "confirm", **PAPERS).status_code == 302
    assert post(town_client, "lost-decide", spell, "stop", **PAPERS).status_code == 302
    page = text_of(town_client, spell)
    for said in ("停止党籍", "马店镇党委会议，马党〔2026〕3号", "到 2028-11-19"):
        assert said in page
    assert "撤销“停止党籍”" in page
    town_client.post(url("lost-undo", spell))
    assert (LostContact.objects.get().state, Member.objects.get(pk=member.pk).party_status) == ("lost", "normal")


def test_the_application_is_a_date_only(spell, town_actor, secretary_client):
    with acting_as(town_actor):
        for kind in ("confirm", "stop"):
            lost_acts.decide(lost=spell, kind=kind, on=TODAY, meeting="会议", document="文件", by=town_actor)
    page = secretary_client.get(url("lost-decide", spell, "apply"))
    assert "meeting" not in page.context["form"].fields
    assert post(secretary_client, "lost-decide", spell, "apply", on="2026-11-20").status_code == 302
    assert LostAct.objects.last().kind == "apply"
    assert secretary_client.get(url("lost-decide", spell, "nonsense")).status_code == 404


def test_what_a_ledger_told_stays_beside_the_steps(member, branch, town_client):
    spell = LostContact.objects.create(
        member=member, state="lost", since="2026-01", steps="电话停机；同乡打听未果", home_path=branch.path,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    assert "台账记载：</b>电话停机；同乡打听未果" in text_of(town_client, spell)
    assert "台账记载的查找经过" in town_client.get(url("lost-edit", spell)).content.decode()
    assert post(town_client, "lost-edit", spell, steps="电话停机；同乡不知").status_code == 302
    assert LostContact.objects.get().steps == "电话停机；同乡不知"


def test_queries_do_not_grow_with_the_search(spell, town_actor, town_client, django_assert_max_num_queries):
    def asked() -> int:
        with django_assert_max_num_queries(30) as seen:
            town_client.get(spell.get_absolute_url())
        return len(seen)

    asked()  # the first page of a session asks more
    few = asked()
    with acting_as(town_actor):
        for _ in range(30):
            lost.add_step(lost=spell, on=TODAY, way="visit", result="clue", by=town_actor)
    assert asked() == few


class TestPaper:
    def paper(self, client, spell) -> str:
        """Every word of the form that is downloaded."""
        answer = client.post(url("lost-paper", spell))
        assert answer.status_code == 200
        document = Document(io.BytesIO(answer.content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(one.text for one in document.paragraphs), *cells])

    def test_the_form_is_filled_in_and_logged(self, spell, member, town_actor, town_client):
        with acting_as(town_actor):
            lost_acts.decide(lost=spell, kind="confirm", by=town_actor, **{**PAPERS, "on": TODAY})
        text = self.paper(town_client, spell)
        for said in (
            "经查找仍然无法取得联系党员登记表", "填报单位（盖章）：中共云湖县马店镇委员会", member.reveal("identity"),
            "①外出务工经商☑", "②单位改制或破产□", "③农村☑", "2026年1月", "6个月以上不满1年", "其兄说过年没回来",
            "2026年11月20日，马店镇党委会议（马党〔2026〕3号）：确认失联。", "党支部\n意见", "县委组织部\n意见",
            "此表一式五份，逐级报送。",
        ):  # fmt: skip
            assert said in text
        event = Event.objects.get(kind="lost_paper_made")
        assert event.data["full"] is True
        assert "19900123456" not in f"{event.text}{event.data}"

    def test_found_it_is_the_other_form(self, spell, town_actor, town_client):
        with acting_as(town_actor):
            lost_acts.found(lost=spell, on="2026-11-20", by=town_actor)
        text = self.paper(town_client, spell)
        assert "经查找取得联系党员登记表" in text
        assert "2026年11月20日" in text

    def test_without_the_right_the_numbers_are_masked(self, spell, member, town_client, monkeypatch):
        role = roles.ROLES["committee"]
        fewer = role.permissions - {Permission.FULL_NUMBERS}
        monkeypatch.setitem(roles.ROLES, "committee", roles.Role(**{**vars(role), "permissions": fewer}))
        text = self.paper(town_client, spell)
        assert member.reveal("identity") not in text
        assert "379981" in text
        assert "19900123456" not in text

    def test_not_too_early_and_of_nobody_restricted(self, spell, member, branch, county_user, client_for, town_client):
        LostContact.objects.update(since="2026-10")
        assert town_client.post(url("lost-paper", spell)).status_code == 409
        assert "现在还不能下载登记表" in text_of(town_client, spell)
        LostContact.objects.update(since="2026-01")
        Member.objects.filter(pk=member.pk).update(restricted=True)
        assert client_for(county_user).post(url("lost-paper", spell)).status_code == 409
        assert not Event.objects.filter(kind="lost_paper_made").exists()

    def test_next_door_finds_nothing(self, spell, client_for, other_town_user, auditor_user):
        assert client_for(other_town_user).post(url("lost-paper", spell)).status_code == 404
        assert client_for(auditor_user).post(url("lost-paper", spell)).status_code == 403
