"""The error book: the rows that need a hand, as they came, with the bad cells marked and a last column that says why.

It keeps titles, head and sheet names of the file, so that it can be mended and uploaded again as it is. A row that says
a person a second time stays out: alone in a book of its own it would no longer be a double. A sheet beside says so.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from audit import actions as audit
from core import clock
from core.actors import Actor
from core.domain.cells import CellError
from core.ledgers import LedgerRow, Outcome
from exchange import staging
from exchange.actions.batches import content_of, visible
from exchange.models import ImportBatch, ImportRow
from exchange.reading import Row, open_book
from files import actions as files
from files.models import StoredFile

WHY = "问题说明"
DOUBLE = "duplicate_in_file"
LEFT_OUT = "没有放进来的行"
KEEP_DAYS = 7
NAME_SHOWN = 31  # Excel's longest sheet name
_FORBIDDEN = str.maketrans("[]:*?/\\", "（）：＊？／＼")

Wrong = dict[int, tuple[LedgerRow, dict[str, str]]]  # row number -> the row and its corrections


def make_error_book(*, batch: ImportBatch, by: Actor, now: dt.datetime | None = None) -> StoredFile:
    """Write the book, keep it sealed for a week for ``by`` alone. Audited. Raises NotAllowed, UserError."""
    now = now or clock.now()
    batch = visible(batch, by)
    name = f"{batch.file_name.rpartition('.')[0]}-错误清单.xlsx"
    stored = files.store(
        error_book(batch),
        name=name,
        purpose="error_book",
        by=by,
        keep_days=KEEP_DAYS,
        organisation_path=batch.path,
        now=now,
    )
    audit.record(
        "import.error_book",
        f"生成错误清单“{stored.name}”",
        by=by,
        subject=batch,
        organisation_id=batch.organisation_id,
        now=now,
    )
    return stored


def error_book(batch: ImportBatch) -> bytes:
    """The rows in error, held, or with a warning, but for doubles. The caller has checked who asks."""
    wrong, doubles = _wrong_rows(batch)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with open_book(content_of(batch), batch.file_name) as source, xlsxwriter.Workbook(stream, options) as target:
        looks = _Looks(target)
        for sheet in batch.sheets:
            if sheet["index"] not in wrong:
                continue
            name = (sheet["name"] or "台账").translate(_FORBIDDEN)[:NAME_SHOWN]
            page = target.add_worksheet(name)
            rows = (row for chunk in source.rows(sheet["index"]) for row in chunk)
            _write_sheet(page, looks, sheet, rows, wrong[sheet["index"]])
        if doubles:
            page = target.add_worksheet(LEFT_OUT)
            for line, stored in enumerate(doubles):
                page.write_string(line, 0, _said_of_double(stored, batch))
        elif not wrong:
            target.add_worksheet("没有问题").write_string(0, 0, "每一行都可以导入，没有要改的。")
    return stream.getvalue()


def _wrong_rows(batch: ImportBatch) -> tuple[dict[int, Wrong], list[ImportRow]]:
    """The rows for the book by sheet, and those that stay out because their person stands in an earlier row."""
    stopped = (Outcome.ERROR.value, Outcome.HELD.value)
    rows = ImportRow.objects.unscoped().filter(batch=batch)
    found: dict[int, Wrong] = {}
    doubles: list[ImportRow] = []
    chosen = list((rows.filter(outcome__in=stopped) | rows.filter(warned=True)).order_by("sheet", "number"))
    for stored, row in zip(chosen, staging.open_rows(chosen, batch), strict=True):
        if {one.code for one in row.messages if one.level == "error"} == {DOUBLE}:
            doubles.append(stored)
        else:
            found.setdefault(stored.sheet, {})[stored.number] = (row, staging.corrections_of(stored, batch.public_id))
    return found, doubles


def _said_of_double(stored: ImportRow, batch: ImportBatch) -> str:
    """第 25 行与第 4 行是同一个人，没有放进来。 The earlier row is unknown where the two name the person in different ways."""
    same = ImportRow.objects.unscoped().filter(batch=batch, person=stored.person).order_by("sheet", "number")
    first = same.first() if stored.person else None
    names = {sheet["index"]: sheet["name"] for sheet in batch.sheets}
    where = f"工作表“{names[stored.sheet]}”" if len([one for one in batch.sheets if one["use"]]) > 1 else ""
    if first is None or first.pk == stored.pk:
        return f"{where}第 {stored.number} 行与前面一行是同一个人，没有放进来。"
    other = f"工作表“{names[first.sheet]}”" if first.sheet != stored.sheet else ""
    return f"{where}第 {stored.number} 行与{other}第 {first.number} 行是同一个人，没有放进来。"


class _Looks:
    def __init__(self, book: Any) -> None:
        self.plain: Format = book.add_format({"num_format": "@"})
        self.bad: Format = book.add_format({"num_format": "@", "bg_color": "#FFE08A", "border": 1})
        self.head: Format = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"})
        self.why: Format = book.add_format({"text_wrap": True, "font_color": "#B42318"})
        self.date: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.bad_date: Format = book.add_format({"num_format": "yyyy-mm-dd", "bg_color": "#FFE08A", "border": 1})


def _write_sheet(page: Worksheet, looks: _Looks, sheet: Mapping[str, Any], rows: Any, wrong: Wrong) -> None:
    keys = {index: key for index, _heading, key in sheet["columns"]}
    unmapped = [index for index, _heading in sheet["unmapped"]]
    last = max([*keys, *unmapped]) + 1
    line = 0
    for row in rows:
        if row.number < sheet["first_data_row"]:
            is_head = row.number >= sheet["header_row"]
            for column, cell in enumerate(row.cells):
                _write(page, line, column, cell, looks.head if is_head else looks.plain, looks.date)
            if row.number == sheet["header_row"]:
                page.write_string(line, last, WHY, looks.head)
            line += 1
        elif row.number in wrong:
            _write_row(page, looks, line, row, keys, last, *wrong[row.number])
            line += 1
    page.set_column(0, last - 1, 14)
    page.set_column(last, last, 60)


def _write_row(
    page: Worksheet,
    looks: _Looks,
    line: int,
    source: Row,
    keys: Mapping[int, str],
    last: int,
    row: LedgerRow,
    corrections: Mapping[str, str],
) -> None:
    """The cell as it came; what people have corrected since and what 同上 stands for in its place."""
    bad = {one.column for one in row.messages if one.level in ("error", "warning")}
    for column in range(last):
        key = keys.get(column, "")
        cell = source.cells[column] if column < len(source.cells) else None
        cell = corrections.get(key, row.raw.get(key, cell)) if key else cell
        marked = key in bad
        _write(page, line, column, cell, looks.bad if marked else looks.plain, looks.bad_date if marked else looks.date)
    said = "；".join(one.text for one in row.messages if one.level in ("error", "warning"))
    page.write_string(line, last, said, looks.why)


def _write(page: Worksheet, line: int, column: int, cell: Any, look: Format, date_look: Format) -> None:
    if cell is None:
        page.write_blank(line, column, None, look)
    elif isinstance(cell, bool):
        page.write_boolean(line, column, cell, look)
    elif isinstance(cell, (int, float)):
        page.write_number(line, column, cell, look)
    elif isinstance(cell, (dt.date, dt.datetime)):
        page.write_datetime(line, column, cell, date_look)
    else:
        page.write_string(line, column, cell.text if isinstance(cell, CellError) else str(cell), look)
