"""Making the file of one paper: the right is asked again, the paper made, the file stored and the log told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from audit import actions as audit
from branches.rules import value as rule_value
from core import clock
from core.actors import Actor
from core.errors import UserError
from core.handlers import Progress
from exchange.export.producing import KEEP_DAYS
from files import actions as files
from reports.actions.papers import require_rights
from reports.enums import PaperKind
from reports.models import Paper
from reports.papers import ledgers, packet, persons, prose, statistics
from reports.papers.making import Made, Maker, Making
from reports.quarter.edition import Edition

MAKERS: dict[PaperKind, Maker] = {
    PaperKind.NATIONAL: statistics.national_tables,
    PaperKind.SUMMARY: statistics.summary,
    PaperKind.CHANGES: statistics.change_list,
    PaperKind.REPORT: prose.report,
    PaperKind.REMINDER: prose.reminder,
    PaperKind.LETTER: prose.letters,
    PaperKind.PEOPLE: persons.files,
    PaperKind.BOOKS: ledgers.books,
}


def produce(paper: Paper, *, by: Actor, progress: Progress | None = None, now: dt.datetime | None = None) -> Paper:
    """The finished paper. One that is finished already is returned as it is."""
    if paper.file:
        return paper
    require_rights(paper.organisation, by, full=paper.full)
    now = now or clock.now()
    making = Making(paper, Edition.of(paper.organisation, paper.sweep, by, now), by, progress)
    made = _made(making, PaperKind(paper.kind))
    if not made:
        raise UserError(f"{'；'.join(making.notes)}。", "nothing_to_make")
    return finish(making, made[0], now=now)


def _made(making: Making, kind: PaperKind) -> Sequence[Made]:
    """The one file that is handed out."""
    if kind == PaperKind.PACKET:
        return packet.everything(making, MAKERS)
    made = MAKERS[kind](making)
    return packet.in_folders(making, made) if kind == PaperKind.BOOKS and made else made


@transaction.atomic
def finish(making: Making, made: Made, *, now: dt.datetime) -> Paper:
    """Store the file, note it, tell the log: all or nothing, once."""
    by, edition = making.by, making.edition
    paper: Paper = Paper.objects.visible_to(by).select_for_update(of=("self",)).get(pk=making.paper.pk)
    if paper.file:
        return paper
    days = int(rule_value(KEEP_DAYS.key, paper.organisation, clock.today()))
    stored = files.store(
        made.content, name=made.name, purpose="result", by=by, keep_days=days, organisation_path=paper.path, now=now
    )
    paper.file, paper.file_name, paper.digest = stored.public_id, stored.name, stored.digest
    paper.people, paper.is_final, paper.as_of = made.people, edition.is_final, edition.as_of
    paper.contents, paper.finished_at, paper.expires_at = making.paper.contents, now, stored.expires_at
    paper.save()
    numbers = "完整号码" if paper.full else "号码遮盖"
    audit.record(
        "paper.made",
        f"出{paper.get_kind_display()}“{paper.organisation.short_name}”（编号 {paper.number}，{made.people} 人，{numbers}），"
        f"用途：{paper.purpose}",
        by=by,
        subject=paper,
        organisation_id=paper.organisation_id,
        data={
            "kind": paper.kind, "number": paper.number, "sweep": edition.sweep.quarter if edition.sweep else "", "full": paper.full,
            "chosen": paper.words, "people": made.people, "purpose": paper.purpose, "final": paper.is_final, "digest": stored.digest,
        },
        now=now,
    )  # fmt: skip
    return paper
