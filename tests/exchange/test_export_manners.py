"""A value is written into somebody's own cell the way that cell was written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.columns import Column, Kind
from core.domain.codes import LEAVING_REASON, LOST_REASON, MEMBER_KIND, NATION, ORGANISATION_KIND
from exchange.export.manners import in_manner

DATE = Column("left_on", "流出时间", Kind.PARTIAL_DATE)
FLAG = Column("certificate", "持证", Kind.FLAG)
PHONE = Column("contact_phone", "电话", Kind.PHONE)
TODAY = dt.date(2026, 11, 20)
MOMENT = dt.datetime.combine(dt.date(2019, 10, 26), dt.time())


@pytest.mark.parametrize(
    ("before", "iso", "after"),
    [
        (MOMENT, "2022-05-01", dt.datetime.combine(dt.date(2022, 5, 1), dt.time())),
        (MOMENT, "2022-05", "2022年5月"),
        (dt.date(2019, 10, 26), "2022-05-01", dt.date(2022, 5, 1)),
        ("2019/10/26", "2022-05-01", "2022/5/1"),
        ("2019/08/06", "2022-05-01", "2022/05/01"),
        ("2019-10-26", "2022-05", "2022-5"),
        ("1995.07", "2001-03", "2001.03"),
        ("1995.7", "2001-03", "2001.3"),
        ("1995.07", "2001-03-05", "2001.03.05"),
        ("2026年3月", "2022-05-01", "2022年5月1日"),
        ("2026年3月1日", "2022-05", "2022年5月"),
        ("20161026", "2022-05-01", "20220501"),
        ("201610", "2022-05", "202205"),
        ("2016年", "2022", "2022年"),
        ("不详", "2022-05", "2022年5月"),
        (None, "2022-05-01", "2022-05-01"),
        ("2016.5", None, None),
    ],
)
def test_dates(before: Any, iso: str | None, after: Any) -> None:
    assert in_manner(DATE, iso, before) == after


@pytest.mark.parametrize(
    ("codes", "before", "code", "after"),
    [
        (MEMBER_KIND, "正式党员", "2", "预备党员"),
        (MEMBER_KIND, "正式", "2", "预备"),
        (MEMBER_KIND, None, "2", "预备党员"),
        (NATION, "汉", "03", "回"),
        (NATION, "汉族", "03", "回族"),
        (ORGANISATION_KIND, "631", "621", "621"),
        (LOST_REASON, LOST_REASON.items[0].code, LOST_REASON.items[1].code, LOST_REASON.items[1].code),
        (LEAVING_REASON, "给闺女看孩子", "work", "外出务工"),
    ],
)
def test_codes(codes: Any, before: Any, code: str, after: str) -> None:
    column = Column("code", "一栏", Kind.CODE, codes=codes)
    found = in_manner(column, code, before)
    assert found == after
    assert codes.parse(found) == code


@pytest.mark.parametrize(
    ("before", "flag", "after"),
    [
        ("是", False, "否"),
        ("√", False, "×"),
        ("有", True, "有"),
        (True, False, False),
        (None, True, "是"),
        ("?", True, "是"),
    ],
)
def test_flags(before: Any, flag: bool, after: Any) -> None:
    assert in_manner(FLAG, flag, before) == after


@pytest.mark.parametrize(
    ("before", "old", "after"),
    [
        ("联系人 19900763950", "19900763950", "联系人 19900000001"),
        (19900763950, "19900763950", 19900000001),
        ("", None, "19900000001"),
        ("1990076395", None, "19900000001"),
    ],
)
def test_phones(before: Any, old: str | None, after: Any) -> None:
    assert in_manner(PHONE, "19900000001", before, old) == after
