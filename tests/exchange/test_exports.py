"""Asking for an export, the job, the pages; who may, what stands in the file, what the log keeps."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from branches.models import Organisation
from core import clock
from core.actors import Actor, acting_as
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from exchange.enums import State
from exchange.export import actions
from exchange.models import Export, ImportBatch
from files import actions as files
from jobs import runner
from jobs.models import Job
from members.enums import Direction, JourneyState
from members.models import Journey, Member

pytestmark = pytest.mark.django_db
WHO = re.compile(r"\d{17}[\dX]")


@pytest.fixture
def people(make_member: Callable[..., Member], branch: Organisation, foreign_branch: Organisation) -> dict[str, Member]:
    """何静 away in 上海 (home 何寨村), 吕强 at home, 冯燕 of the other town away, 何密 away and restricted."""
    found = {
        "静": make_member(branch, name="何静", phone="19900111222", birth_date="1985"),
        "强": make_member(branch, name="吕强"),
        "燕": make_member(foreign_branch, name="冯燕"),
        "密": make_member(branch, name="何密"),
    }
    Member.objects.unscoped().filter(pk=found["密"].pk).update(restricted=True)
    for key in ("静", "燕", "密"):
        member, now = found[key], clock.now()
        journey = Journey(
            member=member, direction=Direction.OUT, state=JourneyState.AWAY, home=member.home, home_path=member.home_path,
            left_on="2025-03", reason="", reason_text="给闺女看孩子", region_code="310115", contact_name="何建国", certificate=True,
            created_at=now, updated_at=now,
        )  # fmt: skip
        journey.put_sealed("contact_phone", "19900333444")
        journey.save()
    return found


def run(export: Export) -> Export:
    runner.run(export.job)
    export.refresh_from_db()
    return export


def asked(by: Actor, organisation: Organisation, **more: Any) -> Export:
    with acting_as(by):
        return actions.request(
            kind=more.pop("kind", "outflow"), organisation=organisation, purpose="报县委组织部三季度", by=by, **more
        )


def book_of(export: Export, by: Actor) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(files.read(files.find(export.file, by), by)))


def cells(book: openpyxl.Workbook) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def test_the_official_ledger(people: dict[str, Member], town: Organisation, town_actor: Actor) -> None:
    made = run(asked(town_actor, town, full=True))
    book = book_of(made, town_actor)
    page, machine = book.worksheets[0], book["_导出"]
    rows = cells(book)
    assert rows[0][0] == "马店镇流出党员台账"
    assert rows[1][0] == "填报单位（盖章）：中共云湖县马店镇委员会"
    assert (rows[2][5], rows[3][5]) == ("流出情况", "流出时间")
    assert rows[4][:10] == [
        1, "何静", "男", people["静"].reveal("identity"), people["静"].home.name, "2025年3月", "给闺女看孩子", "上海市", "上海市",
        "浦东新区",
    ]  # fmt: skip
    assert rows[4][13:17] == ["19900111222", "何建国", "19900333444", "是"]
    assert [rows[5][0], rows[6][0]] == ["注：流动党员是指外出6个月以上、未转移组织关系的党员。", "填报人："]
    assert page["D5"].number_format == "@"
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.print_title_rows) == ("landscape", 8, "$1:$4")
    assert "内部资料" in page.oddFooter.left.text
    assert "报县委组织部三季度" in page.oddFooter.left.text
    journey = Journey.objects.unscoped().get(member=people["静"])
    assert [cell.value for cell in machine[3]] == ["流出党员台账", 5, journey.public_id, 1]
    assert machine.sheet_state == "hidden"
    assert {one.name: one.value for one in book.custom_doc_props.props} == {
        "导出编号": made.public_id,
        "模板": "outflow.1",
    }
    choices = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert choices["Q5"] == '"是,否"'


def test_nobody_else_and_nobody_restricted_goes_out(
    people: dict[str, Member], town: Organisation, county: Organisation, town_actor: Actor, county_actor: Actor
) -> None:
    names = [row[1] for row in cells(book_of(run(asked(town_actor, town, kind="members", full=True)), town_actor))[3:5]]
    assert names == ["何静", "吕强"]
    whole = cells(book_of(run(asked(county_actor, county)), county_actor))
    assert [row[1] for row in whole[4:7]] == ["何静", "冯燕", None]
    with pytest.raises(NotAllowed):
        asked(town_actor, county)


def test_masked_says_so_and_holds_no_number(people: dict[str, Member], town: Organisation, town_actor: Actor) -> None:
    made = run(asked(town_actor, town))
    rows = cells(book_of(made, town_actor))
    assert rows[0][0] == "马店镇流出党员台账（号码已遮盖）"
    assert rows[4][13] == "199****1222"
    assert not WHO.search(str(rows))
    assert "19900333444" not in str(rows)


def test_full_numbers_need_their_own_right(people: dict[str, Member], town: Organisation, town_actor: Actor) -> None:
    grants = {key: value for key, value in town_actor.grants.items() if key != Permission.FULL_NUMBERS}
    without = Actor(**{**town_actor.__dict__, "grants": grants})
    with pytest.raises(NotAllowed, match="完整号码"):
        asked(without, town, full=True)
    assert asked(without, town).full is False


def test_a_right_withdrawn_while_the_job_waits_stops_it(
    people: dict[str, Member], town: Organisation, town_user: User, town_actor: Actor
) -> None:
    made = asked(town_actor, town, full=True)
    town_user.grants.all().delete()
    made = run(made)
    job = Job.objects.unscoped().get(public_id=made.job)
    assert (made.file, job.state) == ("", "failed")
    assert "岗位" in job.error


def test_it_is_logged_expires_and_belongs_to_its_maker(
    people: dict[str, Member], town: Organisation, town_actor: Actor, county_actor: Actor
) -> None:
    made = run(asked(town_actor, town, full=True, filters={"province": "31"}))
    event = Event.objects.unscoped().get(kind="export.made")
    assert "何静" not in event.text
    assert event.data == {
        "kind": "outflow", "form": "official", "format": "xlsx", "filters": "去向：上海市", "rows": 1, "full": True,
        "purpose": "报县委组织部三季度", "digest": made.digest,
    }  # fmt: skip
    assert (made.expires_at - made.finished_at).days == 7
    with pytest.raises(UserError):
        files.find(made.file, county_actor)
    assert not Export.objects.visible_to(county_actor).exists()


def test_run_twice_makes_one_file_and_one_event(
    people: dict[str, Member], town: Organisation, town_actor: Actor
) -> None:
    made = run(asked(town_actor, town, key="k1"))
    assert asked(town_actor, town, key="k1") == made
    Job.objects.unscoped().filter(public_id=made.job).update(state="queued", finished_at=None)
    again = run(made)
    assert (again.file, Event.objects.unscoped().filter(kind="export.made").count()) == (made.file, 1)


@pytest.mark.parametrize("purpose", ["", "报表", "   ", "13"])
def test_a_purpose_must_say_something(purpose: str, town: Organisation, town_actor: Actor) -> None:
    with pytest.raises(UserError, match="用途"):
        actions.request(kind="outflow", organisation=town, purpose=purpose, by=town_actor)


def test_a_number_in_the_purpose_is_struck_out(town: Organisation, town_actor: Actor) -> None:
    made = actions.request(kind="outflow", organisation=town, purpose="核对 19900111222 的去向", by=town_actor)
    assert made.purpose == "核对 ####### 的去向"


def test_exactly_the_list(people: dict[str, Member], town: Organisation, town_actor: Actor) -> None:
    made = run(asked(town_actor, town, form="list", columns=["branch", "place", "age", "phone", "verified"]))
    rows = cells(book_of(made, town_actor))
    assert rows[0] == ["序号", "姓名", "性别", "所在党支部", "去向", "年龄", "联系电话"]
    assert rows[1][1:5] == ["何静", "男", people["静"].home.name, "上海市浦东新区"]
    assert rows[1][5] in (clock.today().year - 1985, str(clock.today().year - 1985))
    assert rows[1][6] == "199****1222"
    assert len(rows) == 2


def test_csv(people: dict[str, Member], town: Organisation, town_actor: Actor) -> None:
    made = run(asked(town_actor, town, format="csv", full=True))
    data = files.read(files.find(made.file, town_actor), town_actor)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("序号,姓名,性别,公民身份号码,所在党支部,流出时间")
    assert lines[1].startswith("1,何静,男,")
    assert made.file_name.endswith(".csv")


# -- pages ----------------------------------------------------------------------------------------


@pytest.fixture
def clerk(client_for: Callable[[User], Client], town_user: User) -> Client:
    return client_for(town_user)


def test_from_the_page_to_the_file(
    clerk: Client,
    people: dict[str, Member],
    town: Organisation,
    town_actor: Actor,
    django_capture_on_commit_callbacks: Any,
) -> None:
    page = clerk.get(reverse("export-new"), {"kind": "outflow", "filter": "province=31&sort=name"})
    assert "去向：上海市" in page.content.decode()
    assert "完整号码：用于上报" in page.content.decode()
    key = page.context["form"]["key"].value()
    fields = {
        "organisation": town.public_id, "form": "official", "format": "xlsx", "numbers": "full", "purpose": "报县委组织部",
        "key": key, "filter": "province=31&sort=name",
    }  # fmt: skip
    answer = clerk.post(f"{reverse('export-new')}?kind=outflow", fields)
    again = clerk.post(f"{reverse('export-new')}?kind=outflow", fields)
    made = Export.objects.unscoped().get()
    assert (answer.url, again.url) == (made.get_absolute_url(), made.get_absolute_url())
    assert made.filters == {"province": "31"}
    assert "排队中" in clerk.get(answer.url).content.decode()
    made = run(made)
    assert "可以下载" in clerk.get(answer.url).content.decode()
    assert reverse("file-download", args=[made.file]) in clerk.get(reverse("export-list")).content.decode()
    assert clerk.get(reverse("file-download", args=[made.file])).status_code == 200


def test_the_form_says_what_is_missing(clerk: Client, town: Organisation, county: Organisation) -> None:
    address = f"{reverse('export-new')}?kind=members"
    fields = {"organisation": town.public_id, "form": "official", "format": "xlsx", "numbers": "masked", "purpose": ""}
    assert "请写明导出的用途" in clerk.post(address, fields).content.decode()
    above = clerk.post(address, {**fields, "purpose": "报县委组织部", "organisation": county.public_id})
    assert "请选择您管理范围内的党组织" in above.content.decode()
    assert not Export.objects.unscoped().exists()


def test_who_may_see_what(
    client_for: Callable[[User], Client], people: dict[str, Member], town: Organisation, other_town: Organisation,
    town_actor: Actor, clerk: Client, other_town_user: User, auditor_user: User, system_user: User,
) -> None:  # fmt: skip
    made = asked(town_actor, town)
    assert client_for(other_town_user).get(made.get_absolute_url()).status_code == 404
    for user in (auditor_user, system_user):
        assert client_for(user).get(reverse("export-list")).status_code == 403
        assert client_for(user).get(reverse("export-new"), {"kind": "outflow"}).status_code == 403
    assert clerk.get(reverse("export-new")).url == reverse("export-list"), "no ledger chosen yet"
    for query in ({"kind": "nothing"}, {"kind": "outflow", "organisation": other_town.public_id},
                  {"kind": "outflow", "filter": "province=00"}):  # fmt: skip
        assert clerk.get(reverse("export-new"), query).status_code == 404


@pytest.mark.parametrize("kind", ["organisations", "members", "outflow", "inflow", "lost"])
def test_empty_templates(clerk: Client, kind: str) -> None:
    answer = clerk.get(reverse("export-template", args=[kind]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert "填写说明" in book.sheetnames
    page = book.worksheets[0]
    first = 5 if kind == "outflow" else 4
    assert page.cell(first, 4).number_format == "@"
    for rule in page.data_validations.dataValidation:
        assert str(rule.sqref).endswith(str(first + 499))
    assert not WHO.search(str(cells(book)))


def test_the_latest_workbook_of_each_ledger_can_be_fetched(
    clerk: Client, town: Organisation, branch: Organisation, town_actor: Actor
) -> None:
    for name, kind, unit in (
        ("流出-二季度.xlsx", "outflow", town), ("流出-三季度.xlsx", "outflow", town), ("流出-四季度.csv", "outflow", town),
        ("流入.XLSX", "inflow", town), ("流出-何寨村.xlsx", "outflow", branch),
    ):  # fmt: skip
        ImportBatch.objects.create(
            kind=kind, state=State.APPLIED, organisation=unit, path=unit.path, file_name=name, sha256="x",
            uploaded_at=clock.now(), uploaded_by=town_actor.ref, applied_at=clock.now(), applied_by=town_actor.ref,
        )  # fmt: skip
    books = clerk.get(reverse("export-list")).context["books"]
    assert [book.file_name for book in books] == ["流出-何寨村.xlsx", "流入.XLSX", "流出-三季度.xlsx"]


def test_a_workbook_that_cannot_come_back_offers_the_official_form(
    clerk: Client, town: Organisation, town_actor: Actor
) -> None:
    batch = ImportBatch.objects.create(
        kind="outflow", state=State.APPLIED, organisation=town, path=town.path, file_name="流出.xls", sha256="x",
        uploaded_at=clock.now(), uploaded_by=town_actor.ref, applied_at=clock.now(), applied_by=town_actor.ref,
    )  # fmt: skip
    address = reverse("own-workbook", args=[batch.public_id])
    assert "请改为导出正式台账" in clerk.get(address).content.decode()
    clerk.post(address, {"purpose": "还给柳河镇核对"})
    assert not Export.objects.unscoped().exists()
