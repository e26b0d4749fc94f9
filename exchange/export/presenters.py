"""Exports as the pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from core import ledgers
from core.actors import Actor
from exchange.models import Export
from jobs.models import Job

TONES = {"queued": "neutral", "running": "info", "done": "ok", "failed": "bad", "cancelled": "neutral"}


@dataclass(frozen=True)
class ShownExport:
    """``file``: public id while it can be fetched, "" before and after."""

    title: str
    url: str
    organisation: str
    words: str
    purpose: str
    numbers: str
    rows: int | None
    state: str
    tone: str
    file: str
    requested_at: dt.datetime
    expires_at: dt.datetime | None


def shown(export: Export, job: Job | None, now: dt.datetime) -> ShownExport:
    there = bool(export.file) and export.expires_at is not None and export.expires_at > now
    if export.file:
        state, tone = ("可以下载", "ok") if there else ("已过期", "neutral")
    else:
        state = job.get_state_display() if job else "没有办成"
        tone = TONES[job.state] if job else "bad"
    return ShownExport(
        title=export.file_name or f"{ledgers.ledger(export.kind).title}（{export.get_form_display()}）",
        url=export.get_absolute_url(),
        organisation=export.organisation.short_name,
        words=export.words,
        purpose=export.purpose,
        numbers="完整号码" if export.full else "号码遮盖",
        rows=export.rows,
        state=state,
        tone=tone,
        file=export.file if there else "",
        requested_at=export.requested_at,
        expires_at=export.expires_at if there else None,
    )


def shown_all(exports: Iterable[Export], by: Actor, now: dt.datetime) -> list[ShownExport]:
    found = list(exports)
    waiting = [export.job for export in found if not export.file]
    jobs = {job.public_id: job for job in Job.objects.visible_to(by).filter(public_id__in=waiting)}
    return [shown(export, jobs.get(export.job), now) for export in found]
