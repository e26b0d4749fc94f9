"""Background work of the sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actors import Actor
from core.handlers import Handler, Progress
from core.permissions import Permission
from sweeps.actions import opening
from sweeps.models import Sweep
from sweeps.monitor import running


def fill(params: Mapping[str, Any], by: Actor, progress: Progress) -> Mapping[str, Any]:  # noqa: ARG001 one statement, no steps
    sweep = Sweep.objects.visible_to(by).get(public_id=params["sweep"])
    done = opening.fill(sweep=sweep)
    return {
        "text": f"{sweep}已开启：{done['returns']} 个党组织，{done['items']} 人",
        "link": {"name": "sweep-detail", "args": [sweep.public_id], "label": "看排查"},
    }


def monitor(params: Mapping[str, Any], by: Actor, progress: Progress) -> Mapping[str, Any]:  # noqa: ARG001 one pass
    done = running.run(by=by)
    return {
        "text": f"监测完成：{sum(done.found.values())} 项",
        "link": {"name": "monitor", "args": [], "label": "看结果"},
    }


FILL = Handler("sweeps.fill", "开启排查", fill, Permission.SETTINGS, atomic=True)
MONITOR = Handler("sweeps.monitor", "一周一监测", monitor, Permission.SETTINGS, atomic=True)
ALL = (FILL, MONITOR)
