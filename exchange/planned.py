"""What the check has planned is what applying writes, as long as everything holds that it was planned by.

Comparing a row with the record a second time could only say once more what the first time said, unless the record has moved,
or something else that a plan depends on. The record's versions are looked at row by row, by the ledger; everything else is the
:func:`print_of` the check. Rows whose plan does not hold are opened in full and planned again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core import crypto, quick_json
from core.ledgers import OUTCOMES, LedgerRow
from core.permissions import Permission
from exchange.known import business_date, code_version
from exchange.models import ImportBatch, ImportChunk

if TYPE_CHECKING:
    from exchange.checking import Checker
    from exchange.staging import StagedRow


Sealed = list[tuple[int, int, Any]]  # (sheet, first, plans) of chunks


def print_of(checker: Checker) -> str:
    """Of the code, the day, the organisations, the rules and the rights: "" for a ledger that leaves no plans."""
    if not checker.ledger.remembers:
        return ""
    on = business_date(checker)
    rights = [checker.by.everything, list(checker.by.ranges(Permission.IMPORT))]
    parts = [
        code_version(),
        checker.batch.path,
        on.isoformat(),
        checker.ledger.depends_on(on),
        checker.finder.tree(),
        rights,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def context(batch_public_id: str, sheet: int, first: int) -> str:
    return f"exchange.importchunk.plans:{batch_public_id}:{sheet}:{first}"


def encoded(rows: Sequence[LedgerRow], print_: str) -> bytes:
    """The plans of a chunk, in its order; b"" for none."""
    plans = [None if row.plan is None else [row.basis, row.plan] for row in rows]
    return quick_json.dumps([print_, plans]) if print_ and any(plans) else b""


def sealed(rows: Sequence[StagedRow], print_: str, batch: ImportBatch) -> Sealed:
    """The plans of these rows, as far as there are any, in one query."""
    wanted = {(one.sheet, one.chunk) for one in rows if not one.blob and one.same_as is None} if print_ else ()
    if not wanted:
        return []
    chunks = ImportChunk.objects.unscoped().filter(
        batch=batch, sheet__in={sheet for sheet, _first in wanted}, first__in={first for _sheet, first in wanted}
    )
    return list(chunks.exclude(plans=b"").values_list("sheet", "first", "plans"))


def opened(rows: Sequence[StagedRow], found: Sealed, print_: str, batch: ImportBatch) -> dict[int, LedgerRow]:
    """By primary key, those rows that have a plan which holds: with ``basis`` and ``plan``, and nothing else."""
    plans: dict[tuple[int, int], list[Any]] = {}
    for sheet, first, blob in found:
        made_by, kept = quick_json.loads(crypto.unseal_bytes(bytes(blob), context(batch.public_id, sheet, first)))
        if made_by == print_:
            plans[sheet, first] = kept
    names = [sheet["name"] for sheet in batch.sheets]
    bare: dict[int, LedgerRow] = {}
    for one in rows:
        kept = plans.get((one.sheet, one.chunk)) if not one.blob and one.same_as is None else None
        if kept and (plan := kept[one.place]):
            bare[one.pk] = LedgerRow(
                names[one.sheet], one.number, outcome=OUTCOMES[one.outcome], organisation_id=one.organisation_id,
                basis=plan[0], plan=plan[1],
            )  # fmt: skip
    return bare


def forget(batch: ImportBatch) -> None:
    """Once written, a plan says nothing that history does not."""
    ImportChunk.objects.unscoped().filter(batch=batch).exclude(plans=b"").update(plans=b"")
