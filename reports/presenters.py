"""Papers as the pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.urls import reverse

from core.actors import Actor
from core.components import Link
from exchange.export.presenters import TONES
from jobs.models import Job
from reports.actions.papers import blockers_to_request
from reports.enums import IN_PACKET, PaperKind
from reports.models import Paper
from reports.papers.texts import MODELS
from sweeps.models import Sweep

ABOUT = {
    PaperKind.NATIONAL: "流动党员情况（一）（二）、失去联系党员情况，全国统计的项目和分档",
    PaperKind.SUMMARY: "下级各单位一行，合计是公式，出表前已与明细核对",
    PaperKind.CHANGES: "谁新增、谁减少、为什么，按单位列名单，与平衡表一致",
    PaperKind.REPORT: "公文格式的季度报告，数字和表格已填好",
    PaperKind.REMINDER: "还没有上报的单位，按规定顺序",
    PaperKind.LETTER: "每名流动党员一页，抬头已写好",
    PaperKind.PEOPLE: "每名流动党员一份档案，合成一个 PDF",
    PaperKind.BOOKS: "村、乡、县各级的流出、流入、失联台账，一个压缩包",
}
TABLES = {PaperKind.NATIONAL: "mobile", PaperKind.SUMMARY: "summary"}


@dataclass(frozen=True)
class Offer:
    """A paper that can be made; ``url``: where its figures can be looked at first."""

    kind: str
    label: str
    about: str
    blockers: list[str]
    url: str


@dataclass(frozen=True)
class ShownPaper:
    """``file``: public id while it can be fetched, "" before and after."""

    title: str
    url: str
    organisation: str
    quarter: str
    words: str
    purpose: str
    numbers: str
    number: str
    people: int | None
    state: str
    tone: str
    final: bool
    as_of: dt.datetime | None
    file: str
    requested_at: dt.datetime
    expires_at: dt.datetime | None


def offered(kinds: Collection[PaperKind], sweep: Sweep | None) -> list[Offer]:
    return [
        Offer(
            kind.value, kind.label, ABOUT[kind], blockers_to_request(kind, sweep),
            reverse("paper-table", args=[TABLES[kind]]) if kind in TABLES else "",
        )
        for kind in IN_PACKET
        if kind in kinds
    ]  # fmt: skip


def texts() -> list[Link]:
    """Where the words of each paper are edited."""
    return [Link(kind.label, reverse("paper-text", args=[kind.value])) for kind in MODELS]


def shown(paper: Paper, job: Job | None, now: dt.datetime) -> ShownPaper:
    there = bool(paper.file) and paper.expires_at is not None and paper.expires_at > now
    if paper.file:
        state, tone = ("可以下载", "ok") if there else ("已过期", "neutral")
    else:
        state, tone = (job.get_state_display(), TONES[job.state]) if job else ("没有办成", "bad")
    return ShownPaper(
        title=paper.file_name or paper.get_kind_display(),
        url=paper.get_absolute_url(),
        organisation=paper.organisation.short_name,
        quarter=paper.sweep.period.label if paper.sweep else "",
        words=paper.words,
        purpose=paper.purpose,
        numbers="完整号码" if paper.full else "号码遮盖",
        number=paper.number,
        people=paper.people,
        state=state,
        tone=tone,
        final=paper.is_final,
        as_of=paper.as_of,
        file=paper.file if there else "",
        requested_at=paper.requested_at,
        expires_at=paper.expires_at if there else None,
    )


def shown_all(papers: Iterable[Paper], by: Actor, now: dt.datetime) -> list[ShownPaper]:
    found = list(papers)
    waiting = [one.job for one in found if not one.file]
    jobs = {job.public_id: job for job in Job.objects.visible_to(by).filter(public_id__in=waiting)}
    return [shown(one, jobs.get(one.job), now) for one in found]
