"""The first page, by role: every figure is a link to its people; keepers of the system see no person."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.actions import record
from audit.models import Event
from branches.actions import organisations
from core import clock
from core.actors import SYSTEM
from inbox.models import Level, Todo
from members.actions.people import edit_member, move_member
from tests.members.test_lists import guest, lost, names, out

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(branch, foreign_branch, make_member):
    out(make_member(branch, name="何远"))
    out(make_member(branch, name="何短"), left_on=clock.today().isoformat(), region_code="")
    lost(make_member(branch, name="何失"))
    guest(branch)
    make_member(foreign_branch, name="冯三")


def figures(response):
    return {one.label: (one.value, one.url) for one in response.context["figures"]}


def test_every_figure_is_a_link_to_exactly_its_people(people, client_for, town_user):
    client = client_for(town_user)
    found = figures(client.get("/"))
    assert {label: value for label, (value, _) in found.items()} == {
        "党员": 3, "流动党员（流出）": 1, "短期外出": 1, "流入党员": 1, "联系不上与失联": 1, "四清有缺项": 2
    }  # fmt: skip
    for label, (value, url) in found.items():
        assert len(names(client.get(url))) == value, label


def test_each_sees_the_own_subtree(people, client_for, county_user, other_town_user, secretary_user):
    for user, members in ((county_user, 4), (other_town_user, 1), (secretary_user, 3)):
        assert figures(client_for(user).get("/"))["党员"][0] == members


def test_more_people_cost_no_more_queries(people, branch, make_member, client_for, county_user):
    client = client_for(county_user)
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for _ in range(30):
        out(make_member(branch))
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(few) == len(many) <= 25


def test_a_secretary_has_large_buttons(people, client_for, secretary_user, town_user):
    assert '<ul class="doors">' in client_for(secretary_user).get("/").content.decode()
    assert '<ul class="doors">' not in client_for(town_user).get("/").content.decode()


def test_what_waits_is_shown_by_urgency(town, client_for, town_user, other_town_user):
    for text, level in (("看一看", Level.INFO), ("马上办", Level.RED)):
        Todo.objects.create(
            cause=text, organisation=town, organisation_path=town.path, level=level, text=text, raised_by=SYSTEM.ref,
            raised_at=clock.now(),
        )  # fmt: skip
    page = client_for(town_user).get("/").content.decode()
    assert page.index("马上办") < page.index("看一看")
    assert "马上办" not in client_for(other_town_user).get("/").content.decode()


def test_what_changed_lately_is_shown_in_the_own_part(town, town_actor, client_for, town_user, other_town_user):
    organisations.create(
        by=town_actor, parent=town, kind="631", name="中共云湖县马店镇新庄村支部委员会", short_name="新庄村党支部"
    )
    assert "新庄村" in client_for(town_user).get("/").content.decode()
    assert "新庄村" not in client_for(other_town_user).get("/").content.decode()


def test_an_import_takes_one_line_of_what_changed_lately(town, town_actor, client_for, town_user):
    for kind, text in (("import.received", "上传台账文件“甲”"), ("import.applied", "导入“甲”")):
        record(kind, text, by=town_actor, organisation_id=town.pk)
    page = client_for(town_user).get("/").content.decode()
    assert "导入“甲”" in page
    assert "上传台账文件" not in page


@pytest.mark.parametrize("who", ["auditor_user", "system_user"])
def test_auditor_and_system_administrator_see_no_person(who, people, client_for, request):
    page = client_for(request.getfixturevalue(who)).get("/").content.decode()
    for name in ("何远", "何短", "何失", "冯三"):
        assert name not in page
    assert "流动党员（流出）" not in page


def test_the_auditor_sees_what_to_look_at_and_each_figure_opens_the_log(people, client_for, auditor_user, county_actor):
    record("member.full_number", "查看完整号码", by=county_actor)
    client = client_for(auditor_user)
    found = figures(client.get("/"))
    assert found["今天的操作"][0] >= 1
    for _, url in found.values():
        assert client.get(url).status_code == 200


def test_signed_out_readers_are_led_to_the_sign_in(client, county):
    assert client.get("/")["Location"].startswith("/sign-in/")


def test_nothing_on_the_page_leads_nowhere(people, client_for, county_user, secretary_user, auditor_user, system_user):
    for user in (county_user, secretary_user, auditor_user, system_user):
        client = client_for(user)
        page = client.get("/").content.decode()
        for address in set(re.findall(r'<a[^>]* href="(/[^"#]*)"', page)):
            assert client.get(address.replace("&amp;", "&")).status_code in (200, 302), address


def test_recent_changes_name_nobody_whom_the_reader_may_not_see(
    branch, other_branch, make_member, client_for, county_actor, town_actor, secretary_user, county_user
):
    """Moved away, restricted since, restricted from the start: the events are there, for others."""
    stays, moved, hidden, secret = (make_member(branch, name=name) for name in ("何留", "何迁", "何密", "何隐"))
    for one in (stays, moved, hidden):
        edit_member(member=one, values={"note": "改"}, by=town_actor)
    move_member(member=moved, to=other_branch, by=town_actor)
    edit_member(member=hidden, values={"restricted": True}, by=county_actor)
    secret.restricted = True
    secret.save()
    edit_member(member=secret, values={"note": "改"}, by=county_actor)
    assert Event.objects.get(subject_id=secret.public_id).organisation_id == county_actor.organisation_id
    text = client_for(secretary_user).get("/").content.decode()
    assert "何留" in text
    for name in ("何迁", "何密", "何隐"):
        assert name not in text
    assert "何隐" in client_for(county_user).get("/").content.decode()
