"""Making the file of one export: the right is checked again, the rows are streamed, the file is stored and the log told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches.rules import value as rule_value
from core import clock
from core.actors import Actor
from core.documents import csvfile, workbook
from core.errors import NotAllowed, UserError
from core.handlers import Progress
from core.ledgers import Ledger, Part, ledger
from core.permissions import Permission
from core.rules import Rule
from exchange.export import sheets
from exchange.export.sheets import Imprint, Index
from exchange.models import Export
from files import actions as files

KEEP_DAYS = Rule("export_keep_days", "导出的文件保留几天", 7, "本系统默认", unit="天", low=1, high=90)
ROW_LIMIT = 1_048_000  # Excel's own end, less heads and signatures


def require_rights(export: Export, by: Actor) -> None:
    """Raises NotAllowed: the organisation is no longer the maker's to take out, or not with whole numbers."""
    if not by.reaches(export.path, Permission.EXPORT):
        raise NotAllowed("您的岗位不能导出这个党组织的台账。需要时请向上一级党组织说明。")
    if export.full and not by.reaches(export.path, Permission.FULL_NUMBERS):
        raise NotAllowed("您的岗位不能导出完整号码。请改选“遮盖号码”，或请上一级党组织导出。")


def produce(export: Export, *, by: Actor, progress: Progress | None = None, now: dt.datetime | None = None) -> Export:
    """The finished export. One that is finished already is returned as it is."""
    if export.file:
        return export
    require_rights(export, by)
    now = now or clock.now()
    name, content, rows = make(export, by, now, progress)
    return finish(export, name=name, content=content, rows=rows, by=by, now=now)


@transaction.atomic
def finish(export: Export, *, name: str, content: bytes, rows: int, by: Actor, now: dt.datetime) -> Export:
    """Store the file, note it, tell the log: all or nothing, once."""
    locked = Export.objects.visible_to(by).select_for_update(of=("self",)).get(pk=export.pk)
    if locked.file:
        return locked
    days = int(rule_value(KEEP_DAYS.key, locked.organisation, clock.today()))
    stored = files.store(
        content, name=name, purpose="result", by=by, keep_days=days, organisation_path=locked.path, now=now
    )
    locked.rows, locked.file, locked.file_name, locked.digest = rows, stored.public_id, stored.name, stored.digest
    locked.finished_at, locked.expires_at = now, stored.expires_at
    locked.save(update_fields=["rows", "file", "file_name", "digest", "finished_at", "expires_at"])
    numbers = "完整号码" if locked.full else "号码遮盖"
    audit.record(
        "export.made",
        f"导出{ledger(locked.kind).title}“{locked.organisation.short_name}”{rows} 行（{numbers}），用途：{locked.purpose}",
        by=by,
        subject=locked,
        organisation_id=locked.organisation_id,
        data={
            "kind": locked.kind, "form": locked.form, "format": locked.format, "filters": locked.words, "rows": rows,
            "full": locked.full, "purpose": locked.purpose, "digest": stored.digest,
        },
        now=now,
    )  # fmt: skip
    return locked


def make(export: Export, by: Actor, now: dt.datetime, progress: Progress | None) -> tuple[str, bytes, int]:
    """(file name, content, rows)."""
    chosen = ledger(export.kind)
    parts = parts_of(export, chosen)
    filters: dict[str, Any] = {"organisation": export.path, "query": export.filters}
    totals = [chosen.export_count(by, {**filters, "part": part.key}) for part in parts]
    if max(totals) > ROW_LIMIT:
        raise UserError("行数超过 Excel 一张表的上限（约一百万行），请分单位或加筛选条件后再导出。", "too_many_rows")
    records = [
        chosen.export(by, {**filters, "part": part.key}, [column.key for column in part.columns]) for part in parts
    ]
    day = timezone.localtime(now).date()
    title = sheets.title_of(chosen.title, export.organisation) if official(export) else sheets.list_title(chosen)
    stem = f"{title}-{day:%Y%m%d}{'' if export.full else '（遮盖）'}"
    tick = ticker(progress, sum(totals))
    masked = not export.full
    if export.format == Export.Format.CSV:
        index = Index()
        rows = sheets.lines(records[0], parts[0].columns, masked=masked, index=index)
        content = csvfile.write([column.heading for column in parts[0].columns], rows, tick)
        return f"{stem}.csv", content, len(index.records)
    imprint = Imprint(export.public_id, export.kind, by, export.purpose, timezone.localtime(now))
    indexes = [Index() for _ in parts]
    made = [
        sheets.official(
            part, chosen, rows, unit=export.organisation, on=day, masked=masked, imprint=imprint, index=index
        )
        if official(export)
        else sheets.plain(chosen, rows, part.columns, masked=masked, imprint=imprint, index=index)
        for part, rows, index in zip(parts, records, indexes, strict=True)
    ]
    content = workbook.write([*made, sheets.machine(imprint, indexes)], imprint.properties, tick)
    return f"{stem}.xlsx", content, sum(sheet.count for sheet in made)


def parts_of(export: Export, chosen: Ledger) -> tuple[Part, ...]:
    """The sheets. Filters are those of the list, which is the first part; CSV has room for one only."""
    if not official(export):
        return (Part("", chosen.title, chosen.title, chosen.list_columns(export.columns)),)
    return chosen.parts[:1] if export.filters or export.format == Export.Format.CSV else chosen.parts


def official(export: Export) -> bool:
    return export.form == Export.Form.OFFICIAL


def ticker(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    """Tells the job how far the rows are; further sheets count no further than the whole."""
    if progress is None:
        return None
    step = progress.step
    return lambda done: step(min(done, total), total, f"已写出 {min(done, total)} 行")
