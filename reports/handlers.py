"""The job that makes a paper. It is not atomic: reading and drawing take seconds, only storing is a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actors import Actor
from core.documents.tables import Mismatch
from core.errors import UserError
from core.handlers import Handler, Progress
from core.permissions import Permission
from reports.actions.papers import JOB
from reports.models import Paper
from reports.papers import producing

DIFFERS = "汇总的合计和明细对不上，材料没有出。请把这句话告诉系统管理员：{}"


def run(params: Mapping[str, Any], by: Actor, progress: Progress) -> Mapping[str, Any]:
    papers = Paper.objects.visible_to(by).select_related("organisation", "sweep__organisation")
    paper = papers.filter(public_id=params["paper"]).first()
    if paper is None:
        raise UserError("没有找到这份材料，请重新出一次。", "paper_gone")
    try:
        made = producing.produce(paper, by=by, progress=progress)
    except Mismatch as error:
        raise UserError(DIFFERS.format(error), "sums_differ") from error
    return {
        "text": f"{made.get_kind_display()}已经出好。",
        "file": made.file,
        "link": {"name": "paper-detail", "args": [made.public_id], "label": "查看材料"},
    }


PAPER = Handler(JOB, "出季度材料", run, Permission.EXPORT)
