"""Agreements with other organisations: who keeps them, what is due, the papers, and that no number lies in the clear."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.actors import actor_for
from audit.models import Change, Event
from branches.actions import organisations
from branches.rules import set_rule
from core import clock
from core.actors import SYSTEM
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from exchange.export import actions as exports
from files import actions as files
from files.models import StoredFile
from inbox.models import Todo
from jobs.runner import run_waiting
from stations.actions import agreements as actions
from stations.agreements import standing
from stations.models import Agreement, ExchangeNote

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
VALUES = {
    "partner_text": "中共昆山市玉山镇委员会", "place": "江苏省苏州市昆山市", "contact_name": "周敏", "contact_phone": "19900770077",
    "subject": "昆山方向流动党员的日常联系和组织生活", "signed_on": dt.date(2026, 9, 1),
}  # fmt: skip


@pytest.fixture
def agreement(branch, secretary_actor):
    return actions.make(organisation=branch, values=VALUES, by=secretary_actor, key="k", now=NOW)


def todos(prefix=""):
    return list(Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith=f"agreement-{prefix}"))


def due(one, on=TODAY):
    rows = Agreement.objects.visible_to(SYSTEM).with_exchanges().select_related("organisation", "partner")
    return standing(rows.filter(pk=one.pk), on)[0]


def test_it_is_made_once_with_history_and_its_phone_sealed(agreement, branch, secretary_actor):
    again = actions.make(organisation=branch, values=VALUES, by=secretary_actor, key="k", now=NOW)
    assert again == agreement
    assert (agreement.region_code, agreement.starts_on) == ("320583", dt.date(2026, 9, 1))
    assert agreement.reveal("contact_phone") == "19900770077"
    assert "19900770077" not in str(Agreement.objects.visible_to(SYSTEM).values().get())
    assert Change.objects.of(agreement, SYSTEM).count() == 1
    assert Event.objects.visible_to(SYSTEM).filter(kind="agreement_made").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"partner_text": ""}, "写明与哪个"),
        ({"subject": ""}, "共管什么"),
        ({"subject": "联系电话 19900770077"}, "号码"),
        ({"signed_on": None}, "签订日期"),
        ({"signed_on": dt.date(2027, 1, 1)}, "还没有到"),
        ({"ends_on": dt.date(2026, 8, 1)}, "到期日期"),
        ({"every_months": 13}, "1 到 12"),
        ({"contact_phone": "123"}, "号码"),
    ],
)
def test_what_is_refused_says_why(branch, secretary_actor, change, sentence):
    with pytest.raises(UserError, match=sentence):
        actions.make(organisation=branch, values={**VALUES, **change}, by=secretary_actor, now=NOW)


def test_only_the_keeper_changes_it_and_both_sides_of_ours_see_it(
    agreement, other_branch, foreign_branch, secretary_actor, other_town_actor, make_user, county_actor
):
    partner = actor_for(make_user(other_branch, "secretary"), clock.today())
    assert not Agreement.objects.visible_to(partner).exists()
    actions.edit(agreement=agreement, values={"partner": other_branch, "partner_text": ""}, by=secretary_actor, now=NOW)
    assert Agreement.objects.visible_to(partner).get().other == "吕楼村党支部"
    assert not Agreement.objects.visible_to(other_town_actor).exists()
    with pytest.raises(NotAllowed):
        actions.edit(agreement=agreement, values={"note": "改"}, by=partner, now=NOW)
    noted = actions.note_exchange(agreement=agreement, on=TODAY, way="call", text="通了电话", by=partner, now=NOW)
    assert ExchangeNote.objects.visible_to(county_actor).get() == noted
    with pytest.raises(NotAllowed):
        actions.note_exchange(agreement=agreement, on=TODAY, way="call", text="通", by=other_town_actor, now=NOW)
    with pytest.raises(StaleVersion):
        actions.edit(agreement=agreement, values={"note": "晚了"}, by=county_actor, version=1, now=NOW)
    with pytest.raises(UserError, match="不能是自己"):
        actions.edit(agreement=agreement, values={"partner": agreement.organisation}, by=secretary_actor, now=NOW)


def test_the_next_exchange_is_due_a_quarter_after_the_last(agreement, secretary_actor, branch):
    assert due(agreement).next_on == dt.date(2026, 12, 1)
    assert [(one.level, one.due_on) for one in todos("news")] == [("info", dt.date(2026, 12, 1))]
    noted = actions.note_exchange(
        agreement=agreement, on=TODAY, way="visit", text="走访", by=secretary_actor, key="n", now=NOW
    )
    again = actions.note_exchange(
        agreement=agreement, on=TODAY, way="visit", text="走访", by=secretary_actor, key="n", now=NOW
    )
    assert noted == again
    assert due(agreement).next_on == dt.date(2027, 2, 20)
    assert todos("news") == []
    actions.withdraw_exchange(note=noted, by=secretary_actor, now=NOW)
    actions.withdraw_exchange(note=noted, by=secretary_actor, now=NOW)
    assert due(agreement).next_on == dt.date(2026, 12, 1)
    assert len(todos("news")) == 1
    with pytest.raises(UserError, match="交流日期"):
        actions.note_exchange(
            agreement=agreement, on=dt.date(2026, 8, 1), way="call", text="通", by=secretary_actor, now=NOW
        )


def test_what_was_agreed_wins_over_the_rule_and_the_rule_over_its_default(
    agreement, secretary_actor, county, county_actor
):
    set_rule(
        organisation=county, key="agreement_exchange_months", value=6, by=county_actor, starts_on=dt.date(2026, 1, 1)
    )
    assert due(agreement).next_on == dt.date(2027, 3, 1)
    actions.edit(agreement=agreement, values={"every_months": 1}, by=secretary_actor, now=NOW)
    found = due(agreement)
    assert (found.next_on, found.state, found.tone) == (dt.date(2026, 10, 1), "交流超期 50 天", "warn")
    (todo,) = todos("news")
    assert (todo.level, todo.url) == ("yellow", agreement.get_absolute_url())


def test_the_clock_reminds_of_the_end_and_leaves_what_is_over_in_peace(
    agreement, secretary_actor, branch, county_actor
):
    with pytest.raises(Blocked, match="共管协议"):
        organisations.close(branch, by=county_actor)
    actions.end(agreement=agreement, on=dt.date(2026, 12, 10), by=secretary_actor, now=NOW)
    assert len(todos("end")) == 1
    later = NOW + dt.timedelta(days=40)
    actions.bring_up_to_date(later)
    actions.bring_up_to_date(later)
    assert todos() == []
    assert due(agreement, later.date()).state == "已到期"


def test_a_tree_that_moves_takes_agreements_along(agreement, branch, other_town, county_actor, other_town_actor):
    organisations.move(branch, to=other_town, by=county_actor)
    assert Agreement.objects.visible_to(other_town_actor).get() == agreement


def test_the_scan_is_sealed_replaced_and_read_by_whoever_sees_the_agreement(agreement, secretary_actor, town_actor):
    one = actions.attach_scan(agreement=agreement, data=b"%PDF-1.4 a", name="a.pdf", by=secretary_actor, now=NOW)
    assert actions.attach_scan(agreement=one, data=b"%PDF-1.4 a", name="a.pdf", by=secretary_actor).scan == one.scan
    two = actions.attach_scan(agreement=one, data=b"%PDF-1.4 b", name="b.pdf", by=secretary_actor)
    assert not StoredFile.objects.visible_to(SYSTEM).there().filter(public_id=one.scan).exists()
    assert actions.read_scan(agreement=two, by=town_actor)[1] == b"%PDF-1.4 b"
    with pytest.raises(UserError, match="PDF"):
        actions.attach_scan(agreement=two, data=b"MZ", name="a.pdf", by=secretary_actor)


def test_it_goes_out_as_a_list_and_is_never_taken_in(agreement, county, county_actor, client_for, county_user):
    made = exports.request(kind="agreements", organisation=county, purpose="报市委组织部", by=county_actor, full=True)
    run_waiting()
    made.refresh_from_db()
    file = StoredFile.objects.visible_to(county_actor).get(public_id=made.file)
    sheet = openpyxl.load_workbook(io.BytesIO(files.read(file, county_actor))).worksheets[0]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert {"中共昆山市玉山镇委员会", "19900770077", "江苏省苏州市昆山市", "2026-09-01"} <= set(cells)
    client = client_for(county_user)
    assert client.get(reverse("export-template", args=["agreements"])).status_code == 404
    assert "双向共管协议台账" in client.get(reverse("export-list")).content.decode()


def test_the_pages_from_first_to_last(client_for, secretary_user, branch, other_branch):
    client = client_for(secretary_user)
    assert "还没有登记协议" in client.get(reverse("agreement-list")).content.decode()
    form = {
        **VALUES,
        "organisation": branch.public_id,
        "partner_text": "吕楼村党支部",
        "key": "p",
        "signed_on": "2026-09-01",
    }
    page = client.post(reverse("agreement-new"), {**form, "place": "月球"})
    assert "看不出" in page.content.decode()
    assert client.post(reverse("agreement-new"), form).status_code == 302
    one = Agreement.objects.visible_to(SYSTEM).get()
    assert one.partner == other_branch
    address = one.get_absolute_url()
    page = client.get(address).content.decode()
    assert "199****0077" in page
    assert "19900770077" not in page
    assert "19900770077" in client.post(f"{address}phone/").content.decode()
    assert "19900770077" in client.post(f"{address}phone/", headers={"HX-Request": "true"}).content.decode()
    change = {**form, "contact_phone": "", "subject": "改过的内容", "version": one.version}
    assert client.post(f"{address}edit/", change).status_code == 302
    assert "这份记录已由" in client.post(f"{address}edit/", {**change, "subject": "又改"}).content.decode()
    told = {"on": "2026-09-02", "way": "call", "text": "通报了两名党员的情况", "key": "e"}
    assert client.post(f"{address}exchange/", told).status_code == 302
    note = ExchangeNote.objects.visible_to(SYSTEM).get()
    assert "通报了两名党员的情况" in client.get(address).content.decode()
    assert client.post(reverse("agreement-withdraw", args=[note.public_id])).status_code == 302
    assert "已撤回" in client.get(address).content.decode()
    scan = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")
    assert "请选择" in client.post(f"{address}scan/new/").content.decode()
    assert client.post(f"{address}scan/new/", {"scan": scan}).status_code == 302
    assert client.get(f"{address}scan/").content == b"%PDF-1.4 x"
    one.refresh_from_db()
    assert client.post(f"{address}end/", {"on": "2026-10-01", "version": one.version}).status_code == 302
    assert "已到期" in client.get(reverse("agreement-list")).content.decode()


def test_the_list_asks_as_often_for_many_as_for_one(
    agreement, branch, secretary_actor, client_for, secretary_user, django_assert_max_num_queries
):
    client = client_for(secretary_user)
    for _ in range(12):
        actions.make(organisation=branch, values=VALUES, by=secretary_actor, now=NOW)
    with django_assert_max_num_queries(16):
        page = client.get(reverse("agreement-list"))
    assert page.content.decode().count("中共昆山市玉山镇委员会") == 13
