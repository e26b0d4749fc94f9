"""Cells to values: the engine's own part of reading, on top of the domain's parsers."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from core.domain.cells import CellError
from core.domain.identity import check_digit
from core.ledgers import LedgerRow, Outcome
from exchange.parsing import RowParser
from tests.exchange.bookmaking import identity
from tests.exchange.toy import COLUMNS, Toy

TODAY = dt.date(2026, 11, 21)
KEYS = [column.key for column in COLUMNS]


def parser(**options: Any) -> RowParser:
    return RowParser(Toy(), dict(enumerate(KEYS)), sheet="表", today=TODAY, **options)


def read(_parser: RowParser | None = None, **cells: Any) -> LedgerRow:
    return (_parser or parser()).parse(5, [cells.get(key) for key in KEYS])


def codes(row: LedgerRow) -> list[tuple[str, str, str]]:
    return [(message.code, message.level, message.column) for message in row.messages]


def test_a_clean_row_becomes_canonical_values() -> None:
    number = identity(1)
    row = read(
        name="王 小明", identity=number, left_on="2024年7月", met_on=dt.date(2024, 7, 5), reason="务工", certificate="是",
        visits=3, phone=19900000001, destination_province="四川", destination_city="成都", destination_county="武侯", note="—",
    )  # fmt: skip
    assert row.values == {
        "name": "王小明", "identity": number, "left_on": "2024-07", "met_on": "2024-07-05", "reason": "work",
        "certificate": True, "visits": 3, "phone": "19900000001", "destination_province": "四川省",
        "destination_city": "成都市", "destination_county": "武侯区", "region_code": "510107",
    }  # fmt: skip
    assert row.messages == []
    assert row.raw["phone"] == 19900000001


@pytest.mark.parametrize(
    ("key", "cell", "code"),
    [
        ("left_on", "2025-02-30", "date_invalid"),
        ("left_on", "2031-01-01", "date_future"),
        ("met_on", "2024年7月", "date_incomplete"),
        ("reason", "看孙子", "reason_unknown"),
        ("certificate", "好像有", "certificate_unknown"),
        ("visits", "很多", "number_invalid"),
        ("phone", "1990012345", "phone_invalid"),
        ("note", CellError("#REF!"), "cell_error"),
        ("note", CellError("#TOO_LONG"), "cell_too_long"),
        ("note", "长" * 501, "cell_too_long"),
        ("note", True, "cell_type"),
        ("name", "12345", "name_invalid"),
        ("destination_text", "天上人间", "destination_unclear"),
    ],
)
def test_a_mistake_stops_the_cell_not_the_person(key: str, cell: Any, code: str) -> None:
    row = read(**{"identity": identity(1), "name": "王小明", key: cell})
    assert codes(row) == [(code, "warning", key)]
    assert key not in row.values
    assert row.values["identity"] == identity(1)
    assert not row.stopped


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("37998119900101123", "id_length"),
        (3.799811955041592e17, "id_scientific"),
        (379981195504159200, "id_scientific"),
        (identity(1)[:17] + ("0" if identity(1)[17] != "0" else "1"), "id_check_digit"),
        (CellError("#N/A"), "cell_error"),
        (True, "cell_type"),
    ],
)
def test_only_identity_stops_the_row(cell: Any, code: str) -> None:
    row = read(name="王小明", identity=cell)
    assert codes(row) == [(code, "error", "identity")]
    assert row.outcome is Outcome.ERROR


def test_a_short_cut_never_takes_what_the_domain_refuses() -> None:
    month_13 = "37998119901301123"
    assert codes(read(identity=month_13 + check_digit(month_13))) == [("id_birth_date", "error", "identity")]


def test_a_message_never_quotes_a_whole_number() -> None:
    row = read(name=identity(1), organisation="x", left_on=identity(2), reason="电话19900000001")
    assert [message.code for message in row.messages] == ["name_invalid", "date_invalid", "reason_unknown"]
    assert not any(re.search(r"\d{7}", message.text) for message in row.messages)


def test_same_as_above_takes_the_cell_above_and_says_so() -> None:
    rows = parser()
    read(rows, name="王小明", destination_text="山东省济南市历城区")
    second = read(rows, name="李小红", destination_text="同上")
    third = read(rows, name="张小军", destination_text="〃")
    assert second.values["region_code"] == third.values["region_code"] == "370112"
    assert codes(second) == [("ditto", "info", "destination_text")]
    assert codes(read(destination_text="同上")) == [("ditto_without_above", "warning", "destination_text")]


def test_the_word_for_empty_clears_and_a_blank_does_not() -> None:
    row = read(name="王小明", note="清空", left_on="无", phone="")
    assert row.values == {"name": "王小明", "note": None}


def test_numbers_in_free_text_are_taken_out() -> None:
    row = read(note=f"爱人电话19900000009，证件{identity(7)}", phone="19900000001/0530-1234567")
    assert "19900000009" not in row.values["note"]
    assert identity(7) not in row.values["note"]
    assert row.values["other_phones"] == ["0530-1234567", "19900000009"]


def test_an_unknown_reason_is_kept_as_text_with_the_choices_as_buttons() -> None:
    row = read(reason="看孙子")
    assert row.values == {"reason_text": "看孙子"}
    assert ("set:reason", "算作“随迁”", "family") in row.messages[0].fixes


def test_a_learned_word_is_read_and_shown() -> None:
    row = read(parser(learned={("reason", "看孙子"): "family"}), reason="看孙子")
    assert row.values["reason"] == "family"
    assert codes(row) == [("learned_value", "info", "reason")]


def test_parts_that_contradict_each_other_are_all_left_out() -> None:
    row = read(destination_province="江苏省", destination_city="成都市", destination_county="武侯区")
    assert codes(row) == [("destination_unclear", "warning", "destination_city")]
    assert row.values == {}


def test_reading_again_with_a_correction_gives_the_same_row_but_for_it() -> None:
    rows = parser()
    first = read(rows, name="王小明", identity=identity(3), left_on="2025-02-30", reason="务工")
    again = rows.parse_again(first, {**first.raw, "left_on": "2025-02-28"})
    assert again.values == {**first.values, "left_on": "2025-02-28"}
    assert again.messages == []
