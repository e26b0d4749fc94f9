"""The report of the command line: one object a file, in the shape that design and tests bind to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.columns import Column, Kind
from core.domain.cells import CellError, clean_text
from core.domain.identity import mask_identity
from core.domain.phones import mask_phone
from core.ledgers import LedgerRow, ledger
from exchange import staging
from exchange.enums import State
from exchange.models import ImportBatch

CANONICAL = {"identity": "id_number"}  # the report's word where a column key differs
EMPTY = {"rows": 0, "new": 0, "changed": 0, "unchanged": 0, "held": 0, "error": 0, "warning": 0}
_PHONES = ("phone", "contact_phone", "other_phones")


def report_of(batch: ImportBatch) -> dict[str, Any]:
    """``state`` is checked, applied or refused. Identity and phone numbers are masked."""
    refused = batch.state == State.REFUSED
    return {
        "file": batch.file_name,
        "sha256": batch.sha256,
        "kind": batch.kind or None,
        "state": "refused" if refused else batch.state,
        "refusal": batch.refusal or None,
        "sheets": [_sheet(sheet) for sheet in batch.sheets],
        "counts": {name: batch.counts.get(name, 0) for name in EMPTY},
        "terms": batch.terms,
        "notices": batch.notices,
        "rows": [] if refused else list(rows_of(batch)),
    }


def _sheet(sheet: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": sheet["name"],
        "header_row": sheet.get("header_row"),
        "columns": {text: CANONICAL.get(key, key) for _index, text, key in sheet.get("columns", ())},
        "unmapped": [text for _index, text in sheet.get("unmapped", ())],
        "skipped": sheet["skipped"],
        "why": sheet["why"],
    }


def rows_of(batch: ImportBatch) -> Iterator[dict[str, Any]]:
    columns = {column.key: column for column in ledger(batch.kind).columns}
    headings = [{key: text for _index, text, key in sheet.get("columns", ())} for sheet in batch.sheets]
    for chunk in staging.staged(batch):
        for sheet, row in chunk:
            yield _row(row, columns, headings[sheet])


def _row(row: LedgerRow, columns: Mapping[str, Column], headings: Mapping[str, str]) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "row": row.number,
        "outcome": row.outcome.value,
        "values": {CANONICAL.get(key, key): masked(key, value, columns) for key, value in row.values.items()},
        "messages": [
            {"code": one.code, "level": one.level, "column": headings.get(one.column) or _heading(one.column, columns),
             "text": one.text}
            for one in row.messages
        ],
        "changes": [
            {"key": CANONICAL.get(one.key, one.key), "before": masked(one.key, one.before, columns),
             "after": masked(one.key, one.after, columns)}
            for one in row.changes
        ],
    }  # fmt: skip


def _heading(key: str, columns: Mapping[str, Column]) -> str | None:
    return columns[key].heading if key in columns else key or None


def masked(key: str, value: Any, columns: Mapping[str, Column]) -> Any:
    """A value as it may be shown to anybody who may see the row."""
    if isinstance(value, list):
        return [masked(key, one, columns) for one in value]
    if isinstance(value, CellError):
        return value.text
    column = columns.get(key)
    if value in (None, ""):
        return value
    if column is not None and column.kind is Kind.IDENTITY:
        return mask_identity(clean_text(value))
    if key in _PHONES or (column is not None and column.kind is Kind.PHONE):
        return mask_phone(clean_text(value))
    return value
