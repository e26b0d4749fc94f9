"""Asking for a paper. The file itself is made by a job (``reports.handlers``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from branches.models import Organisation
from core import bulk, clock
from core.actors import Actor
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from exchange.export.actions import purpose_of
from jobs import actions as jobs
from jobs.models import Job
from reports.enums import OF_A_SWEEP, WITH_NUMBERS, PaperKind
from reports.models import Paper
from sweeps.enums import SweepState
from sweeps.models import Sweep

JOB = "reports.paper"
OPEN = (Job.State.QUEUED, Job.State.RUNNING)


def require_rights(organisation: Organisation, by: Actor, *, full: bool) -> None:
    """Raises NotAllowed: the organisation is not the maker's to take out, or not with whole numbers."""
    if not by.reaches(organisation.path, Permission.EXPORT):
        raise NotAllowed("您的岗位不能出这个党组织的材料。需要时请向上一级党组织说明。")
    if full and not by.reaches(organisation.path, Permission.FULL_NUMBERS):
        raise NotAllowed("您的岗位不能出带完整号码的材料。请改选“遮盖号码”，或请上一级党组织出。")


def blockers_to_request(kind: PaperKind, sweep: Sweep | None) -> list[str]:
    if sweep is None and kind in OF_A_SWEEP:
        return [f"还没有开启过排查，出不了{kind.label}。"]
    if sweep is not None and sweep.state == SweepState.OPENING:
        return [f"{sweep}正在开启，请等开启完再出材料。"]
    return []


@transaction.atomic
def request(
    *,
    kind: PaperKind,
    organisation: Organisation,
    sweep: Sweep | None,
    purpose: str,
    by: Actor,
    full: bool = False,
    chosen: Mapping[str, Any] | None = None,
    words: str = "",
    key: str = "",
    now: dt.datetime | None = None,
) -> Paper:
    """Note what is wanted and queue the job.

    The same ``key`` gives the paper that is there already; so does the same wish while the first is still being made: a second
    click starts nothing. Raises NotAllowed, UserError.
    """
    now = now or clock.now()
    full = full and kind in WITH_NUMBERS
    require_rights(organisation, by, full=full)
    if blockers := blockers_to_request(kind, sweep):
        raise UserError(blockers[0], "not_now")
    bulk.lock("reports.paper")
    wanted = {
        "kind": kind, "organisation": organisation, "sweep": sweep, "full": full, "chosen": dict(chosen or {}), "owner": by.id,
    }  # fmt: skip
    if there := _already(wanted, key, by):
        return there
    paper = Paper(
        **wanted, path=organisation.path, words=words[:400], purpose=purpose_of(purpose), key=key, requested_at=now,
        requested_by=by.ref,
    )  # fmt: skip
    paper.save(force_insert=True)
    title = f"{organisation.short_name}{kind.label}（{paper.number}）"
    job = jobs.enqueue(JOB, {"paper": paper.public_id}, by=by, key=f"paper:{paper.public_id}", title=title, now=now)
    paper.job = job.public_id
    paper.save(update_fields=["job"])
    return paper


def _already(wanted: Mapping[str, Any], key: str, by: Actor) -> Paper | None:
    mine = Paper.objects.visible_to(by)
    if key and (there := mine.filter(owner=by.id, key=key).first()):
        return there
    same = mine.filter(**{name: value for name, value in wanted.items() if name != "chosen"}, file="").order_by("-pk")
    for one in same.select_related("sweep")[:20]:
        if (
            one.chosen == wanted["chosen"]
            and Job.objects.visible_to(by).filter(public_id=one.job, state__in=OPEN).exists()
        ):
            return one
    return None
