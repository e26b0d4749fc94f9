"""What goes out comes in again without a single change: every ledger, as official form, as CSV, as the town's own workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import openpyxl
import pytest
from django.db import transaction

from accounts.actors import actor_for
from accounts.models import Grant, User
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor, acting_as
from exchange.actions.applies import apply
from exchange.actions.batches import receive
from exchange.actions.checks import check
from exchange.enums import Mode
from exchange.export import own_book, producing
from exchange.export.sheets import Imprint
from exchange.models import Export, ImportBatch
from files import actions as files
from members.models import Journey, Member
from tests.branches.sheets import sheet_file
from tests.conftest import plant

KINDS = ("organisations", "members", "outflow", "inflow", "lost")
SAMPLES = ("01", "02", "03", "04", "05", "13")
REGISTERED = ("柳河镇", "青石镇", "大营镇", "平安乡")  # whose people the ledgers below the register speak of
pytestmark = pytest.mark.django_db


@cache
def sample(number: str) -> bytes:
    """A file of the sample county; of the register the towns that are needed."""
    data = sheet_file(number).read_bytes()
    if number != "02":
        return data
    book = openpyxl.Workbook()
    for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True):
        if not isinstance(row[0], int) or any(town in row[10] for town in REGISTERED):
            book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take_in(number: str, by: Actor) -> ImportBatch:
    data, name = sample(number), sheet_file(number).name
    batch = check(batch=receive(data=data, name=name, by=by), by=by, data=data)
    assert batch.stopped_rows == 0
    return apply(batch=batch, by=by, mode=Mode.ALL)


def check_file(data: bytes, name: str, by: Actor) -> ImportBatch:
    return check(batch=receive(data=data, name=name, by=by), by=by, data=data)


def outcome(batch: ImportBatch) -> dict[str, int]:
    return {name: number for name, number in batch.counts.items() if number}


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Actor, dict[str, ImportBatch]]]:
    """The sample county with part of its register and ledgers of each kind, in through the real engine, once for all tests:
    each of them runs in a savepoint of this transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        county = plant("中共云湖县委员会", "云湖县委", "local", None, 1)
        user = User.objects.create(username="round-trip", name="赵敏", organisation=county)
        Grant.objects.create(
            user=user, role="county", organisation=county, starts_on=dt.date(2020, 1, 1), granted_by=SYSTEM.ref,
            granted_at=clock.now(),
        )  # fmt: skip
        by = actor_for(user, clock.today())
        with acting_as(by):
            yield by, {number: take_in(number, by) for number in SAMPLES}
        transaction.set_rollback(True)


def export(kind: str, by: Actor, organisation: Organisation, **more: Any) -> Export:
    wanted = Export.objects.create(
        kind=kind, organisation=organisation, path=organisation.path, full=more.pop("full", True), purpose="报县委组织部",
        owner=by.id, requested_at=clock.now(), requested_by=by.ref, **more,
    )  # fmt: skip
    return producing.produce(wanted, by=by)


def content(made: Export, by: Actor) -> bytes:
    return files.read(files.find(made.file, by), by)


def test_every_ledger_comes_back_unchanged(loaded: tuple[Actor, dict[str, ImportBatch]]) -> None:
    by, _batches = loaded
    county = Organisation.objects.get(parent=None)
    for kind in KINDS:
        for form in ("xlsx", "csv"):
            made = export(kind, by, county, format=form)
            again = check_file(content(made, by), made.file_name, by)
            assert again.kind == kind
            assert outcome(again) == {"rows": made.rows, "unchanged": made.rows}, (kind, form)


def own(batch: ImportBatch, by: Actor) -> bytes:
    imprint = Imprint("bcd", batch.kind, by, "还给镇里核对", clock.now())
    return own_book.updated(batch, imprint, by=by)[0]


def test_own_workbooks_come_back_unchanged(loaded: tuple[Actor, dict[str, ImportBatch]]) -> None:
    by, batches = loaded
    for batch in batches.values():
        data = own(batch, by)
        again = check_file(data, batch.file_name, by)
        assert outcome(again) == {"rows": again.counts["rows"], "unchanged": again.counts["rows"]}, batch.file_name


def marked(data: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [
        f"{page.title}!{cell.coordinate}={cell.value}"
        for page in book for row in page.iter_rows() for cell in row if cell.fill.start_color.rgb == "FFFFF2CC"
    ]  # fmt: skip


def test_the_official_ledger_says_what_the_towns_own_said(loaded: tuple[Actor, dict[str, ImportBatch]]) -> None:
    """Not only unchanged: the very cells, but for "无", dates in the form's way and the official order."""
    by, _batches = loaded
    town = Organisation.objects.get(short_name="柳河镇党委")
    theirs = {row[3]: row for row in rows_of(sample("03")) if isinstance(row[0], int)}
    ours = {row[3]: row for row in rows_of(content(export("outflow", by, town), by)) if isinstance(row[0], int)}
    assert ours.keys() == theirs.keys()
    for number, row in theirs.items():
        assert [plain(cell) for cell in ours[number][1:]] == [plain(cell) for cell in row[1:]]


def test_the_lost_ledger_has_both_official_tables(loaded: tuple[Actor, dict[str, ImportBatch]]) -> None:
    by, _batches = loaded
    county = Organisation.objects.get(parent=None)
    found = Member.objects.unscoped().get(name="汪东", lost_contacts__state="found")
    Journey.objects.create(
        member=found, direction="out", state="away", home=found.home, home_path=found.home_path, region_code="510107",
        created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    made = export("lost", by, county)
    book = openpyxl.load_workbook(io.BytesIO(content(made, by)))
    assert book.sheetnames[:2] == ["仍无法联系", "取得联系"]
    row = [cell.value for cell in book["取得联系"][4]]
    assert row[1:3] + row[5:10] == [
        "汪东",
        "男",
        "2025年12月",
        row[6],
        "2026-09-03",
        "19900312372",
        "四川省成都市武侯区",
    ]
    assert (made.rows, len(list(book["_导出"].iter_rows(min_row=3)))) == (5, 5)


def rows_of(data: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))


def plain(cell: Any) -> str:
    text = f"{cell:%Y-%m-%d}" if isinstance(cell, dt.datetime) else str(cell or "")
    return "" if text in ("无", "—") else text


def change(kind: str, name: str, **values: Any) -> None:
    """A record changed since the import, straight in the table."""
    model = {"member": Member, "journey": Journey}[kind]
    where = {"name": name} if model is Member else {"member__name": name}
    assert model.objects.unscoped().filter(**where).update(**values) == 1


def test_the_towns_own_workbook_brought_up_to_date(loaded: tuple[Actor, dict[str, ImportBatch]]) -> None:
    by, batches = loaded
    before = openpyxl.load_workbook(io.BytesIO(sample("03"))).active
    names = [before.cell(row, 2).value for row in range(5, 35)]
    change("journey", names[0], left_on="2022-05-01", employer="=某新单位", region_code="370211")
    change("journey", names[1], left_on="2022-05", certificate=False, reason="work")
    gone = Journey.objects.unscoped().get(member__name=names[2])
    Journey.objects.unscoped().filter(pk=gone.pk).update(state="returned")
    someone = Member.objects.unscoped().filter(
        home_path__startswith=Organisation.objects.get(short_name="柳河镇党委").path, journeys=None
    )[0]
    joined = Journey(
        member=someone, direction="out", state="away", home=someone.home, home_path=someone.home_path, left_on="2026-01",
        created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    joined.save()
    data = own(batches["03"], by)
    book = openpyxl.load_workbook(io.BytesIO(data))
    after, machine = book.worksheets[0], book["_导出"]
    assert {one.name: one.value for one in book.custom_doc_props.props} == {"导出编号": "bcd", "模板": "outflow.1"}
    assert (machine.sheet_state, machine.max_row) == ("hidden", 32)
    assert [cell.value for cell in machine[32]] == ["流出", 35, joined.public_id, 1]
    assert (after["F5"].value, after["F5"].number_format) == (
        dt.datetime.combine(dt.date(2022, 5, 1), dt.time()),
        before["F5"].number_format,
    )
    assert (after["L5"].value, after["L5"].data_type) == ("=某新单位", "s")
    assert [after.cell(5, column).value for column in (8, 9, 10)] == ["山东省", "青岛市", "黄岛区"]
    assert (after["F6"].value, after["Q6"].value, after["G6"].value) == ("2022年5月", "否", "外出务工")
    assert [cell.value for cell in after[7]] == [cell.value for cell in before[7]]
    assert (after["A35"].value, after["B35"].value, after["D35"].value) == (
        31,
        someone.name,
        someone.reveal("identity"),
    )
    assert after["D35"].border.left.style == "thin"
    assert [after["A36"].value, after["A37"].value, after["E37"].value] == [
        "注：流动党员是指外出6个月以上、未转移组织关系的党员。",
        "填报人：",
        "审核人：",
    ]
    assert after["A1"].value == before["A1"].value
    assert after.merged_cells.ranges == before.merged_cells.ranges
    assert all(after.column_dimensions[key].width == one.width for key, one in before.column_dimensions.items())
    touched = {one.partition("=")[0].partition("!")[2] for one in marked(data) if "!" in one}
    assert {one for one in touched if int(one[1:]) < 35} == {"F5", "L5", "H5", "I5", "J5", "F6", "Q6", "G6"}
    again = check_file(data, "流出党员台账-柳河镇-更新.xlsx", by)
    stopped = again.counts["held"] + again.counts["error"] + again.counts["changed"]
    assert (stopped, again.counts["new"], again.counts["unchanged"]) == (0, 1, 30)
