"""The job that makes an export's file. It is not atomic: reading takes seconds, only storing is a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actors import Actor
from core.errors import UserError
from core.handlers import Handler, Progress
from core.permissions import Permission
from exchange.export import own_book, producing
from exchange.export.actions import JOB
from exchange.models import Export


def run(params: Mapping[str, Any], by: Actor, progress: Progress) -> Mapping[str, Any]:
    export = Export.objects.visible_to(by).select_related("organisation").filter(public_id=params["export"]).first()
    if export is None:
        raise UserError("没有找到这次导出，请重新导出一次。", "export_gone")
    make = own_book.produce if export.form == Export.Form.OWN else producing.produce
    made = make(export, by=by, progress=progress)
    return {
        "text": f"已导出 {made.rows} 行。",
        "file": made.file,
        "link": {"name": "export-detail", "args": [made.public_id], "label": "查看导出"},
    }


EXPORT = Handler(JOB, "导出台账", run, Permission.EXPORT)
