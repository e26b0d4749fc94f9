import pytest

from core.domain import codes
from core.domain.cells import CellError
from core.domain.codes import CodeSet, parse_flag

SETS = [value for value in vars(codes).values() if isinstance(value, CodeSet)]


@pytest.mark.parametrize("codeset", SETS, ids=lambda codeset: codeset.name)
def test_every_code_label_and_alias_leads_to_its_item(codeset):
    for item in codeset.items:
        assert codeset.parse(item.code) == item.code
        assert codeset.parse(item.label) == item.code
        assert codeset.parse(f"{item.code} {item.label}") == item.code
        for alias in item.aliases:
            assert codeset.parse(alias) == item.code, alias
        assert codeset.label(item.code) == item.label
    assert codeset.choices() == list(zip([item.code for item in codeset.items], codeset.labels(), strict=True))


@pytest.mark.parametrize(
    ("codeset", "text", "code"),
    [
        (codes.SEX, "男", "1"),
        (codes.SEX, 2, "2"),
        (codes.NATION, "汉", "01"),
        (codes.NATION, "汉族", "01"),
        (codes.NATION, 1, "01"),
        (codes.NATION, "维吾尔 族", "05"),
        (codes.NATION, "57", None),
        (codes.EDUCATION, "本科", "21"),
        (codes.EDUCATION, "中专", "41"),
        (codes.EDUCATION, "2a", "2A"),
        (codes.MEMBER_KIND, "正式", "1"),
        (codes.ORGANISATION_KIND, 631.0, "631"),
        (codes.ORGANISATION_KIND, "631 党支部", "631"),
        (codes.ORGANISATION_KIND, "党工委", "working"),
        (codes.LEAVING_REASON, "看孙子", None),
        (codes.LEAVING_REASON, "出国(境)", "abroad"),
        (codes.LOST_REASON, "①", "1"),
        (codes.LOST_REASON, "（6）", "6"),
        (codes.LOST_REASON, "①外出务工经商", "1"),
        (codes.ORGANISATION_CATEGORY, "③", "3"),
        (codes.INDUSTRY, "农林牧渔业", "A"),
        (codes.INDUSTRY, "C", "C"),
        (codes.INDUSTRY, "F 批发和零售业", "F"),
        (codes.SEX, "", None),
        (codes.SEX, None, None),
        (codes.SEX, CellError("#REF!"), None),
    ],
)
def test_parse(codeset, text, code):
    assert codeset.parse(text) == code


def test_unknown_code_has_no_label():
    assert codes.SEX.label("7") == ""


def test_code_sets_are_keys():
    assert len({codeset: codeset.name for codeset in SETS}) == len(SETS) == 12


def test_there_are_56_nations():
    assert len(codes.NATION.items) == 58
    assert codes.NATION.label("56") == "基诺族"
    assert codes.NATION.label("15") == "土家族"
    assert codes.NATION.label("43") == "乌孜别克族"


@pytest.mark.parametrize(
    ("raw", "flag"),
    [
        *[("是", True), ("否", False), ("√", True), ("×", False), (True, True), (1, True), (0, False), ("Y", True)],
        *[("", None), ("无", None), (None, None), ("不清楚", None), (CellError("#N/A"), None)],
    ],
)
def test_flags(raw, flag):
    assert parse_flag(raw) is flag
