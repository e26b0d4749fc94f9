import datetime as dt

import pytest

from core.domain.cells import CellError, clean_text, is_blank, is_clear_word, is_ditto, shown


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, ""),
        ("  崔\u3000山 建 ", "崔 山 建"),
        ("３７９９８１Ｘ", "379981X"),
        ("流出（县）：上海，①", "流出（县）：上海，①"),
        ("中\u200b国\ufeff", "中国"),
        ("a\xa0b\tc\r\nd", "a b c d"),
        ("'379981", "379981"),
        ('="379981"', "379981"),
        ("⼈民", "人民"),
        (19900763950.0, "19900763950"),
        (2006.12, "2006.12"),
        (631, "631"),
        (True, "是"),
        (dt.date(2024, 7, 5), "2024-07-05"),
        (dt.datetime.fromisoformat("2024-07-05T00:00:00"), "2024-07-05"),
        (dt.datetime.fromisoformat("2024-07-05T23:59:00"), "2024-07-05 23:59:00"),
        (CellError("#REF!"), "#REF!"),
    ],
)
def test_clean_text(raw, text):
    assert clean_text(raw) == text


@pytest.mark.parametrize(
    "raw", [None, "", "  ", "无", "—", "——", "-", "/", "\\", "空", "暂无", "0000-00-00", " 无 ", "－"]
)
def test_blank_marks(raw):
    assert is_blank(raw)


@pytest.mark.parametrize("raw", ["无锡", "0", 0, False, "清空", dt.date(2024, 1, 1), CellError("#N/A")])
def test_not_blank(raw):
    assert not is_blank(raw)


def test_zero_is_blank_where_told():
    assert is_blank(0, zero=True)
    assert is_blank("0", zero=True)
    assert is_blank(0.0, zero=True)


def test_clear_word_is_not_a_blank():
    assert is_clear_word(" 清空 ")
    assert not is_clear_word("清空了")
    assert not is_clear_word(None)


@pytest.mark.parametrize("raw", ["同上", " 同 上", "〃", "″", "''", '"'])
def test_ditto(raw):
    assert is_ditto(raw)


def test_not_ditto():
    assert not is_ditto("上海")
    assert not is_ditto(None)


def test_shown_is_short():
    assert shown("字" * 100_000) == "字" * 20 + "…"


def test_shown_hides_numbers_of_people():
    assert shown("379981195405273157") == "379****57"
    assert shown(19900763950) == "199****50"
    assert shown("20240705") == "20240705"
