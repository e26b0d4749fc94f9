"""How a job is shown: its state in words, how far it is, and where its result is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from core import handlers
from core.components import Link
from jobs.models import Job

TONES = {"queued": "neutral", "running": "info", "done": "ok", "failed": "bad", "cancelled": "neutral"}

WORDS = {"queued": "排队中，前面的办完就开始。", "running": "正在办理。", "done": ""}


@dataclass(frozen=True)
class ShownJob:
    """``poll_url`` only while the job is open. ``links``: the result file, the page of the result."""

    title: str
    url: str
    state: str
    state_label: str
    tone: str
    progress_state: str
    done: int
    total: int
    text: str
    error: str
    poll_url: str
    links: list[Link]
    log: list[str]
    created_at: dt.datetime
    finished_at: dt.datetime | None
    cancel_url: str
    retry_url: str

    @property
    def is_open(self) -> bool:
        return bool(self.poll_url)


def shown(job: Job, *, go: bool = False) -> ShownJob:
    """``go``: the page that waits for the job moves on to its result by itself (a wizard)."""
    url = job.get_absolute_url()
    ended_badly = job.state in (Job.State.FAILED, Job.State.CANCELLED)
    return ShownJob(
        title=job.title,
        url=url,
        state=job.state,
        state_label=job.get_state_display(),
        tone=TONES[job.state],
        progress_state="running" if job.is_open else "bad" if ended_badly else "ok",
        done=job.done,
        total=job.total,
        text=_text(job),
        error=job.error,
        poll_url=f"{url}?go=1" if go and job.is_open else url if job.is_open else "",
        links=links(job),
        log=list(job.log),
        created_at=job.created_at,
        finished_at=job.finished_at,
        cancel_url=reverse("job-cancel", args=[job.public_id]) if job.is_open and not job.cancel_asked else "",
        retry_url=reverse("job-retry", args=[job.public_id]) if job.can_retry else "",
    )


def _text(job: Job) -> str:
    if job.state == Job.State.FAILED:
        return job.error
    if job.state == Job.State.CANCELLED:
        return "已按您的要求取消，什么都没有改动。"
    if job.cancel_asked:
        return "正在取消，办完手上这一步就停。"
    return job.text or WORDS[job.state]


def links(job: Job) -> list[Link]:
    """Of a job that is done: the page its handler names, then its file."""
    if job.state != Job.State.DONE:
        return []
    found = []
    if page := result_page(job):
        found.append(page)
    if job.result_file:
        found.append(Link("下载文件", reverse("file-download", args=[job.result_file])))
    return found


def result_page(job: Job) -> Link | None:
    """None where the handler names none, or one that this release no longer has."""
    link: dict[str, Any] = job.result.get("link") or {}
    try:
        return Link(link.get("label") or "查看结果", reverse(link["name"], args=link.get("args", ())))
    except (KeyError, NoReverseMatch):
        return None


def kind_title(kind: str) -> str:
    """The handler's title; for those who may see that something runs, not what."""
    try:
        return handlers.handler(kind).title
    except KeyError:
        return "其他版本的任务"
