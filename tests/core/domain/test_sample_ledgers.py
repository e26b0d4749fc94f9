"""Every value of the sample ledgers is understood, or refused the way the county expects."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from core.columns import plain_heading
from core.domain import codes
from core.domain.dates import parse_partial_date
from core.domain.identity import parse_identity
from core.domain.names import clean_name
from core.domain.orgnames import name_keys, plain_org_name
from core.domain.phones import parse_phones
from core.domain.regions import parse_place, parse_place_parts

LEDGERS = Path(__file__).parents[3] / "demo" / "ledgers"
TODAY = dt.date(2026, 11, 21)
Row = dict[str, object]


def _rows(grid: list[list[object]], heading: str) -> Iterator[tuple[int, Row]]:
    """Rows below the heading row(s) with a number or a word in them, keyed by plain heading."""
    at = next(index for index, line in enumerate(grid) if any(plain_heading(cell) == heading for cell in line))
    upper = grid[at]
    two = at + 1 < len(grid) and grid[at + 1] and not str(grid[at + 1][0]).strip() and any(map(str, grid[at + 1]))
    lower = grid[at + 1] if two else upper
    names = [plain_heading(low or up) for low, up in zip(lower, upper, strict=True)]
    for number, line in enumerate(grid[at + 1 + bool(two) :], start=at + 2 + bool(two)):
        if sum(bool(str(cell).strip()) for cell in line) > 3:
            yield number, dict(zip(names, line, strict=True))


def _book(name: str, heading: str = "序号") -> list[Row]:
    book = CalamineWorkbook.from_path(LEDGERS / name)
    grids = [book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in book.sheet_names]
    grids = [grid for grid in grids if any(plain_heading(cell) == heading for line in grid for cell in line)]
    return [row for grid in grids for _, row in _rows(grid, heading)]


def _is_code(codeset: codes.CodeSet, blank_is_fine: bool = False):
    return lambda cell: codeset.parse(cell) is not None or (blank_is_fine and not str(cell).strip())


def _no_problem(parse):
    return lambda cell: parse(cell).problem is None


def _date(cell: object):
    return parse_partial_date(cell, today=TODAY)


PHONES = (
    "联系电话 手机号码 手机号 联系方式 联系人电话 移动电话 电话 微信 与党组织联系方式 原党组织联系人及电话 现联系电话"
)
# Not 联系日期: the pairing book of 柳河镇 has a 32 September in it.
DATES = (
    "出生日期 入党日期 入党时间 转正日期 流出时间 流入时间 外出日期 外出时间 何时外出 哪年走的 "
    "失去联系时间 失去联系日期 取得联系日期 党费交至 成立日期 结对时间"
)
CHECKS = {
    "性别": _is_code(codes.SEX),
    "民族": _is_code(codes.NATION),
    "学历": _is_code(codes.EDUCATION),
    "文化程度": _is_code(codes.EDUCATION),
    "人员类别": _is_code(codes.MEMBER_KIND),
    "党员类别": _is_code(codes.MEMBER_KIND),
    "党籍状态": _is_code(codes.PARTY_STATUS),
    "组织类别": _is_code(codes.ORGANISATION_KIND),
    "流出原因": _is_code(codes.LEAVING_REASON),
    "外出原因": _is_code(codes.LEAVING_REASON),
    "流动原因": _is_code(codes.LEAVING_REASON),
    "从事行业": _is_code(codes.INDUSTRY, blank_is_fine=True),
    "失去联系情形": _is_code(codes.LOST_REASON),
    "党组织类别": _is_code(codes.ORGANISATION_CATEGORY),
    "是否失联党员": lambda cell: codes.parse_flag(cell) is not None,
    "是否流动党员": lambda cell: codes.parse_flag(cell) is not None,
    "是否持有流动党员活动证": lambda cell: codes.parse_flag(cell) is not None,
    **dict.fromkeys(["姓名", "党员姓名", "流动党员"], _no_problem(clean_name)),
    **dict.fromkeys(["公民身份号码", "身份证号", "身份证号码", "身份证", "公民身份证号"], _no_problem(parse_identity)),
    **dict.fromkeys(PHONES.split(), _no_problem(parse_phones)),
    **dict.fromkeys(DATES.split(), _no_problem(_date)),
    **dict.fromkeys(["外出地点", "流入地", "外出流向"], _no_problem(parse_place)),
}
CLEAN = [
    "01-党组织名册.xlsx",
    "02-党员名册-全县.xlsx",
    "03-流出党员台账-柳河镇.xlsx",
    "04-流入党员台账-城关镇.xlsx",
    "05-一村一册-青石镇.xlsx",
    "09-流出党员台账-柳河镇-四季度.xlsx",
    "10-流出党员花名册-马店镇.xls",
    *sorted(path.name for path in LEDGERS.glob("11-*.xlsx")),
    "12-全国系统导出-龙泉镇.xlsx",
    "13-失联党员登记表.xlsx",
    "18-结对联系台账-柳河镇.xlsx",
]


@pytest.mark.parametrize("name", CLEAN)
def test_every_value_is_understood(name):
    rows = _book(name)
    checked = [(heading, cell) for row in rows for heading, cell in row.items() if heading in CHECKS]
    assert len(checked) >= 2 * len(rows) > 0
    assert [pair for pair in checked if not CHECKS[pair[0]](pair[1])] == []


def test_the_places_in_columns_of_their_own_are_understood():
    rows = [row for path in LEDGERS.glob("11-*.xlsx") for row in _book(path.name)]
    places = [parse_place_parts(row["流入地(省)"], row["流入地(市)"], row["流入地(县)"]).value for row in rows]
    assert all(place and place.county for place in places)


def test_the_dump_of_the_old_system_is_understood():
    text = (LEDGERS / "06-老系统导出-大营镇.csv").read_bytes().decode("gb18030")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 29
    assert [(h, cell) for row in rows for h, cell in row.items() if h in CHECKS and not CHECKS[h](cell)] == []


def test_the_village_book_is_understood():
    rows = _book("15-村级台账-三里乡.xlsx", "支部")
    assert rows
    for row in rows:
        for heading in ("身份证", "哪年走的", "电话", "微信"):
            assert CHECKS[heading](row[heading]), row
        assert row["在哪"] == "同上" or parse_place(row["在哪"]).value.county


def _codes_of(row: Row) -> set[str]:
    place = parse_place_parts(row["流入地省"], row["流入地市"], row["流入地县"])
    parsed = [parse_identity(row["公民身份号码"]), clean_name(row["姓名"]), _date(row["外出日期"]), place]
    parsed.append(parse_phones(row["联系电话"]))
    found = {result.problem.code for result in parsed if result.problem}
    return found if codes.LEAVING_REASON.parse(row["外出原因"]) else found | {"reason_unknown"}


def test_the_ledger_of_mistakes():
    expected = {
        case["row"]: case["code"] for case in json.loads((LEDGERS / "08-问题台账-白水镇.expected.json").read_text())
    }
    book = CalamineWorkbook.from_path(LEDGERS / "08-问题台账-白水镇.xlsx")
    grid = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    # Who the person is and which branch is meant take the register to tell.
    elsewhere = {"branch_unknown", "branch_out_of_scope", "name_mismatch", "not_a_member", "duplicate_in_file"}
    for number, row in _rows(grid, "姓名"):
        code = expected[number]
        assert _codes_of(row) == (set() if code is None or code in elsewhere else {code}), number
        expected.pop(number)
    assert expected == {}


def _branches() -> dict[str, tuple[str, ...]]:
    """Official name → the keys it answers to, for every organisation of the sample county."""
    upper = {str(row["党组织名称"]): str(row["上级党组织"]) for row in _book("01-党组织名册.xlsx")}
    found = {}
    for name in upper:
        above: list[str] = []
        while upper[above[0] if above else name]:
            above.insert(0, upper[above[0] if above else name])
        found[name] = name_keys(name, tuple(above))
    return found


@pytest.mark.parametrize(
    ("file", "heading", "column", "town"),
    [
        ("02-党员名册-全县.xlsx", "序号", "所在党支部", ""),
        ("03-流出党员台账-柳河镇.xlsx", "序号", "所在党支部", "柳河镇"),
        ("10-流出党员花名册-马店镇.xls", "序号", "所在党组织", "马店镇"),
        ("15-村级台账-三里乡.xlsx", "支部", "支部", "三里乡"),
    ],
)
def test_one_branch_of_the_town_answers_to_each_name(file, heading, column, town):
    keys = {name: keys for name, keys in _branches().items() if town in name}
    written = {plain_org_name(row[column]) for row in _book(file, heading)} - {""}
    assert written
    for text in written:
        assert len([name for name, spellings in keys.items() if text in spellings]) == 1, text
