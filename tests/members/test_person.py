"""The person file and its forms in a browser: what is shown, to whom, and what posting does."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from audit.models import Change, Event
from core.actors import acting_as
from members.actions import journeys, lost, merging, people
from members.models import Evidence, Journey, Member
from tests.conftest import make_identity, next_identity, next_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明")


@pytest.fixture
def journey(member, town_actor):
    with acting_as(town_actor):
        return journeys.open_journey(
            member=member, direction="out", by=town_actor,
            values={"left_on": "2024-07", "region_code": "370211", "contact_phone": "19900777888"},
        )  # fmt: skip


@pytest.fixture
def spell(member, town_actor):
    with acting_as(town_actor):
        return lost.open_lost(member=member, values={"since": "2025-01"}, by=town_actor)


@pytest.fixture
def town_client(client_for, town_user):
    return client_for(town_user)


def url(name, *args):
    return reverse(name, args=[getattr(one, "public_id", one) for one in args])


def hidden(page) -> dict[str, str]:
    """The hidden values of the page's form."""
    found = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def form_of(page) -> dict[str, object]:
    """What a browser would send when nothing is typed."""
    form = page.context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, False, [])}


# -- looking ------------------------------------------------------------------------------------


def test_file_shows_the_person_masked_and_records_the_look(member, journey, spell, town_client):
    page = town_client.get(member.get_absolute_url())
    text = page.content.decode()
    for word in (
        "何小明",
        "何寨村党支部",
        "山东省青岛市黄岛区",
        "流出中",
        "联系不上",
        "登记流动经历",
        "从未核实",
        "2024年7月",
    ):
        assert word in text
    for number in (member.reveal("identity"), member.reveal("phone"), "19900777888"):
        assert number not in text
    assert Event.objects.filter(kind="member_opened", subject_id=member.public_id).count() == 1
    assert "谁看过" not in text


def test_auditor_and_county_see_who_looked(member, town_client, client_for, auditor_user, county_user):
    town_client.get(member.get_absolute_url())
    for user in (auditor_user, county_user):
        text = client_for(user).get(member.get_absolute_url()).content.decode()
        assert "谁看过" in text
        assert "李梅" in text
    auditor = client_for(auditor_user).get(member.get_absolute_url()).content.decode()
    assert "修改档案" not in auditor
    assert "显示公民身份号码" not in auditor


def test_show_number_is_a_post_and_an_event(member, town_client):
    number = member.reveal("identity")
    assert town_client.get(url("member-show", member)).status_code == 405
    page = town_client.post(url("member-show", member), {"field": "identity"})
    assert number in page.content.decode()
    assert member.reveal("phone") not in page.content.decode()
    part = town_client.post(url("member-show", member), {"field": "phone"}, headers={"HX-Request": "true"})
    assert member.reveal("phone") in part.content.decode()
    assert "<html" not in part.content.decode()
    assert town_client.post(url("member-show", member), {"field": "name"}).status_code == 404
    assert Event.objects.filter(kind="number_shown").count() == 2


def test_history_speaks_chinese_and_hides_numbers(member, branch, other_branch, town_actor, town_client):
    with acting_as(town_actor):
        people.edit_member(
            member=member, by=town_actor, reason="录错一位",
            values={"identity": next_identity(), "education": "7", "joined_on": "2001-07", "phone": next_phone()},
        )  # fmt: skip
        people.move_member(member=member, to=other_branch, by=town_actor)
    text = town_client.get(member.get_absolute_url()).content.decode()
    for word in ("初中", "2001年7月", "何寨村党支部", "吕楼村党支部", "199****", "修改档案", "马店镇党委"):
        assert word in text
    member.refresh_from_db()
    assert member.reveal("identity") not in text
    assert "identity_index" not in text


def test_a_mobile_branch_reads_no_history_of_stays_that_it_cannot_open(
    branch, foreign_branch, make_member, town_actor, client_for, town_client, other_town_user
):
    """It looks after the person; a stay and a spell that home keeps are home's business, their past as well."""
    member = make_member(branch, care=foreign_branch, care_path=foreign_branch.path)
    with acting_as(town_actor):
        journeys.open_journey(
            member=member, direction="out", by=town_actor, values={"left_on": "2024-07", "employer": "云龙货运"}
        )
        lost.open_lost(member=member, values={"since": "2025-01"}, by=town_actor)
    home = town_client.get(url("member-detail", member)).content.decode()
    away = client_for(other_town_user).get(url("member-detail", member)).content.decode()
    assert member.name in away
    assert ("登记流动经历" in home, "登记流动经历" in away) == (True, False)
    assert ("登记联系情况" in home, "登记联系情况" in away) == (True, False)
    assert "云龙货运" not in away


def test_guest_says_where_the_membership_is(branch, town_actor, town_client):
    with acting_as(town_actor):
        guest = people.register_member(values={"name": "顾江", "identity": next_identity()}, care=branch, by=town_actor)
        journeys.open_journey(member=guest, direction="in", values={"home_text": "中共青岛市某支部"}, by=town_actor)
    text = town_client.get(guest.get_absolute_url()).content.decode()
    for word in ("组织关系所在", "中共青岛市某支部", "流入党员", "纳入支部"):
        assert word in text


def test_merged_record_leads_on_and_can_be_taken_back(member, branch, make_member, town_actor, town_client):
    gone = make_member(branch, name="何晓明")
    with acting_as(town_actor):
        merging.merge(kept=member, gone=gone, by=town_actor)
    answer = town_client.get(gone.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, member.get_absolute_url())
    assert "撤销合并" in town_client.get(member.get_absolute_url()).content.decode()
    assert town_client.get(url("member-edit", gone)).status_code == 404
    town_client.post(url("merge-undo", gone))
    assert town_client.get(gone.get_absolute_url()).status_code == 200


# -- who may what -------------------------------------------------------------------------------

PERSON_PAGES = ("member-detail", "member-show", "member-edit", "member-move", "member-status")
JOURNEY_PAGES = ("journey-detail", "journey-show", "journey-edit", "journey-end")
SPELL_PAGES = ("lost-detail", "lost-edit", "lost-found", "lost-step", "lost-undo", "lost-paper")
NEW_PAGES = ("journey-new-out", "journey-new-in", "lost-new")


def every_url(member, journey, spell) -> list[str]:
    found = [url(name, member) for name in PERSON_PAGES]
    found += [url(name, journey) for name in JOURNEY_PAGES]
    found += [url(name, spell) for name in SPELL_PAGES]
    return found + [f"{reverse(name)}?member={member.public_id}" for name in NEW_PAGES]


def test_outside_the_scope_nothing_is_there(member, journey, spell, branch, make_member, client_for, other_town_user):
    client = client_for(other_town_user)
    other = make_member(branch)
    pages = [*every_url(member, journey, spell), url("member-merge", member, other), url("merge-undo", member)]
    for address in pages:
        for answer in (
            client.post(address),
            *([] if "show" in address or "undo" in address or "paper" in address else [client.get(address)]),
        ):
            assert answer.status_code == 404, address
    assert not Event.objects.filter(kind="member_opened").exists()


def test_auditor_reads_and_changes_nothing(member, journey, spell, client_for, auditor_user):
    client = client_for(auditor_user)
    assert client.get(member.get_absolute_url()).status_code == 200
    assert client.get(journey.get_absolute_url()).status_code == 200
    for address in every_url(member, journey, spell):
        if not address.endswith((f"{member.public_id}/", f"/{journey.public_id}/", f"/{spell.public_id}/")):
            assert client.post(address).status_code == 403, address
    assert client.get(reverse("member-new")).status_code == 403
    assert client.get(reverse("double-list")).status_code == 403


def test_system_administrator_sees_no_person(member, client_for, system_user):
    assert client_for(system_user).get(member.get_absolute_url()).status_code == 403


def test_secretary_sees_the_own_branch_only(member, other_branch, make_member, client_for, secretary_user):
    client = client_for(secretary_user)
    assert client.get(member.get_absolute_url()).status_code == 200
    assert client.get(make_member(other_branch).get_absolute_url()).status_code == 404


def test_restricted_person_is_not_there_below_the_county(branch, make_member, town_client, client_for, county_user):
    member = make_member(branch, restricted=True)
    assert town_client.get(member.get_absolute_url()).status_code == 404
    page = client_for(county_user).get(member.get_absolute_url())
    assert "限制知悉" in page.content.decode()


# -- changing -----------------------------------------------------------------------------------


def test_edit_saves_what_was_typed_and_nothing_else(member, foreign_branch, town_client):
    page = town_client.get(url("member-edit", member))
    assert member.reveal("phone") not in page.content.decode()
    data = {
        **form_of(page), "home_address": "何寨村东头", "joined_on": "2001年7月", "confirmed": ["phone"],
        "id": "99", "home": foreign_branch.pk, "home_path": foreign_branch.path, "restricted": "on", "public_id": "x",
    }  # fmt: skip
    answer = town_client.post(url("member-edit", member), data)
    assert (answer.status_code, answer["Location"]) == (302, member.get_absolute_url())
    fresh = Member.objects.get()
    assert (fresh.home, fresh.home_address, fresh.restricted, fresh.version) == (member.home, "何寨村东头", False, 2)
    assert fresh.phone == member.phone
    assert set(Change.objects.get().fields) == {"home_address", "joined_on"}
    assert Evidence.objects.get().fields == "facts,phone,address"
    town_client.post(url("member-edit", member), data)
    assert Change.objects.count() == 1


def test_edit_says_what_is_wrong_at_the_field(member, town_client):
    data = {
        **form_of(town_client.get(url("member-edit", member))),
        "identity": "379981198503120999", "joined_on": "去年", "note": "电话19900000001", "phone": "123",
    }  # fmt: skip
    page = town_client.post(url("member-edit", member), data)
    assert set(page.context["form"].errors) == {"identity", "joined_on", "note", "phone"}
    assert Member.objects.get().version == 1
    number = next_identity()
    page = town_client.post(
        url("member-edit", member), {**data, "identity": number, "joined_on": "", "note": "", "phone": ""}
    )
    assert "原因" in page.content.decode()


def test_stale_edit_shows_both_and_lets_choose(member, town_client, secretary_actor):
    page = town_client.get(url("member-edit", member))
    with acting_as(secretary_actor):
        people.edit_member(
            member=member, values={"home_address": "东头", "education": "7", "nation": "02"}, by=secretary_actor
        )
    typed = {**form_of(page), "home_address": "西头", "nation": "01", "note": "已核"}
    page = town_client.post(url("member-edit", member), typed)
    text = page.content.decode()
    assert "何建国" in text
    for word in ("东头", "西头", "蒙古族", "汉族"):
        assert word in text
    again = {**form_of(page), "keep_home_address": "yours", "keep_nation": "theirs"}
    assert town_client.post(url("member-edit", member), again).status_code == 302
    fresh = Member.objects.get()
    assert (fresh.home_address, fresh.nation, fresh.education, fresh.note) == ("西头", "02", "7", "已核")


def test_new_member_once_however_often_it_is_sent(branch, town_client):
    page = town_client.get(reverse("member-new"))
    data = {
        **form_of(page), "name": "吕新", "identity": make_identity(321), "branch": branch.public_id, "belongs": "home",
        "phone": "19900 123 456",
    }  # fmt: skip
    first, second = (town_client.post(reverse("member-new"), data) for _ in range(2))
    assert first["Location"] == second["Location"] == Member.objects.get().get_absolute_url()


def test_new_member_outside_the_scope_or_double_is_refused(branch, foreign_branch, make_member, town_client):
    elsewhere = make_member(foreign_branch)
    data = {"name": "吕新", "identity": next_identity(), "branch": foreign_branch.public_id, "belongs": "home"}
    assert "branch" in town_client.post(reverse("member-new"), data).context["form"].errors
    data.update(branch=branch.public_id, identity=elsewhere.reveal("identity"))
    assert "共同的上级" in town_client.post(reverse("member-new"), data).content.decode()
    assert Member.objects.count() == 1


def test_new_guest_goes_on_to_the_stay(branch, town_client):
    data = {"name": "顾江", "identity": next_identity(), "branch": branch.public_id, "belongs": "guest"}
    answer = town_client.post(reverse("member-new"), data)
    assert "/journeys/in/new/" in answer["Location"]
    stay = {**form_of(town_client.get(answer["Location"])), "home_text": "中共青岛市某支部", "left_on": "2024"}
    assert town_client.post(answer["Location"], stay).status_code == 302
    assert (Member.objects.get().care, Journey.objects.get().direction) == (branch, "in")


def test_journey_out_from_form_to_end(member, town_client):
    address = f"{reverse('journey-new-out')}?member={member.public_id}"
    data = {
        **form_of(town_client.get(address)),
        "left_on": "2024年7月",
        "where": "江苏省苏州市昆山市某路",
        "reason": "work",
    }
    assert "where" in town_client.post(address, {**data, "where": "鼓楼区"}).context["form"].errors
    assert town_client.post(address, data).status_code == 302
    town_client.post(address, data)
    journey = Journey.objects.get()
    assert (journey.region_code, journey.destination_text, journey.left_on.iso()) == ("320583", "某路", "2024-07")
    page = town_client.get(url("journey-edit", journey))
    assert "江苏省苏州市昆山市某路" in page.content.decode()
    data = {**form_of(page), "employer": "某电子厂", "contact_phone": "19900777888"}
    town_client.post(url("journey-edit", journey), data)
    journey.refresh_from_db()
    assert (journey.employer, journey.reveal("contact_phone"), journey.region_code) == (
        "某电子厂",
        "19900777888",
        "320583",
    )
    shown = town_client.post(url("journey-show", journey), {"field": "contact_phone"})
    assert "19900777888" in shown.content.decode()
    page = town_client.get(url("journey-end", journey))
    town_client.post(url("journey-end", journey), {**form_of(page), "outcome": "returned", "on": "2025-01"})
    assert Journey.objects.get().state == "returned"
    assert "已经是" in town_client.get(journey.get_absolute_url()).content.decode()


def test_second_journey_is_off_with_its_reason(member, journey, town_client):
    page = town_client.get(member.get_absolute_url()).content.decode()
    assert "办理流出登记" in page, "the file leads to the one that is under way"
    address = f"{reverse('journey-new-out')}?member={member.public_id}"
    assert "没有结束的流出经历" in town_client.post(address, {"key": "k"}).content.decode()
    assert Journey.objects.count() == 1


def test_move_and_status_forms(member, other_branch, foreign_branch, town_client):
    data = {**form_of(town_client.get(url("member-move", member))), "branch": foreign_branch.public_id}
    assert "branch" in town_client.post(url("member-move", member), data).context["form"].errors
    town_client.post(url("member-move", member), {**data, "branch": other_branch.public_id})
    assert Member.objects.get().home == other_branch
    page = town_client.get(url("member-status", member))
    data = {**form_of(page), "status": "stopped", "on": "2026-03-01"}
    assert "决定文件" in town_client.post(url("member-status", member), data).content.decode()
    town_client.post(url("member-status", member), {**data, "document": "党发〔2026〕3号"})
    assert Member.objects.get().party_status == "stopped"


def test_wrong_addresses_are_not_found(town_client, member):
    for address in (
        "/members/nobody/", "/members/nobody/edit/", "/journeys/nobody/", "/lost/nobody/edit/", "/journeys/out/new/",
        "/journeys/out/new/?member=nobody", f"/members/{member.public_id}/merge/{member.public_id}/",
    ):  # fmt: skip
        assert town_client.get(address).status_code == 404, address


# -- doubles ------------------------------------------------------------------------------------


def test_doubles_are_found_by_three_traits_within_the_scope(
    branch, other_branch, foreign_branch, make_member, town_client
):
    for name, number in (("何晓", 123), ("何小", 133), ("吕晓", 143)):
        make_member(branch, name=name, identity=make_identity(number), birth_date="1985-03-12")
    for one, number in ((branch, 500), (other_branch, 611)):
        make_member(one, name="吕同", identity=make_identity(number), birth_date="1970-01-02")
    phone = next_phone()
    for name, birth_date in (("何父", "1950-01"), ("何子", "1980-01")):
        make_member(branch, name=name, phone=phone, birth_date=birth_date)
    make_member(foreign_branch, name="吕同", birth_date="1970-01-02")
    pairs = town_client.get(reverse("double-list")).context["pairs"]
    found = {(pair.one.name, pair.other.name): pair.reasons for pair in pairs}
    assert found == {
        ("何晓", "何小"): ["身份证号只差一点"],
        ("吕同", "吕同"): ["姓名和出生日期相同"],
        ("何父", "何子"): ["联系电话相同"],
    }


def test_merge_form_asks_about_two_open_journeys(branch, make_member, town_actor, town_client):
    kept, gone = make_member(branch, name="何晓"), make_member(branch, name="何小", home_address="东头")
    with acting_as(town_actor):
        for one in (kept, gone):
            journeys.open_journey(member=one, direction="out", values={"left_on": "2024"}, by=town_actor)
    address = url("member-merge", kept, gone)
    page = town_client.get(address)
    assert "两份各有一段" in page.content.decode()
    assert gone.reveal("identity") not in page.content.decode()
    assert "open_journey" in town_client.post(address, {"name": "gone"}).context["form"].errors
    town_client.post(address, {"name": "gone", "open_journey": "kept"})
    after = Member.objects.get(pk=kept.pk)
    assert (after.name, after.home_address) == ("何小", "东头")
    assert Member.objects.get(pk=gone.pk).merged_into == after


def test_pages_ask_the_database_few_times(
    member, journey, spell, branch, make_member, town_client, django_assert_max_num_queries
):
    for number in range(12):
        make_member(
            branch, name="何同", identity=make_identity(number * 70), birth_date="1985-03-12", phone="19900112233"
        )
    for address, most in (
        (member.get_absolute_url(), 34),
        (reverse("double-list"), 20),
        (url("member-edit", member), 14),
    ):
        town_client.get(address)
        with django_assert_max_num_queries(most):
            town_client.get(address)
