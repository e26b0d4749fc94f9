"""The check of a whole file. Reads and stages outside a long transaction, chunk by chunk; can be run again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F

from core import clock, transitions
from core.actors import Actor
from core.bulk import rarely_collecting
from core.handlers import Progress
from core.permissions import Permission
from exchange import staging
from exchange.actions.batches import content_of, identify, ledger_of, note, refuse, revisable
from exchange.checking import Checker
from exchange.enums import CHECK, OPEN_STATES, State
from exchange.known import Doubtful
from exchange.learning import heading
from exchange.mending import mend_again, mended
from exchange.models import ImportBatch, LearnedMapping, LearnedValue
from exchange.reading import Refused, open_book
from exchange.recognition import Recognition


@rarely_collecting()
def check(
    *,
    batch: ImportBatch,
    by: Actor,
    data: bytes | None = None,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> ImportBatch:
    """Recognise (with the answers given so far), check every row, stage: state ``checked``, or ``refused``.

    An earlier check's rows are dropped; what people have said of them holds on. Raises UserError for a wrong state, NotAllowed.
    """
    now = now or clock.now()
    batch = revisable(batch, by)
    try:
        with open_book(data if data is not None else content_of(batch), batch.file_name) as book:
            recognition = identify(batch, book)
            note(batch, recognition, State.REFUSED if recognition.refusal else State.RECOGNISED)
            said = mended(batch)
            with transaction.atomic():
                staging.clear(batch)
            if recognition.refusal:
                return batch
            checker = Checker(ledger_of(batch, by), batch, by, quick=True)
            try:
                checker.run(book, recognition.used, progress)
            except Doubtful:
                with transaction.atomic():
                    staging.clear(batch)
                recognition = identify(batch, book)
                checker = Checker(ledger_of(batch, by), batch, by)
                checker.run(book, recognition.used, progress)
            recognition.notices = [
                *({"code": one.code, "text": one.text, "sheet": one.sheet} for one in book.notes),
                *checker.notes(),
            ]
    except Refused as refused:
        return refuse(batch, refused)
    checked = _finish(batch, checker, recognition, by, now)
    if said:
        with transaction.atomic():
            mend_again(checked, said, checker)
    return checked


@transaction.atomic
def _finish(batch: ImportBatch, checker: Checker, recognition: Recognition, by: Actor, now: dt.datetime) -> ImportBatch:
    note(batch, recognition, State.RECOGNISED)
    checked = transitions.apply(batch, CHECK, by=by, now=now, record=transitions.unrecorded)
    assert isinstance(checked, ImportBatch)
    checked.counts = {**checker.totals(), "asked": len(checked.unanswered_marks)}
    checked.terms = dict(checker.terms)
    checked.digest = checker.digest
    checked.notices = [*recognition.notices, *_about_the_file(checked, by)]
    checked.save()
    for key, text in checker.learned_used:
        LearnedValue.objects.unscoped().filter(path=batch.path, key=key, text=text).update(uses=F("uses") + 1)
    return checked


def _about_the_file(batch: ImportBatch, by: Actor) -> list[dict[str, str]]:
    """Sentences about the file as a whole: seen before, older than what was taken in, two editions at once."""
    said: list[dict[str, str]] = []
    mine = ImportBatch.objects.visible_to(by, Permission.IMPORT).exclude(pk=batch.pk)
    counts = batch.counts
    same = mine.applied().filter(sha256=batch.sha256).order_by("-pk").first()
    nothing = counts["rows"] and counts["unchanged"] == counts["rows"] and not counts["asked"]
    if nothing:
        when = f"{same.applied_at:%Y-%m-%d} 已经导入过同一份文件，" if same and same.applied_at else ""
        said.append(_notice("nothing_to_do", f"{when}每一行都与现有记录一致，不需要导入。"))
    elif same is not None and same.applied_at:
        said.append(
            _notice("same_file", f"同一份文件在 {same.applied_at:%Y-%m-%d} 导入过，之后记录有改动，请核对差异。")
        )
    newer = ImportBatch.objects.visible_to(by, Permission.IMPORT).editions_of(batch).first()
    if newer is not None and newer.edition_date and batch.edition_date and newer.edition_date > batch.edition_date:
        said.append(
            _notice(
                "older_edition",
                f"这份台账的日期是 {batch.edition_date}，而 {newer.edition_date} 的一份已经导入过。"
                "旧的内容可能会盖掉新的，请核对后再导入。",
            )
        )
    twin = (
        mine.filter(upload=batch.upload, kind=batch.kind, state__in=[*OPEN_STATES, State.APPLIED])
        .order_by("pk")
        .first()
    )
    if twin is not None and _titles(twin) & _titles(batch):
        said.append(_notice("two_editions", f"“{twin.file_name}”和这一份是同一本台账，请只留下最后的一份。"))
    if not counts["rows"] and not any(row["why"] == "no_people" for sheet in batch.sheets for row in sheet["skipped"]):
        said.append(_notice("no_rows", "表头下面没有人员。如果确实没有，可以按“零报告”处理。"))
    used = LearnedMapping.objects.unscoped().filter(
        path=batch.path, kind=batch.kind, heading__in=_plain_headings(batch)
    )
    if used.update(uses=F("uses") + 1):
        said.append(_notice("learned_mapping", "有的表头按上次的对应读取，可以在“记住的写法”里查看或撤销。"))
    return said


def _titles(batch: ImportBatch) -> set[tuple[str, str]]:
    return {
        (sheet["title"], sheet["unit"]) for sheet in batch.sheets if sheet["use"] and (sheet["title"] or sheet["unit"])
    }


def _plain_headings(batch: ImportBatch) -> set[str]:
    from_columns = [text for sheet in batch.sheets for _index, text, _key in sheet.get("columns", ())]
    unmapped = [text for sheet in batch.sheets for _index, text in sheet.get("unmapped", ())]
    return {heading(text) for text in (*from_columns, *unmapped)}


def _notice(code: str, text: str) -> dict[str, Any]:
    return {"code": code, "text": text, "sheet": ""}
