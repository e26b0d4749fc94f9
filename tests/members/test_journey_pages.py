"""The pages of journeys for both ends: what each side sees, can press, and cannot."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core import clock
from core.actors import acting_as
from members.actions import belonging, check_in, journeys
from members.models import Journey, JourneyStep, Member, Transfer
from tests.members.test_person import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明", phone="19900123987", home_address="何寨村东头")


@pytest.fixture
def journey(member, foreign_branch, secretary_actor):
    with acting_as(secretary_actor):
        return journeys.open_journey(
            member=member, direction="out", values={"left_on": "2024-07", "region_code": "370211", "host": foreign_branch},
            by=secretary_actor,
        )  # fmt: skip


@pytest.fixture
def home(client_for, secretary_user):
    return client_for(secretary_user)


@pytest.fixture
def host(client_for, make_user, foreign_branch):
    return client_for(make_user(foreign_branch, "secretary", "冯书记"))


def text(response) -> str:
    return response.content.decode()


def test_the_host_sees_the_journey_and_not_the_file(journey, member, host):
    page = text(host.get(journey.get_absolute_url()))
    assert "何小明" in page
    assert "199****3987" in page
    assert "确认报到" in page
    for hidden in ("何寨村东头", member.get_absolute_url(), "返乡登记", "历史</h2>", "19900123987"):
        assert hidden not in page, hidden
    assert host.get(member.get_absolute_url()).status_code == 404
    listed = text(host.get(reverse("hosted-list")))
    assert "何小明" in listed
    assert journey.get_absolute_url() in listed
    assert "何小明" not in text(host.get(reverse("inflow-list")))
    shown = host.post(reverse("journey-show", args=[journey.public_id]), {"field": "phone"})
    assert "19900123987" in text(shown)


def test_the_host_confirms_by_form_and_the_home_reads_it(journey, host, home):
    assert "等待冯屯村党支部确认报到" in text(home.get(journey.get_absolute_url()))
    address = reverse("journey-arrive", args=[journey.public_id])
    assert home.get(address).status_code == 403
    page = host.get(address)
    host.post(address, {**form_of(page), "on": "2026-11-20", "text": "到社区报到"})
    assert Journey.objects.unscoped().get().state == "arrived"
    answer = text(home.get(journey.get_absolute_url()))
    assert "冯屯村党支部已确认报到" in answer
    assert "到社区报到" in answer


@pytest.mark.parametrize("name", ["edit", "end", "depart"])
def test_what_the_home_does_is_not_the_hosts(journey, host, name):
    address = reverse(f"journey-{name}", args=[journey.public_id])
    answer = host.post(address, {"version": "1", "on": "2026-11", "outcome": "returned"})
    assert answer.status_code == 403 or "由组织关系所在的党组织办理" in text(answer)
    assert Journey.objects.unscoped().get().version == 1


def test_a_host_is_named_by_its_name(member, home, foreign_branch, other_branch):
    address = f"{reverse('journey-report')}?member={member.public_id}"
    page = home.get(address)
    assert "外出前向支部报告" in text(page)
    given = {**form_of(page), "left_on": clock.today().isoformat(), "where": "山东省青岛市黄岛区", "reason": "work"}
    home.post(address, {**given, "host_text": foreign_branch.short_name, "phone": "19900444555", "promised": "on"})
    found = Journey.objects.unscoped().get()
    assert (found.state, found.host, found.host_text, found.promised_on) == (
        "reported",
        foreign_branch,
        "",
        clock.today(),
    )
    member.refresh_from_db()
    assert member.reveal("phone") == "19900444555"
    edit = reverse("journey-edit", args=[found.public_id])
    form = form_of(home.get(edit))
    assert form["host_text"] == foreign_branch.short_name
    home.post(edit, {**form, "employer": "某厂"})
    found.refresh_from_db()
    assert (found.host, found.employer) == (foreign_branch, "某厂"), "the same name again changes nothing"
    home.post(edit, {**form_of(home.get(edit)), "host_text": "外地某党支部"})
    found.refresh_from_db()
    assert (found.host, found.host_path, found.host_text) == (None, "", "外地某党支部")


def test_a_name_that_two_bear_must_be_written_in_full(journey, home, foreign_branch, other_branch):
    other_branch.short_name = foreign_branch.short_name
    other_branch.save()
    edit = reverse("journey-edit", args=[journey.public_id])
    form = form_of(home.get(edit))
    home.post(edit, {**form, "host_text": "外地某党支部"})
    answer = home.post(edit, {**form_of(home.get(edit)), "host_text": foreign_branch.short_name})
    assert "请写全称" in text(answer)


def test_a_note_and_its_undo_by_page(journey, home):
    address = reverse("journey-note", args=[journey.public_id])
    home.post(address, {**form_of(home.get(address)), "kind": "thoughts", "on": "2026-11-01", "text": "学习了新精神"})
    page = text(home.get(journey.get_absolute_url()))
    assert "学习了新精神" in page
    assert "撤销“思想汇报”" in page
    step = JourneyStep.objects.unscoped().get(kind="thoughts")
    home.post(reverse("journey-undo", args=[step.public_id]))
    assert "思想汇报（已撤销）" in text(home.get(journey.get_absolute_url()))


def test_a_transfer_from_page_to_page(journey, member, home, host, foreign_branch):
    address = f"{reverse('transfer-new')}?member={member.public_id}"
    page = home.get(address)
    home.post(address, {**form_of(page), "to": foreign_branch.public_id, "letter_on": clock.today().isoformat()})
    transfer = Transfer.objects.unscoped().get()
    assert "何小明" in text(host.get(reverse("transfer-list")))
    assert home.get(reverse("transfer-receive", args=[transfer.public_id])).status_code == 403
    receive = reverse("transfer-receive", args=[transfer.public_id])
    host.post(receive, {**form_of(host.get(receive)), "on": clock.today().isoformat()})
    assert Member.objects.unscoped().get().home == foreign_branch
    assert home.get(member.get_absolute_url()).status_code == 404
    assert "已接收" in text(home.get(transfer.get_absolute_url()))


def test_arrival_by_form(home, branch):
    address = reverse("arrival-new")
    page = home.get(address)
    given = {"name": "吕大勇", "phone": "19900777111", "home_text": "外县某支部", "branch": branch.public_id}
    answer = home.post(address, {**form_of(page), **given})
    stay = Journey.objects.unscoped().get()
    assert answer["Location"] == stay.get_absolute_url()
    assert (stay.member.care, stay.member.identity) == (branch, "")


def test_those_who_only_reported_are_listed_when_asked(member, home, secretary_actor):
    with acting_as(secretary_actor):
        journeys.report_departure(member=member, values={"left_on": "2027-03"}, by=secretary_actor)
    assert "何小明" not in text(home.get(reverse("outflow-list")))
    assert "何小明" in text(home.get(reverse("outflow-list") + "?term=reported"))
    assert "何小明" not in text(home.get(reverse("member-list") + "?away=out"))


def test_a_guest_moves_within_the_county(home, branch, secretary_actor):
    with acting_as(secretary_actor):
        stay = check_in.check_in(
            branch=branch,
            person={"name": "吕大勇", "phone": "19900777222"},
            stay={"home_text": "外县某支部"},
            by=secretary_actor,
        )
    address = reverse("journey-change", args=[stay.public_id])
    home.post(address, {**form_of(home.get(address)), "on": "2026-11", "destination_text": "幸福小区三号楼"})
    stay.refresh_from_db()
    assert (stay.destination_text, stay.placed_on.iso()) == ("幸福小区三号楼", "2026-11")


def test_both_branches_of_a_member_read_whose_duties_are_whose(member, foreign_branch, home, county_actor):
    foreign_branch.marks = ["mobile"]
    foreign_branch.save()
    with acting_as(county_actor):
        belonging.join_mobile(member=member, branch=foreign_branch, by=county_actor)
    page = text(home.get(member.get_absolute_url()))
    assert "双重管理" in page
    assert "冯屯村党支部（流动支部）" in page
    quit_url = reverse("member-mobile-quit", args=[member.public_id])
    assert "退出流动支部" in text(home.get(quit_url))
    home.post(quit_url)
    assert "双重管理" not in text(home.get(member.get_absolute_url()))
