"""Rows at rest between check and apply: one sealed blob a row, written by COPY, read back in chunks."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from core import crypto
from core.bulk import copy_rows
from core.domain.cells import CellError
from core.ledgers import CellChange, LedgerRow, Message, Outcome
from exchange.models import ImportBatch, ImportRow

COLUMNS = (
    "batch_id", "sheet", "number", "outcome", "warned", "codes", "organisation_id", "person", "digest", "blob",
)  # fmt: skip
CHUNK = 2000
BLANK: tuple[Any, ...] = (None, "", [])
_DECODERS = {"d": dt.date.fromisoformat, "t": dt.datetime.fromisoformat, "e": CellError}


def _default(value: Any) -> Any:
    """Cells that JSON does not know, so that a correction or a second check reads the very same cell."""
    if isinstance(value, dt.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, CellError):
        return {"e": value.text}
    raise TypeError(f"{type(value).__name__} cannot be staged")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_default).encode


def _decoded(raw: Any) -> Any:
    if raw.__class__ is dict:
        ((kind, text),) = raw.items()
        return _DECODERS[kind](text)
    return raw


@cache
def row_key() -> bytes:
    """The key of row digests: derived from the index key, so that equal rows are equal in every batch and
    nobody without the key file can try identity numbers against a digest."""
    return crypto.mac(b"exchange.import_row")


def hashed(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), key=row_key(), digest_size=12).hexdigest()


def person_hash(identity: str, batch: ImportBatch) -> str:
    return hashed(f"{batch.public_id}:{identity}") if identity else ""


def context(batch_public_id: str, sheet: int, number: int) -> str:
    return f"exchange.importrow.blob:{batch_public_id}:{sheet}:{number}"


def pack(row: LedgerRow, batch_public_id: str, sheet: int, corrections: Mapping[str, str] | None = None) -> bytes:
    """Seal a row. Cells that were read exactly as they stand are kept once; of a new row only those differences
    that replace something: the others are its values."""
    values = row.values
    bundle: dict[str, Any] = {"v": values}
    raw = {
        key: cell
        for key, cell in row.raw.items()
        if cell != (value := values.get(key)) or cell.__class__ is not value.__class__
    }
    if raw:
        bundle["r"] = raw
    if derived := [key for key in values if key not in row.raw]:
        bundle["n"] = derived
    if row.messages:
        bundle["m"] = [
            [one.code, one.level, one.text, one.column, *([one.fixes] if one.fixes else [])] for one in row.messages
        ]
    changes = [one for one in row.changes if one.before not in BLANK] if row.outcome is Outcome.NEW else row.changes
    if changes:
        bundle["c"] = [[one.key, one.before, one.after] for one in changes]
    if row.basis:
        bundle["b"] = row.basis
    if row.mark:
        bundle["k"] = row.mark
    if corrections:
        bundle["x"] = corrections
    return crypto.seal_bytes(_encode(bundle).encode("utf-8", "replace"), context(batch_public_id, sheet, row.number))


def unpack(stored: Mapping[str, Any], batch_public_id: str, sheet_names: Sequence[str]) -> LedgerRow:
    """The row again. ``stored``: sheet, number, outcome, organisation_id, blob. Raises core.crypto.CannotOpen."""
    sheet, number = stored["sheet"], stored["number"]
    bundle = json.loads(crypto.unseal_bytes(bytes(stored["blob"]), context(batch_public_id, sheet, number)))
    values: dict[str, Any] = bundle["v"]
    raw: dict[str, Any] = dict(values)
    for key in bundle.get("n", ()):
        del raw[key]
    for key, cell in bundle.get("r", {}).items():
        raw[key] = _decoded(cell)
    return LedgerRow(
        sheet=sheet_names[sheet],
        number=number,
        mark=bundle.get("k", ""),
        raw=raw,
        values=values,
        messages=[Message(one[0], one[1], one[2], one[3], _fixes(one)) for one in bundle.get("m", ())],
        outcome=Outcome(stored["outcome"]),
        organisation_id=stored["organisation_id"],
        changes=[CellChange(*one) for one in bundle.get("c", ())],
        basis=bundle.get("b", {}),
    )


def opened(stored: ImportRow, batch_public_id: str, sheet_names: Sequence[str]) -> LedgerRow:
    """:func:`unpack` for a row that is at hand as an object."""
    fields = ("sheet", "number", "outcome", "organisation_id", "blob")
    return unpack({name: getattr(stored, name) for name in fields}, batch_public_id, sheet_names)


def _fixes(packed: list[Any]) -> list[tuple[str, str, str]]:
    return [(code, label, value) for code, label, value in packed[4]] if len(packed) > 4 else []


def corrections_of(stored: ImportRow, batch_public_id: str) -> dict[str, str]:
    bundle = json.loads(crypto.unseal_bytes(bytes(stored.blob), context(batch_public_id, stored.sheet, stored.number)))
    return dict(bundle.get("x", {}))


def columns_of(row: LedgerRow, batch: ImportBatch, sheet: int, corrections: Mapping[str, str] | None = None) -> list[Any]:
    """The stored columns of a row, in the order of :data:`COLUMNS`."""
    messages = row.messages
    return [
        batch.pk,
        sheet,
        row.number,
        row.outcome.value,
        any(one.level == "warning" for one in messages) if messages else False,
        f" {' '.join(dict.fromkeys(one.code for one in messages))} "[:200] if messages else "",
        row.organisation_id,
        person_hash(row.values.get("identity") or "", batch),
        hashed("\x1f".join([row.mark, str(row.organisation_id), *row.raw, *map(str, row.raw.values())])),
        pack(row, batch.public_id, sheet, corrections),
    ]


def stage(rows: Iterable[LedgerRow], batch: ImportBatch, sheet: int) -> list[str]:
    """Write rows and return their digests."""
    stored = [columns_of(row, batch, sheet) for row in rows]
    copy_rows(ImportRow, COLUMNS, stored)
    return [columns[8] for columns in stored]


def clear(batch: ImportBatch) -> None:
    ImportRow.objects.unscoped().filter(batch=batch).delete()


def restage(row: LedgerRow, batch: ImportBatch, stored: ImportRow, corrections: Mapping[str, str]) -> None:
    """Replace one staged row after a correction or a decision."""
    for name, value in zip(COLUMNS[3:], columns_of(row, batch, stored.sheet, corrections)[3:], strict=True):
        setattr(stored, name, value)
    stored.save(update_fields=list(COLUMNS[3:]))


def staged(batch: ImportBatch, *, outcomes: Iterable[Outcome] | None = None) -> Iterator[list[tuple[int, LedgerRow]]]:
    """(sheet, row) in file order, in chunks; the caller has scoped the batch."""
    names = [sheet["name"] for sheet in batch.sheets]
    rows = ImportRow.objects.unscoped().filter(batch=batch).order_by("pk")
    if outcomes is not None:
        rows = rows.filter(outcome__in=[outcome.value for outcome in outcomes])
    fields = ("pk", "sheet", "number", "outcome", "organisation_id", "blob")
    last = 0
    while True:
        found = list(rows.filter(pk__gt=last).values(*fields)[:CHUNK])
        if not found:
            return
        last = found[-1]["pk"]
        yield [(one["sheet"], unpack(one, batch.public_id, names)) for one in found]
