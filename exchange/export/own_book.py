"""A town's own workbook comes back brought up to date: same sheets, heads, order and fonts, changed cells marked.

Rows are those of an applied import. A cell whose meaning differs from the record now is rewritten in its own manner;
people of the organisation who are not in the book yet stand below its last row; nobody is taken out.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping

import openpyxl
from django.utils import timezone
from openpyxl.packaging.custom import CustomPropertyList, StringProperty
from openpyxl.workbook.workbook import Workbook

from branches.directory import Directory
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.errors import NotAllowed, UserError
from core.handlers import Progress
from core.ledgers import ExportRecord, Ledger, LedgerRow, ledger
from core.paths import common
from core.permissions import Permission
from exchange import staging
from exchange.actions.batches import content_of
from exchange.checking import Checker
from exchange.enums import State
from exchange.export.own_pages import Page
from exchange.export.producing import finish, require_rights
from exchange.export.sheets import MACHINE, Imprint
from exchange.models import Export, ImportBatch

MOST_ROWS = 20_000  # a workbook is opened whole, with its styles
OFFICIAL_INSTEAD = "请改为导出正式台账，内容是一样的。"


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
    imprint = Imprint(export.public_id, batch.kind, by, export.purpose, timezone.localtime(now))
    content, rows = updated(batch, imprint, by=by, progress=progress)
    stem = batch.file_name.rpartition(".")[0]
    name = f"{stem}-更新-{timezone.localtime(now):%Y%m%d}.xlsx"
    return finish(export, name=name, content=content, rows=rows, by=by, now=now)


def updated(batch: ImportBatch, imprint: Imprint, *, by: Actor, progress: Progress | None = None) -> tuple[bytes, int]:
    """The workbook and the number of people in it. Raises UserError where the file cannot be opened for writing."""
    book = _open(content_of(batch))
    chosen = ledger(batch.kind)
    people = _People(chosen, chosen.export(by, {"organisation": batch.path}))
    checker = Checker(chosen, batch, by)
    pages = {sheet["index"]: Page(book, sheet, checker) for sheet in batch.sheets if sheet["use"]}
    done, total = 0, int(batch.counts.get("rows", 0))
    for chunk in staging.staged(batch):
        for index, row in chunk:
            page = pages[index]
            page.note(row)
            record = people.take(row)
            if record is not None:
                page.update(row, record)
                page.stand(row.number, record)
        done += len(chunk)
        if progress is not None:
            progress.step(done, total, f"已更新 {done} 行")
    added = _append(pages, people.left(), batch, by)
    _sign(book, imprint, pages.values())
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
        """The record that a row stands for, each once: by number; without one by a name that is the only one in its branch.

        A number that is not there any more is somebody who left, never another of the same name.
        """
        main = row.values.get(self._main)
        subject = self._by_main.get(main or "")
        if not main:
            same = self._by_name.get((row.values.get("name") or "", row.organisation_id), [])
            subject = same[0] if len(same) == 1 else None
        return self._records.pop(subject, None) if subject else None

    def left(self) -> list[ExportRecord]:
        return list(self._records.values())


def _sign(book: Workbook, imprint: Imprint, pages: Iterable[Page]) -> None:
    """The export's id and the versions of the rows, as in every file of ours; those of an earlier export give way."""
    kept = [one for one in book.custom_doc_props.props if one.name not in imprint.properties]
    book.custom_doc_props = CustomPropertyList()
    for one in [*kept, *(StringProperty(name=name, value=value) for name, value in imprint.properties.items())]:
        book.custom_doc_props.append(one)
    if MACHINE in book.sheetnames:
        del book[MACHINE]
    machine = book.create_sheet(MACHINE)
    machine.sheet_state = "hidden"
    machine.append([f"导出编号 {imprint.export_id}", None, None, f"模板 {imprint.template}"])
    machine.append(["工作表", "行号", "记录", "版本"])
    for page in pages:
        for line in page.index:
            machine.append(line)


def _append(pages: Mapping[int, Page], records: list[ExportRecord], batch: ImportBatch, by: Actor) -> int:
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


def _speaks_of(page: Page, paths: Mapping[int, str], directory: Directory) -> str:
    """The path of the organisation whose people a sheet holds: that of its rows; with a column of branches, also its 填报单位."""
    found = [paths[one] for one in page.organisations if one is not None and one in paths]
    if "organisation" in page.keys and page.sheet["unit"]:
        unit = paths.get(directory.find(page.sheet["unit"]).organisation_id or 0)
        found += [unit] if unit else []
    return common(found) if found else ""
