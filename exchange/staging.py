"""Rows at rest between check and apply: sealed a hundred at a time, written by COPY, read back in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core import crypto, quick_json
from core.behind import Behind
from core.bulk import copy_later, copy_rows
from core.ledgers import OUTCOMES, CellChange, LedgerRow, Message, Outcome
from exchange import celljson, digests, planned
from exchange.models import ImportBatch, ImportChunk, ImportRow

FOUND = ("outcome", "warned", "codes", "organisation_id", "person")  # columns of a row that a second look may change
ROW_COLUMNS = (*FOUND, "number", "digest", "chunk", "place")
CHUNK_COLUMNS = ("first", "blob", "plans")
SEALED_TOGETHER = 100
CHUNK = 2000
Bundle = dict[str, Any]
BLANK: tuple[Any, ...] = (None, "", [])


def chunk_context(batch_public_id: str, sheet: int, first: int) -> str:
    return f"exchange.importchunk.blob:{batch_public_id}:{sheet}:{first}"


def context(batch_public_id: str, sheet: int, number: int) -> str:
    return f"exchange.importrow.blob:{batch_public_id}:{sheet}:{number}"


def bundle_of(row: LedgerRow, corrections: Mapping[str, str] | None = None) -> Bundle:
    """What is kept of a row. Cells that were read exactly as they stand are kept once; of a new row only those
    differences that replace something: the others are its values."""
    values = row.values
    bundle: Bundle = {"v": values}
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
    return bundle


PARTS = ("v", "r", "b")  # of a bundle: what most rows have, under the same keys


def packed(rows: Iterable[LedgerRow]) -> list[Any]:
    """The bundles of a chunk, without saying the same keys a hundred times: first the sets of keys that occur, then each row as
    [number of its set, values, cells, basis, the rest]."""
    shapes: dict[tuple[tuple[str, ...], ...], int] = {}
    content: list[Any] = [None]
    for row in rows:
        bundle = bundle_of(row)
        values, raw, basis = (bundle.pop(part, {}) for part in PARTS)
        shape = (tuple(values), tuple(raw), tuple(basis), tuple(bundle.pop("n", ())))
        content.append(
            [
                shapes.setdefault(shape, len(shapes)),
                list(values.values()),
                list(raw.values()),
                list(basis.values()),
                bundle,
            ]
        )
    content[0] = list(shapes)
    return content


def _unpacked(content: list[Any], place: int) -> Bundle:
    """One bundle of what :func:`packed` gave."""
    number, *parts, bundle = content[place + 1]
    *keys, bundle["n"] = content[0][number]
    for part, names, values in zip(PARTS, keys, parts, strict=True):
        bundle[part] = dict(zip(names, values, strict=True))
    return bundle


def _encoded(content: Any) -> bytes:
    return quick_json.dumps(content, celljson.packed)


def _row_from(bundle: Bundle, stored: Stored, sheet: str) -> LedgerRow:
    values: dict[str, Any] = bundle["v"]
    raw: dict[str, Any] = dict(values)
    for key in bundle.get("n", ()):
        del raw[key]
    for key, cell in bundle.get("r", {}).items():
        raw[key] = celljson.unpacked(cell)
    return LedgerRow(
        sheet=sheet,
        number=stored.number,
        mark=bundle.get("k", ""),
        raw=raw,
        values=values,
        messages=[Message(one[0], one[1], one[2], one[3], _fixes(one)) for one in bundle.get("m", ())],
        outcome=OUTCOMES[stored.outcome],
        organisation_id=stored.organisation_id,
        changes=[CellChange(*one) for one in bundle.get("c", ())],
        basis=bundle.get("b", {}),
    )


class StagedRow(NamedTuple):
    """What reading a row needs of its :class:`ImportRow`: a hundred thousand of these pass by."""

    pk: int
    sheet: int
    number: int
    outcome: str
    organisation_id: int | None
    digest: str
    chunk: int
    place: int
    blob: bytes
    same_as: int | None


Stored = ImportRow | StagedRow


def open_rows(rows: Sequence[Stored], batch: ImportBatch) -> list[LedgerRow]:
    """Staged rows of one batch as they were, in a few queries. Raises core.crypto.CannotOpen."""
    elsewhere = _same_rows([one.same_as for one in rows if one.same_as is not None and not one.blob])
    wanted = {(one.sheet, one.chunk) for one in rows if not one.blob and one.same_as is None}
    chunks: dict[tuple[int, int], list[Any]] = {}
    if wanted:
        found = ImportChunk.objects.unscoped().filter(
            batch=batch, sheet__in={sheet for sheet, _first in wanted}, first__in={first for _sheet, first in wanted}
        )
        for sheet, first, blob in found.values_list("sheet", "first", "blob"):
            place = chunk_context(batch.public_id, sheet, first)
            chunks[sheet, first] = quick_json.loads(crypto.unseal_bytes(bytes(blob), place))
    names = [sheet["name"] for sheet in batch.sheets]
    return [
        _again(elsewhere[one.same_as], one, names[one.sheet])
        if one.same_as is not None and not one.blob
        else _row_from(
            _own_bundle(one, batch.public_id) if one.blob else _unpacked(chunks[one.sheet, one.chunk], one.place),
            one,
            names[one.sheet],
        )
        for one in rows
    ]


def _same_rows(keys: Sequence[int]) -> dict[int, LedgerRow]:
    """Rows of earlier imports of the same organisation, by primary key."""
    if not keys:
        return {}
    by_batch: dict[ImportBatch, list[ImportRow]] = {}
    for one in ImportRow.objects.unscoped().filter(pk__in=keys).select_related("batch").order_by("pk"):
        by_batch.setdefault(one.batch, []).append(one)
    return {
        one.pk: row
        for batch, found in by_batch.items()
        for one, row in zip(found, open_rows(found, batch), strict=True)
    }


def _again(row: LedgerRow, stored: Stored, sheet: str) -> LedgerRow:
    """The content of an earlier row, as the row ``stored`` that is the same."""
    row.sheet, row.number, row.outcome = sheet, stored.number, OUTCOMES[stored.outcome]
    row.organisation_id, row.changes = stored.organisation_id, []
    return row


def opened(stored: Stored, batch: ImportBatch) -> LedgerRow:
    """One row; for several :func:`open_rows`."""
    return open_rows([stored], batch)[0]


def _own_bundle(stored: Stored, batch_public_id: str) -> Bundle:
    place = context(batch_public_id, stored.sheet, stored.number)
    bundle: Bundle = quick_json.loads(crypto.unseal_bytes(bytes(stored.blob), place))
    return bundle


def _fixes(packed: list[Any]) -> list[tuple[str, str, str]]:
    return [(code, label, value) for code, label, value in packed[4]] if len(packed) > 4 else []


def corrections_of(stored: Stored, batch_public_id: str) -> dict[str, str]:
    """What people have typed over cells of this row; a row that nobody mended has no blob of its own."""
    return dict(_own_bundle(stored, batch_public_id).get("x", {})) if stored.blob else {}


def found_of(row: LedgerRow, batch: ImportBatch) -> tuple[Any, ...]:
    """What the check has found, in the order of :data:`FOUND`."""
    messages = row.messages
    return (
        row.outcome.value,
        any(one.level == "warning" for one in messages) if messages else False,
        f" {' '.join(dict.fromkeys(one.code for one in messages))} "[:200] if messages else "",
        row.organisation_id,
        digests.person_hash(row.values.get("identity") or "", batch),
    )


def stage(rows: Sequence[LedgerRow], batch: ImportBatch, sheet: int, behind: Behind, planned_by: str = "") -> None:
    """Write rows and their content, sealed. ``planned_by``: :func:`exchange.planned.print_of`."""
    stored: list[tuple[Any, ...]] = []
    chunks: list[tuple[int, bytes, bytes]] = []
    for start in range(0, len(rows), SEALED_TOGETHER):
        part = rows[start : start + SEALED_TOGETHER]
        first = part[0].number
        stored += [(*found_of(row, batch), row.number, row.digest, first, place) for place, row in enumerate(part)]
        chunks.append((first, _encoded(packed(part)), planned.encoded(part, planned_by)))
    where = {"batch_id": batch.pk, "sheet": sheet}
    copy_later(ImportChunk, CHUNK_COLUMNS, lambda: _sealed_chunks(chunks, batch.public_id, sheet), behind, where)
    copy_rows(ImportRow, ROW_COLUMNS, stored, behind, {**where, "blob": b"", "same_as": None})


def _sealed_chunks(
    chunks: Sequence[tuple[int, bytes, bytes]], batch: str, sheet: int
) -> list[tuple[int, bytes, bytes]]:
    return [
        (
            first,
            crypto.seal_bytes(content, chunk_context(batch, sheet, first)),
            crypto.seal_bytes(plans, planned.context(batch, sheet, first)) if plans else b"",
        )
        for first, content, plans in chunks
    ]


def clear(batch: ImportBatch) -> None:
    ImportRow.objects.unscoped().filter(batch=batch).delete()
    ImportChunk.objects.unscoped().filter(batch=batch).delete()


def restage(row: LedgerRow, batch: ImportBatch, stored: ImportRow, corrections: Mapping[str, str]) -> None:
    """Replace one staged row after a correction or a decision: from now on it has a blob of its own."""
    for name, value in zip(FOUND, found_of(row, batch), strict=True):
        setattr(stored, name, value)
    place = context(batch.public_id, stored.sheet, stored.number)
    stored.blob = crypto.seal_bytes(_encoded(bundle_of(row, corrections)), place)
    stored.save(update_fields=[*FOUND, "blob"])


def staged(batch: ImportBatch, *, outcomes: Iterable[Outcome] | None = None) -> Iterator[list[tuple[int, LedgerRow]]]:
    """(sheet, row) in file order, in chunks; the caller has scoped the batch."""
    for found in stored_rows(batch, outcomes=outcomes):
        yield list(zip([one.sheet for one in found], open_rows(found, batch), strict=True))


def stored_rows(
    batch: ImportBatch, *, outcomes: Iterable[Outcome] | None = None, most: int = CHUNK
) -> Iterator[list[StagedRow]]:
    """The same, closed; of rows that were recognised up to ``most`` at a time. Read through one cursor: asked for chunk by chunk,
    the database, which has no statistics of rows that were written a moment ago, would sort all of them for every chunk."""
    rows = ImportRow.objects.unscoped().filter(batch=batch).order_by("sheet", "number")
    if outcomes is not None:
        rows = rows.filter(outcome__in=[outcome.value for outcome in outcomes])
    found = map(StagedRow._make, rows.values_list(*StagedRow._fields).iterator(chunk_size=CHUNK))
    chunk: list[StagedRow] = []
    own = 0
    for row in found:
        chunk.append(row)
        own += row.same_as is None
        if own == CHUNK or len(chunk) == most:
            yield chunk
            chunk, own = [], 0
    if chunk:
        yield chunk
