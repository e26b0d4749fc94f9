"""Finding the table in a sheet: kinds, heads of several rows, learned headings, rows that are no records."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from exchange.mapping import Table, find_table, looks_like_summary, skip_reason
from exchange.reading import Row, open_book
from tests.exchange.heads import HEADS, OUTFLOW

SAMPLES = Path(__file__).resolve().parents[2] / "demo" / "ledgers"
COUNTS = json.loads((SAMPLES.parent / "counts.json").read_text())


def read(name: str) -> dict[str, list[Row]]:
    path = next(SAMPLES.glob(f"{name}*"))
    with open_book(path.read_bytes(), path.name) as book:
        return {
            sheet.name: [row for chunk in book.rows(index) for row in chunk] for index, sheet in enumerate(book.sheets)
        }


def rows_of(*lines: list[Any], start: int = 1) -> list[Row]:
    return [Row(number, cells) for number, cells in enumerate(lines, start)]


def people(rows: list[Row], table: Table) -> list[Row]:
    return [row for row in rows if row.number >= table.first_data_row and skip_reason(row, table) is None]


HEAD = ["序号", "姓名", "公民身份号码", "所在党支部", "流出时间", "联系电话"]
ALI = [1, "阿力", "379981196104025453", "某村党支部", "2021年", "19900224096"]


@pytest.mark.parametrize(
    ("name", "kind", "header_row", "header_rows", "columns", "count"),
    [
        ("01", "organisations", 3, 1, 10, COUNTS["organisations"]),
        ("02", "members", 3, 1, 15, COUNTS["members"]),
        ("03", "outflow", 3, 2, 19, COUNTS["outflow_by_town"]["柳河镇"]),
        ("04", "inflow", 3, 1, 16, COUNTS["inflow"]),
        ("06", "outflow", 1, 1, 10, COUNTS["outflow_by_town"]["大营镇"]),
        ("07", "stations", 3, 2, 11, COUNTS["stations"]),
        ("08-问题台账-白水镇.xlsx", "outflow", 3, 1, 10, 26),
        ("10", "outflow", 2, 1, 9, COUNTS["outflow_by_town"]["马店镇"]),
        ("11-流出党员台账-西关街道", "outflow", 3, 2, 19, COUNTS["outflow_by_town"]["西关街道"]),
        ("12", "members", 1, 1, 14, COUNTS["members_in_12"]),
    ],
)
def test_sample_books_of_one_sheet(
    name: str, kind: str, header_row: int, header_rows: int, columns: int, count: int
) -> None:
    [(sheet, rows)] = read(name).items()
    table = find_table(rows, HEADS, names=[sheet])
    assert table is not None
    assert (table.kind, table.header_row, table.header_rows, len(table.columns)) == (
        kind,
        header_row,
        header_rows,
        columns,
    )
    assert table.first_data_row == header_row + header_rows
    assert (table.duplicates, table.missing_required) == ([], [])
    assert len(people(rows, table)) == count


def test_what_stands_above_the_head() -> None:
    [(_, rows)] = read("09").items()
    table = find_table(rows, HEADS)
    assert table is not None
    assert (table.title, table.unit) == ("柳河镇流出党员台账", "中共云湖县柳河镇委员会")
    assert table.edition_date == dt.date(2026, 11, 10)
    assert table.columns[5] == ("流出时间", "left_on")


def test_a_village_a_sheet() -> None:
    found = {}
    for name, rows in read("05").items():
        table = find_table(rows, HEADS, names=[name])
        assert table is not None
        assert table.kind == "outflow"
        found[name] = len(people(rows, table))
    assert len(found) == COUNTS["sheets_in_05"]
    assert sum(found.values()) == COUNTS["outflow_by_town"]["青石镇"]


def test_the_village_book_of_many_hands() -> None:
    count, reasons, unmapped, marks = 0, set(), set(), []
    for name, rows in read("15").items():
        table = find_table(rows, HEADS, names=[name])
        assert table is not None
        assert table.kind == "outflow"
        count += len(people(rows, table))
        reasons |= {skip_reason(row, table) for row in rows if row.number >= table.first_data_row}
        unmapped |= {heading for _, heading in table.unmapped}
        marks += [(name, row.number, row.mark) for row in rows if row.mark]
    assert count == COUNTS["people_in_15"]
    assert reasons == {None, "subtotal", "no_people"}
    assert unmapped == {"微信"}
    assert marks == [("韩营", 6, "red")]


@pytest.mark.parametrize(("sheet", "count"), [("仍无法联系", "still_lost_in_13"), ("取得联系", "found_in_13")])
def test_the_two_official_tables_of_lost_members(sheet: str, count: str) -> None:
    rows = read("13")[sheet]
    table = find_table(rows, HEADS, names=[sheet])
    assert table is not None
    assert table.kind == "lost"
    assert len(people(rows, table)) == COUNTS[count]


@pytest.mark.parametrize("name", ["14", "19"])
def test_sheets_of_sums_are_no_table_of_people(name: str) -> None:
    [(sheet, rows)] = read(name).items()
    assert looks_like_summary(rows)
    assert find_table(rows, HEADS, names=[sheet]) is None


@pytest.mark.parametrize("name", ["01", "02", "03", "04", "07", "18"])
def test_tables_of_people_are_no_sums(name: str) -> None:
    assert not any(looks_like_summary(rows) for rows in read(name).values())


def test_three_rows_of_head_a_measure_and_column_numbers() -> None:
    rows = rows_of(
        ["流出党员情况表"],
        ["单位：人", None, "截至2026年3月5日"],
        ["序号", "姓名", "公民身份号码", "所在党支部", "基本情况"],
        [None, None, None, None, "流出情况", None, None],
        [None, None, None, None, "流出时间", "流入地（省）", "流入地（市）"],
        [1, 2, 3, 4, 5, 6, 7],
        [1, "阿力", "379981196104025453", "某村党支部", "2021年", "江苏省", "苏州市"],
    )
    table = find_table(rows, HEADS)
    assert table is not None
    assert (table.header_row, table.header_rows, table.first_data_row) == (3, 3, 7)
    assert (table.unit, table.edition_date) == ("", dt.date(2026, 3, 5))
    assert [key for _, key in table.columns.values()][-3:] == ["left_on", "destination_province", "destination_city"]


def test_headings_as_people_write_them() -> None:
    head = ["序号", " 姓　名*", "身份证\n号码", "所在党支部（必填）", "聯繫電話(手机)", "外出 时间：", "微信"]
    table = find_table(rows_of(head, [1, "阿力", "379981196104025453", "某村", "1", "2021", "x"]), [OUTFLOW])
    assert table is not None
    assert [key for _, key in table.columns.values()] == [
        "serial",
        "name",
        "id_number",
        "organisation",
        "phone",
        "left_on",
    ]
    assert table.unmapped == [(6, "微信")]


def test_learned_headings_win_and_may_say_that_a_column_is_nothing() -> None:
    head = ["姓名", "公民身份号码", "走的日子", "备注", "所在党支部"]
    learned = {"走的日子": "left_on", "备注": None}
    table = find_table(rows_of(head), [OUTFLOW], learned=learned)
    assert table is not None
    assert table.columns[2] == ("走的日子", "left_on")
    assert table.unmapped == [(3, "备注")]


def test_the_same_heading_twice_is_named_and_a_looser_one_gives_way() -> None:
    table = find_table(rows_of(["姓名", "公民身份号码", "流出时间", "姓名", "手机号", "联系电话"]), [OUTFLOW])
    assert table is not None
    assert table.duplicates == [(3, "姓名")]
    assert table.columns[5] == ("联系电话", "phone")
    assert table.unmapped == [(4, "手机号")]


def test_missing_headings_are_listed_with_their_alternatives() -> None:
    table = find_table(rows_of(["姓名", "性别", "所在党支部", "联系电话", "从事行业"]), [OUTFLOW], kind="outflow")
    assert table is not None
    assert table.missing_required == [("流出时间", "外出地点", "流入地（市）", "流入地（省）")]


def test_a_number_for_a_heading_is_no_head() -> None:
    assert find_table(rows_of(["姓名", 2026, "公民身份号码", "流出时间"], ALI), HEADS) is None


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (ALI, None),
        ([7], "blank"),
        ([1, 2, 3, 4, 5, 6], "column_numbers"),
        (HEAD, "repeated_header"),
        (["无"], "no_people"),
        ([1, "无", "—", "某村党支部"], "no_people"),
        (["本季度无流出党员"], "no_people"),
        (["小计", "3人"], "subtotal"),
        ([None, "合 计", None, None, 28], "subtotal"),
        (["注：流动党员是指外出6个月以上的党员。"], "footer"),
        (["填报人：", None, None, None, "审核人："], "footer"),
        (["党组织书记（签字）："], "footer"),
        (["说明：本表一式两份"], "footer"),
        ([8, "注小明", None, "某村党支部"], None),
        ([9, "合计", "379981196104025453"], None),
    ],
)
def test_rows_that_are_no_records(cells: list[Any], reason: str | None) -> None:
    table = find_table(rows_of(HEAD, ALI), [OUTFLOW])
    assert table is not None
    assert skip_reason(Row(9, cells), table) == reason
