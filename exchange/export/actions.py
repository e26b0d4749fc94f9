"""Asking for an export. The file itself is made by a job (``exchange.export.handlers``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from branches.models import Organisation
from core import clock, ledgers
from core.actors import Actor
from core.errors import UserError
from core.ledgers import Ledger
from exchange.export.producing import require_rights
from exchange.models import Export
from jobs import actions as jobs
from jobs.words import hide

JOB = "exchange.export"
SHORTEST_PURPOSE = 4


def exportable() -> list[Ledger]:
    """The ledgers that go out, in the order in which they were registered."""
    return ledgers.ledgers()


def ledger_of(kind: str) -> Ledger:
    """Raises UserError."""
    try:
        return ledgers.ledger(kind)
    except KeyError as error:
        raise UserError("没有这种台账，请从列表里重新选择。", "kind_unknown") from error


def purpose_of(text: str) -> str:
    """The purpose as it is kept and printed: long numbers struck out. Raises UserError for one that says nothing."""
    plain = " ".join(str(hide(text)).split())
    if len(plain) < SHORTEST_PURPOSE:
        raise UserError(
            f"请写明导出的用途，至少 {SHORTEST_PURPOSE} 个字，例如“报市委组织部三季度台账”。", "purpose_missing"
        )
    return plain[:200]


@transaction.atomic
def request(
    *,
    kind: str,
    organisation: Organisation,
    purpose: str,
    by: Actor,
    form: str = Export.Form.OFFICIAL,
    format: str = Export.Format.XLSX,
    full: bool = False,
    filters: Mapping[str, str] | None = None,
    columns: Sequence[str] = (),
    batch: str = "",
    key: str = "",
    now: dt.datetime | None = None,
) -> Export:
    """Note what is wanted and queue the job. The same ``by`` with the same ``key`` gets the export that is there already.

    ``filters``: of the list, by key; ``columns``: those on screen, for a plain list. Raises NotAllowed, UserError.
    """
    now = now or clock.now()
    if key and (there := Export.objects.visible_to(by).filter(owner=by.id, key=key).first()):
        return there
    ledger = ledger_of(kind)
    chosen = {name: value for name, value in (filters or {}).items() if value}
    export = Export(
        kind=kind,
        form=Export.Form(form),
        format=Export.Format(format),
        organisation=organisation,
        path=organisation.path,
        filters=chosen,
        words="；".join(ledger.filter_words({"query": chosen}))[:400],
        columns=list(columns),
        batch=batch,
        full=full,
        purpose=purpose_of(purpose),
        key=key,
        owner=by.id,
        requested_at=now,
        requested_by=by.ref,
    )
    require_rights(export, by)
    export.save(force_insert=True)
    title = f"导出{ledger.title}（{organisation.short_name}）"
    job = jobs.enqueue(JOB, {"export": export.public_id}, by=by, key=f"export:{export.public_id}", title=title, now=now)
    export.job = job.public_id
    export.save(update_fields=["job"])
    return export
