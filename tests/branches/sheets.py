"""The sample county's files as tests need them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
from django.conf import settings

from branches.ledgers import OrganisationsLedger
from core import clock
from core.actors import Actor
from core.ledgers import ApplyContext, ApplyResult, CheckContext, LedgerRow
from exchange.parsing import RowParser

LEDGERS = Path(settings.BASE_DIR) / "demo" / "ledgers"
TODAY = dt.date(2026, 11, 20)


def sheet_file(number: str) -> Path:
    (path,) = [path for path in LEDGERS.glob(f"{number}-*") if path.suffix != ".json"]
    return path


def rows_of(lines: list[list[Any]], *, sheet: str = "党组织", first: int = 4) -> list[LedgerRow]:
    """``lines``: cells in the order of the ledger's columns, 序号 first."""
    ledger = OrganisationsLedger()
    parser = RowParser(
        ledger, {index: column.key for index, column in enumerate(ledger.columns)}, sheet=sheet, today=TODAY
    )
    return [parser.parse(number, list(cells)) for number, cells in enumerate(lines, start=first)]


def register_lines() -> list[list[Any]]:
    """File 01 from its first organisation to its last."""
    sheet = openpyxl.load_workbook(sheet_file("01")).active
    return [list(cells) for cells in sheet.iter_rows(min_row=4, values_only=True) if isinstance(cells[0], int)]


def check(rows: list[LedgerRow], by: Actor) -> list[LedgerRow]:
    OrganisationsLedger().check(rows, CheckContext(by=by, today=TODAY, batch_id="b1"))
    return rows


def apply(rows: list[LedgerRow], by: Actor, batch_id: str = "b1") -> ApplyResult:
    context = ApplyContext(by=by, now=clock.now(), batch_id=batch_id, on=TODAY)
    return OrganisationsLedger().apply(rows, context)
