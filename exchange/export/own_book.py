"""A town's own workbook comes back brought up to date: same sheets, heads, order and fonts, changed cells marked.

Rows are those of an applied import. A cell whose meaning differs from the record now is rewritten in its own manner;
people of the organisation who are not in the book yet stand below its last row; nobody is taken out.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import os.path
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from django.utils import timezone
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from branches.directory import Directory
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.columns import Column, Kind, by_key
from core.documents.cells import DATES, display
from core.domain.dates import PartialDate
from core.errors import NotAllowed, UserError
from core.handlers import Progress
from core.ledgers import ExportRecord, Ledger, LedgerRow, ledger
from core.paths import WIDTH
from core.permissions import Permission
from exchange import staging
from exchange.actions.batches import content_of
from exchange.checking import Checker
from exchange.enums import State
from exchange.export.manners import in_manner
from exchange.export.producing import finish, require_rights
from exchange.models import Export, ImportBatch

MOST_ROWS = 20_000  # a workbook is opened whole, with its styles
MARK = PatternFill("solid", start_color="FFFFF2CC", end_color="FFFFF2CC")
OFFICIAL_INSTEAD = "请改为导出正式台账，内容是一样的。"
PLACES = ("destination_province", "destination_city", "destination_county", "destination_text")


def blockers(batch: ImportBatch) -> list[str]:
    """Why this batch's workbook cannot be given back updated."""
    if batch.state != State.APPLIED:
        return ["这一批还没有导入，或者已经撤销，没有可以更新的原表。"]
    if not batch.file_name.lower().endswith(".xlsx"):
        return [f"原表不是 .xlsx 格式，改不了原样。{OFFICIAL_INSTEAD}"]
    if int(batch.counts.get("rows", 0)) > MOST_ROWS:
        return [f"原表超过 {MOST_ROWS} 行，逐格更新太慢。{OFFICIAL_INSTEAD}"]
    return []


def produce(export: Export, *, by: Actor, progress: Progress | None = None, now: dt.datetime | None = None) -> Export:
    """Like :func:`exchange.export.producing.produce`, from the batch that ``export`` names."""
    if export.file:
        return export
    require_rights(export, by)
    batch = ImportBatch.objects.visible_to(by, Permission.EXPORT).filter(public_id=export.batch).first()
    if batch is None:
        raise NotAllowed
    if why := blockers(batch):
        raise UserError("".join(why), "own_book")
    now = now or clock.now()
    content, rows = updated(batch, by=by, progress=progress)
    stem = batch.file_name.rpartition(".")[0]
    name = f"{stem}-更新-{timezone.localtime(now):%Y%m%d}.xlsx"
    return finish(export, name=name, content=content, rows=rows, by=by, now=now)


def updated(batch: ImportBatch, *, by: Actor, progress: Progress | None = None) -> tuple[bytes, int]:
    """The workbook and the number of people in it. Raises UserError where the file cannot be opened for writing."""
    book = _open(content_of(batch))
    chosen = ledger(batch.kind)
    people = _People(chosen, chosen.export(by, {"organisation": batch.path}))
    pages = {sheet["index"]: _Page(book, sheet, chosen) for sheet in batch.sheets if sheet["use"]}
    checker = Checker(chosen, batch, by)
    done, total = 0, int(batch.counts.get("rows", 0))
    for chunk in staging.staged(batch):
        for index, row in chunk:
            page = pages[index]
            page.note(row)
            record = people.take(row)
            if record is not None:
                page.update(row, checker, record)
        done += len(chunk)
        if progress is not None:
            progress.step(done, total, f"已更新 {done} 行")
    added = _append(pages, people.left(), batch, by)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), done + added


def _open(data: bytes) -> Workbook:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise UserError(f"原表不是 .xlsx 格式，改不了原样。{OFFICIAL_INSTEAD}", "own_book")
    try:
        return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
    except Exception as error:
        # The reader of imports is more forgiving than the writer's; whatever it stumbles on, the way out is the same.
        raise UserError(f"原表里有改写不了的内容。{OFFICIAL_INSTEAD}", "own_book") from error


class _People:
    """The records of today, to be found by the rows of the book."""

    def __init__(self, chosen: Ledger, records: Iterable[ExportRecord]) -> None:
        self._main = "identity" if chosen.people else "name"
        self._records: dict[str, ExportRecord] = {}
        self._by_main: dict[str, str] = {}
        self._by_name: dict[tuple[str, int | None], list[str]] = defaultdict(list)
        for record in records:
            self._records[record.subject] = record
            if main := record.values.get(self._main):
                self._by_main[main] = record.subject
            self._by_name[record.values["name"], record.organisation_id].append(record.subject)

    def take(self, row: LedgerRow) -> ExportRecord | None:
        """The record that a row stands for, each once: by number, else by a name that is the only one in its branch."""
        subject = self._by_main.get(row.values.get(self._main) or "")
        if subject is None:
            same = self._by_name.get((row.values.get("name") or "", row.organisation_id), [])
            subject = same[0] if len(same) == 1 else None
        return self._records.pop(subject, None) if subject else None

    def left(self) -> list[ExportRecord]:
        return list(self._records.values())


@dataclass
class _Page:
    """One sheet of the book on its way to be brought up to date."""

    book: Workbook
    sheet: Mapping[str, Any]
    ledger: Ledger
    last: int = 0
    rows: int = 0
    path: str = ""
    organisations: Counter[int | None] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.page: Worksheet = self.book.worksheets[self.sheet["index"]]
        declared = by_key(self.ledger.columns)
        self.columns = {index + 1: declared[key] for index, _heading, key in self.sheet["columns"] if key in declared}
        self.keys = {column.key for column in self.columns.values()}

    def note(self, row: LedgerRow) -> None:
        self.last = max(self.last, row.number)
        self.rows += 1
        self.organisations[row.organisation_id] += 1

    def update(self, row: LedgerRow, checker: Checker, record: ExportRecord) -> None:
        columns = {index - 1: column.key for index, column in self.columns.items()}
        parser = checker.enter(self.sheet["name"], self.sheet["title"], self.sheet["unit"], columns)
        said = parser.parse_again(row, row.raw)
        same_place = _same_place(said.values, record.values)
        for index, column in self.columns.items():
            if column.kind is Kind.SERIAL or (column.key in PLACES and same_place):
                continue
            if column.kind is Kind.ORGANISATION and row.organisation_id == record.organisation_id:
                continue
            old = said.values.get(column.key)
            new = value_of(column, record)
            if not _same(column, old, new, said):
                self._write(row.number, index, column, new, old)

    def _write(self, number: int, index: int, column: Column, new: Any, old: Any) -> None:
        cell = self.page.cell(number, index)
        if isinstance(cell, MergedCell):
            return
        put(cell, in_manner(column, new, cell.value, old))

    def append(self, records: list[ExportRecord]) -> None:
        """Below the last row, in its style; what stood below moves down."""
        pattern, first = self.last, self.last + 1
        self._make_room(first, len(records))
        serial = next((index for index, column in self.columns.items() if column.kind is Kind.SERIAL), 0)
        number = self.page.cell(pattern, serial).value if serial else None
        for offset, record in enumerate(records):
            self._copy_style(pattern, first + offset)
            if isinstance(number, int):
                put(self.page.cell(first + offset, serial), number + offset + 1)
            for index, column in self.columns.items():
                if column.kind is not Kind.SERIAL:
                    like = self.page.cell(pattern, index).value
                    put(self.page.cell(first + offset, index), in_manner(column, value_of(column, record), like))
        self.last += len(records)

    def _make_room(self, first: int, count: int) -> None:
        page = self.page
        ranges = [one for one in page.merged_cells.ranges if one.min_row >= first]
        for one in ranges:
            page.merged_cells.remove(one)
        if page.max_row >= first:
            page.move_range(f"A{first}:{get_column_letter(page.max_column)}{page.max_row}", rows=count)
        for one in ranges:
            one.shift(row_shift=count)
            page.merge_cells(one.coord)
        heights = {row: page.row_dimensions[row].height for row in list(page.row_dimensions) if row >= first}
        for row in heights:
            page.row_dimensions[row].height = None
        for row, height in heights.items():
            page.row_dimensions[row + count].height = height
        for row in range(first, first + count):
            page.row_dimensions[row].height = page.row_dimensions[first - 1].height

    def _copy_style(self, pattern: int, number: int) -> None:
        for index in range(1, self.page.max_column + 1):
            source, target = self.page.cell(pattern, index), self.page.cell(number, index)
            if source.has_style and not isinstance(target, MergedCell):
                target._style = copy.copy(source._style)  # type: ignore[attr-defined]


def put(cell: Cell, value: Any) -> None:
    """Write and mark. Text is text, also where it begins like a formula."""
    if isinstance(cell, MergedCell):
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    cell.fill = MARK


def value_of(column: Column, record: ExportRecord) -> Any:
    values = record.values
    if column.kind is Kind.PLACE:
        parts = dict.fromkeys(filter(None, (values.get(key) for key in PLACES[:3])))
        return "".join(parts) + (values.get(column.key) or "")
    return values.get(column.key)


def _same(column: Column, old: Any, new: Any, said: LedgerRow) -> bool:
    """Whether the cell says what the record says. A cell that is less exact about a date, or knows the phone as a second
    one, is no contradiction; a cell that nobody could read stays while there is nothing better to write."""
    if new in (None, "", []):
        return old in (None, "", [], False)
    if old == new:
        return True
    if column.kind in DATES and old:
        return PartialDate.from_iso(old).covers(PartialDate.from_iso(new))
    if column.key == "phone":
        return new in (said.values.get("other_phones") or ())
    if column.kind is Kind.FLAG and new is False:
        return old in (None, False)
    if column.kind in (Kind.TEXT, Kind.NAME, Kind.ORGANISATION):
        return display(column, old) == display(column, new)
    return column.kind is Kind.CODE and said.raw.get(column.key) == new  # a reason in its own words


def _same_place(said: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    if said.get("region_code", "") != (now.get("region_code") or ""):
        return False
    return not said.get("destination_text") or said["destination_text"] == now.get("destination_text")


def _append(pages: Mapping[int, _Page], records: list[ExportRecord], batch: ImportBatch, by: Actor) -> int:
    """New people, each to the sheet of the nearest organisation, there to the one where most of their branch stand.

    A book speaks of some organisations only: people of others have no place in it. The number added.
    """
    filled = [page for page in pages.values() if page.rows]
    paths = dict(Organisation.objects.under(batch.path).values_list("pk", "path"))
    directory = Directory(by)
    for page in filled:
        page.path = _speaks_of(page, paths, directory)
    wanted: dict[int, list[ExportRecord]] = defaultdict(list)
    for record in records:
        path = paths.get(record.organisation_id or 0, "")
        fitting = [page for page in filled if page.path and path.startswith(page.path)]
        if fitting:
            chosen = max(fitting, key=lambda one: (len(one.path), one.organisations[record.organisation_id], one.rows))
            wanted[id(chosen)].append(record)
    for page in filled:
        if wanted[id(page)]:
            page.append(wanted[id(page)])
    return sum(map(len, wanted.values()))


def _speaks_of(page: _Page, paths: Mapping[int, str], directory: Directory) -> str:
    """The path of the organisation whose people a sheet holds: that of its rows; with a column of branches, also its 填报单位."""
    found = [paths[one] for one in page.organisations if one in paths]
    if "organisation" in page.keys and page.sheet["unit"]:
        unit = paths.get(directory.find(page.sheet["unit"]).organisation_id or 0)
        found += [unit] if unit else []
    return common(found) if found else ""


def common(paths: list[str]) -> str:
    """The nearest organisation above all of them, one of them perhaps."""
    together = os.path.commonprefix(paths)
    return together[: len(together) // WIDTH * WIDTH]
