"""Jobs of the ledger engine. Parameters are ids; everything is read and checked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actors import Actor
from core.errors import UserError
from core.handlers import Handler, Progress
from core.permissions import Permission
from exchange.actions.applies import apply, undo
from exchange.actions.checks import check
from exchange.enums import Mode
from exchange.models import ImportBatch


def batch_of(params: Mapping[str, Any], by: Actor) -> ImportBatch:
    """Raises UserError where it is gone or no longer in the scope."""
    found = ImportBatch.objects.visible_to(by, Permission.IMPORT).filter(public_id=params["batch"]).first()
    if found is None:
        raise UserError("没有找到这一批导入，可能已经取消。", "batch_gone")
    return found


def run_check(params: Mapping[str, Any], by: Actor, progress: Progress) -> Mapping[str, Any]:
    batch = check(batch=batch_of(params, by), by=by, progress=progress)
    return {
        "batch": batch.public_id,
        "state": batch.state,
        "counts": batch.counts,
        "link": link_to(batch, "查看核对结果"),
    }


def run_apply(params: Mapping[str, Any], by: Actor, progress: Progress) -> Mapping[str, Any]:
    batch = apply(batch=batch_of(params, by), by=by, mode=params.get("mode", Mode.ALL), progress=progress)
    return {
        "batch": batch.public_id,
        "state": batch.state,
        "counts": batch.counts,
        "terms": batch.terms,
        "link": link_to(batch, "查看导入结果"),
    }


def run_undo(params: Mapping[str, Any], by: Actor, _progress: Progress) -> Mapping[str, Any]:
    batch, restored = undo(batch=batch_of(params, by), by=by)
    return {
        "batch": batch.public_id,
        "state": batch.state,
        "restored": restored.restored,
        "link": link_to(batch, "查看撤销结果"),
    }


def link_to(batch: ImportBatch, label: str) -> dict[str, Any]:
    return {"name": "import-detail", "args": [batch.public_id], "label": label}


CHECK = Handler("exchange.check", "核对台账", run_check, Permission.IMPORT)
APPLY = Handler("exchange.apply", "导入台账", run_apply, Permission.IMPORT, atomic=True)
UNDO = Handler("exchange.undo", "撤销导入", run_undo, Permission.IMPORT, atomic=True)
