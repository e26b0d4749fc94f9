"""The reader's own promises: chunks, native cells, marks, merges, notes, zips, and a child that may die."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.domain.cells import CellError
from exchange.reading import Limits, Refused, Row, expand_zip, is_archive, open_book, wire
from exchange.reading.book import ROOT
from tests.exchange.bookmaking import (
    HEAD,
    compound,
    edited,
    inline_row,
    ledger,
    person,
    raw_xlsx,
    sheet_xml,
    xlsx,
    zipped,
)
from tests.exchange.hostile import KINDS

SAMPLES = ROOT / "demo" / "ledgers"


def rows_of(data: bytes, name: str = "x.xlsx", sheet: int = 0) -> list[Row]:
    with open_book(data, name) as book:
        return [row for chunk in book.rows(sheet) for row in chunk]


def notes_of(identifier: str) -> set[tuple[str, str]]:
    [(name, data), *_] = KINDS[identifier].make()
    with open_book(data, name) as book:
        return {(note.code, note.sheet) for note in book.notes}


def test_cells_come_as_they_are_and_rows_keep_excels_numbers() -> None:
    def more(book: Any, sheet: Any) -> None:
        sheet.write_datetime(4, 3, dt.date(2021, 9, 28), book.add_format({"num_format": "yyyy/m/d"}))
        sheet.write_datetime(4, 4, dt.datetime(2021, 9, 28, 8, 30), book.add_format({"num_format": "yyyy/m/d h:mm"}))  # noqa: DTZ001
        sheet.write_formula(4, 5, "=1/0", None, "#DIV/0!")
        sheet.write_blank(4, 9, None, book.add_format({"bold": True}))

    first, second = rows_of(xlsx([["甲", None, 1.5, 19900000001, True], [], [], [], ["乙"]], more=more))
    assert first == Row(1, ["甲", None, 1.5, 19900000001, True])
    assert second.number == 5
    assert second.cells == [
        "乙",
        None,
        None,
        dt.date(2021, 9, 28),
        dt.datetime(2021, 9, 28, 8, 30),  # noqa: DTZ001
        CellError("#DIV/0!"),
    ]


def test_a_number_too_long_for_excel_stays_a_float() -> None:
    [row] = rows_of(xlsx([[379981196104025000, 3.79981196104025e17, 999_999_999_999_999]]))
    assert [type(cell) for cell in row.cells] == [float, float, int]


def test_a_number_that_is_none_comes_as_a_text() -> None:
    packed = wire.pack_row(7, [float("inf"), float("nan"), 2.0], "", (), None)
    assert packed is not None
    assert wire.unpack_rows(b"[" + packed + b"]") == [Row(7, ["inf", "nan", 2])]


@pytest.mark.parametrize(("kind", "value"), [("H053", dt.date(2021, 9, 28)), ("H054", dt.date(2021, 9, 28))])
def test_dates_by_both_calendars(kind: str, value: dt.date) -> None:
    [(name, data)] = KINDS[kind].make()
    assert rows_of(data, name)[3].cells[4] == value


def test_formulas_without_a_value_and_errors_are_no_blanks() -> None:
    [(_, never)] = KINDS["H032"].make()
    assert rows_of(never)[3].cells[4] == CellError("#NO_VALUE")
    assert [rows_of(data)[3].cells[4] for _, data in KINDS["H033"].make()] == [
        CellError("#REF!"),
        CellError("#N/A"),
        CellError("#VALUE!"),
    ]
    [(_, counted)] = KINDS["H031"].make()
    assert rows_of(counted)[3].cells[4] == "2021年"


def test_a_cell_longer_than_excel_allows_is_an_error_of_that_cell() -> None:
    [(_, data)] = KINDS["H039"].make()
    names = [row.cells[1] for row in rows_of(data)[2:]]
    assert names == ["测" * 32_767, CellError("#TOO_LONG")]


def test_merged_values_go_down_to_rows_with_content_only() -> None:
    def merge(_book: Any, sheet: Any) -> None:
        sheet.merge_range(1, 0, 5, 0, "魏庄村")
        sheet.merge_range(1, 3, 1, 4, "两列")

    rows = rows_of(
        xlsx([["支部", "姓名"], ["魏庄村", "甲"], [None, "乙"], [], [None, "丙"], [], ["别村", "丁"]], more=merge)
    )
    assert rows[1:] == [
        Row(2, ["魏庄村", "甲", None, "两列"]),
        Row(3, ["魏庄村", "乙"], "", (0,)),
        Row(5, ["魏庄村", "丙"], "", (0,)),
        Row(7, ["别村", "丁"]),
    ]


def test_marks_of_whole_rows_but_not_of_heads_or_single_cells() -> None:
    def more(book: Any, sheet: Any) -> None:
        looks = ({"font_color": "#FF0000"}, {"font_strikeout": True}, {"bg_color": "#FFFF00"}, {"bg_color": "#C00000"})
        for number, look in enumerate(looks, 2):
            style = book.add_format(look)
            for column in range(3):
                sheet.write(number, column, f"{number}{column}", style)
        sheet.write(6, 0, "60", book.add_format({"font_color": "#FF0000"}))
        sheet.write_row(6, 1, ["61", "62"])

    rows = rows_of(xlsx([["题"], ["甲", "乙", "丙"]], more=more))
    assert [row.mark for row in rows] == ["", "", "red", "struck", "fill:FFFF00", "red", ""]


def test_marks_far_below_a_coloured_head_are_found() -> None:
    def more(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD, book.add_format({"bg_color": "#D9E1F2"}))
        sheet.write_row(6000, 0, ["红", "红"], book.add_format({"font_color": "red"}))

    data = xlsx([HEAD, *([f"{number}", "测" * 60, f"{number}乙"] for number in range(6500))], more=more)
    assert {row.number: row.mark for row in rows_of(data) if row.mark and row.number > 1} == {6001: "red"}


def test_what_the_sender_should_know() -> None:
    assert ("sheet_hidden", "第二张") in notes_of("H014")
    assert ("sheet_hidden", "第二张") in notes_of("H015")
    assert ("rows_hidden", "流出") in notes_of("H016")
    assert ("columns_hidden", "流出") in notes_of("H017")
    assert {("filtered", "流出"), ("rows_hidden", "流出")} <= notes_of("H018")
    assert ("macro_ignored", "") in notes_of("H100")
    assert ("looks_unsupported", "") in notes_of("H097")
    assert ("links_ignored", "") in notes_of("H107")
    assert {("pictures_dropped", ""), ("objects_dropped", ""), ("comments_dropped", "")} <= notes_of("H108")
    assert notes_of("H001") == set()


def test_sheets_hidden_ones_too_and_no_chart_sheets() -> None:
    [(name, data)] = KINDS["H015"].make()
    with open_book(data, name) as book:
        assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [("流出", False), ("第二张", True)]
    [(name, data)] = KINDS["H020"].make()
    with open_book(data, name) as book:
        assert [sheet.name for sheet in book.sheets] == ["流出"]


def test_chunks_and_leaving_one_sheet_half_read_for_another() -> None:
    def more(book: Any, _sheet: Any) -> None:
        other = book.add_worksheet("二")
        for number in range(7):
            other.write(number, 0, f"乙{number}")

    with open_book(xlsx([[f"甲{number}"] for number in range(25)], more=more), "x.xlsx") as book:
        first = book.rows(0, chunk=10)
        assert [row.number for row in next(first)] == list(range(1, 11))
        assert [[row.cells[0] for row in chunk] for chunk in book.rows(1, chunk=4)] == [
            ["乙0", "乙1", "乙2", "乙3"],
            ["乙4", "乙5", "乙6"],
        ]
        assert list(first) == []
        assert book.sheets[0].rows_read is None
        assert sum(len(chunk) for chunk in book.rows(0, chunk=10)) == 25
        assert [sheet.rows_read for sheet in book.sheets] == [25, 7]


def test_chunks_end_early_when_cells_are_long() -> None:
    letters = "".join(map(chr, range(0x4E00, 0x9F00)))
    data = raw_xlsx(sheet_xml(inline_row(number, [letters[number * 50 :]] * 3) for number in range(1, 101)))
    with open_book(data, "x.xlsx") as book:
        sizes = [len(chunk) for chunk in book.rows(0)]
    assert sum(sizes) == 100
    assert max(sizes) < 40


def test_limits_of_size_rows_and_columns() -> None:
    data = xlsx(ledger())
    for limits, code in (
        (Limits(file_bytes=1000), "too_large"),
        (Limits(columns=5), "too_many_columns"),
        (Limits(rows=3), "too_many_rows"),
        (Limits(inflated_bytes=2000), "zip_bomb"),
    ):
        with pytest.raises(Refused) as caught, open_book(data, "x.xlsx", limits=limits) as book:
            list(book.rows(0))
        assert caught.value.code == code
    with pytest.raises(Refused) as caught, open_book("甲,乙\n".encode() * 9, "x.csv", limits=Limits(rows=3)) as book:
        list(book.rows(0))
    assert caught.value.code == "too_many_rows"


def test_a_child_that_is_too_slow_is_ended_and_said_so() -> None:
    data = raw_xlsx(sheet_xml(inline_row(number, ["甲" * 20] * 7) for number in range(1, 20_000)))
    with pytest.raises(Refused) as caught, open_book(data, "x.xlsx", limits=Limits(answer_seconds=0.05)) as book:
        list(book.rows(0))
    assert caught.value.code == "too_slow"


def test_a_child_that_dies_of_memory_leaves_a_sentence_and_a_line_without_cells(
    caplog: pytest.LogCaptureFixture,
) -> None:
    [(name, data)] = KINDS["H067"].make()
    with pytest.raises(Refused) as caught, open_book(data, name) as book:
        list(book.rows(0))
    assert caught.value.code == "sparse"
    assert "Ctrl+End" in caught.value.text
    assert "测试" not in caplog.text


def test_the_child_starts_without_django_and_opens_nothing_more() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import exchange.reading.child as child; "
        "assert 'django' not in sys.modules; child.restrain(child.Limits()); "
        "import socket as s\nfor attempt in (s.socket, lambda: open(sys.argv[0] or '/dev/null')):\n"
        " try: attempt()\n except OSError: print('refused')"
    )
    preloaded = script.replace("import sys;", "import sys, socket;", 1)
    done = subprocess.run([sys.executable, "-I", "-c", preloaded], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", "refused"]


def test_zips_of_towns() -> None:
    name = "17-城关镇报送.zip"
    data = (SAMPLES / name).read_bytes()
    assert is_archive(data)
    assert [inner for inner, _ in expand_zip(data, name)] == ["城关镇流出台账(1).xlsx", "城关镇流出台账-最终版.xlsx"]
    for _, content in expand_zip(data, name):
        assert not is_archive(content)
        assert len(rows_of(content)) > 10


def _windows_zip(*names: str) -> bytes:
    """Names in GBK without the UTF-8 flag, as Windows and old tools write them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name.encode("gbk").decode("cp437"))
            info.flag_bits = 0
            archive.writestr(info, b"x")
    # The library marks every name beyond ASCII as UTF-8; the bytes and the flag go back to GBK.
    data = stream.getvalue()
    for name in names:
        shown = name.encode("gbk").decode("cp437").encode()
        data = data.replace(shown, name.encode("gbk").ljust(len(shown), b" "))
    return data.replace(b"PK\x03\x04\x14\x00\x00\x08", b"PK\x03\x04\x14\x00\x00\x00").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00"
    )


def test_names_in_gbk_and_litter() -> None:
    data = _windows_zip("柳河镇/流出台账.xlsx", "__MACOSX/._a", "Thumbs.db", "~$流出台账.xlsx")
    assert [name.strip() for name, _ in expand_zip(data, "x.zip")] == ["柳河镇/流出台账.xlsx"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped([(f"{number}.csv", b"x") for number in range(201)]), "too_many_files"),
        (zipped([("a.zip", b"x")]), "nested_zip"),
        (zipped([("a.csv", zipped([("b.csv", b"x")]))]), "nested_zip"),
        (zipped([("folder/", b"")]), "empty_file"),
        (zipped([("../a.csv", b"x")]), "zip_names"),
    ],
)
def test_zips_that_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        expand_zip(data, "x.zip")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (compound("WordDocument"), "x.xls", "not_a_table"),
        (compound("Whatever"), "x.et", "wps_et"),
        (b"Rar!\x1a\x07\x00", "x.rar", "archive_kind"),
        (zipped([("a.csv", b"x")]), "x.zip", "archive"),
        (b"", "x.xlsx", "empty_file"),
    ],
)
def test_other_things(data: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused) as caught, open_book(data, name):
        pass
    assert caught.value.code == code
    if code in ("wps_et", "archive_kind"):
        assert "请在 WPS 里另存为 xlsx 再传" in caught.value.text


def test_a_password_on_the_zip_itself() -> None:
    data = bytearray(zipped([("a.csv", b"x")]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Refused) as caught:
        expand_zip(bytes(data), "x.zip")
    assert caught.value.code == "encrypted"


def test_a_bit_that_flipped_on_the_way_is_noticed() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", b"379981196104025453")
    data = stream.getvalue().replace(b"025453", b"025553")
    with pytest.raises(Refused) as caught:
        expand_zip(data, "x.zip")
    assert caught.value.code == "damaged"


def test_prefixed_elements_are_read_like_any_other() -> None:
    def prefix(text: bytes) -> bytes:
        text = text.replace(b"<worksheet xmlns=", b"<worksheet xmlns:x=")
        for name in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"mergeCells", b"mergeCell"):
            for before, after in ((b"<", b" "), (b"<", b">"), (b"</", b">"), (b"<", b"/>")):
                text = text.replace(before + name + after, before + b"x:" + name + after)
        return text

    data = xlsx(ledger(person(1), person(2)), more=lambda _book, sheet: sheet.merge_range(2, 3, 3, 3, "支部"))
    changed = edited(data, {"xl/worksheets/sheet1.xml": prefix})
    with open_book(changed, "x.xlsx") as book:
        rows = [row for chunk in book.rows(0) for row in chunk]
        assert [row.number for row in rows] == [1, 2, 3, 4]
        assert not book.notes  # that rows took a merged cell is said by the check, not of every head


def test_every_sample_is_read() -> None:
    for path in sorted(Path(SAMPLES).glob("*.*")):
        if path.suffix in (".xlsx", ".xls", ".csv"):
            with open_book(path.read_bytes(), path.name) as book:
                assert all(any(book.rows(index)) for index, _ in enumerate(book.sheets)), path.name
