"""A file arrives, is recognised, gets its questions answered, or is put aside."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from audit import actions as audit
from branches.models import Organisation
from core import clock, ids, transitions
from core.actors import SYSTEM, Actor
from core.errors import NotAllowed, UserError
from core.ledgers import Ledger, ledger
from core.permissions import Permission
from exchange import learning, staging
from exchange.enums import CANCEL, State
from exchange.models import ImportBatch
from exchange.reading import Book, Refused, expand_zip, is_archive, open_book
from exchange.recognition import Recognition
from exchange.recognition import recognise as look_at
from files import actions as files

KEEP_DAYS = 400  # the town's own workbook is given back updated for a year and a bit
NAME_SHOWN = 200
REVISABLE = (State.UPLOADED, State.RECOGNISED, State.CHECKED, State.REFUSED)


def target_of(by: Actor, under: Organisation | None) -> Organisation:
    """Whose ledger it is: ``--under``, else the organisation of the person. Raises NotAllowed."""
    target = under or (Organisation.objects.filter(pk=by.organisation_id).first() if by.organisation_id else None)
    if target is None:
        raise NotAllowed("您的账号没有所在单位，不能导入台账。请用乡镇或县级工作账号导入。")
    if not any(by.reaches(target.path, permission) for permission in (Permission.IMPORT, Permission.ORGANISE)):
        raise NotAllowed("您的岗位不能为这个党组织导入台账。需要时请向上一级党组织说明。")
    return target


def files_in(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """The files of a zip, or the one file. Raises Refused for an archive that cannot be trusted."""
    return expand_zip(data, name) if is_archive(data) else [(name, data)]


@transaction.atomic
def receive(
    *,
    data: bytes,
    name: str,
    by: Actor,
    under: Organisation | None = None,
    kind: str = "",
    upload: str = "",
    now: dt.datetime | None = None,
) -> ImportBatch:
    """Keep one file, sealed, and open its batch. ``upload``: shared by files that came together. Audited."""
    now = now or clock.now()
    target = target_of(by, under)
    stored = files.store(
        data, name=name, purpose="upload", by=by, keep_days=KEEP_DAYS, organisation_path=target.path, now=now
    )
    batch = ImportBatch.objects.create(
        upload=upload or ids.new_id(),
        kind=kind,
        organisation=target,
        path=target.path,
        file=stored.public_id,
        file_name=stored.name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        uploaded_at=now,
        uploaded_by=by.ref,
    )
    audit.record(
        "import.received", f"上传台账文件“{stored.name}”", by=by, subject=batch, organisation_id=target.pk, now=now
    )
    return batch


def upload(
    *,
    data: bytes,
    name: str,
    by: Actor,
    under: Organisation | None = None,
    kind: str = "",
    now: dt.datetime | None = None,
) -> list[ImportBatch]:
    """What a person dropped: one batch a file, each recognised or refused. A zip gives several.

    The same file dropped again before it was imported opens the batch that is there: a form sent twice does nothing twice.
    """
    group = ids.new_id()
    try:
        found = files_in(data, name)
    except Refused as refused:
        batch = receive(data=data, name=name, by=by, under=under, upload=group, now=now)
        return [refuse(batch, refused)]
    batches = []
    for file_name, content in found:
        batch = _still_open(content, by, under) or receive(
            data=content, name=file_name, by=by, under=under, kind=kind, upload=group, now=now
        )
        batches.append(recognise(batch=batch, by=by, data=content))
    return batches


def _still_open(data: bytes, by: Actor, under: Organisation | None) -> ImportBatch | None:
    same = ImportBatch.objects.visible_to(by, Permission.IMPORT).filter(
        sha256=hashlib.sha256(data).hexdigest(), organisation=target_of(by, under), state__in=REVISABLE, file__gt=""
    )
    return next((batch for batch in same.order_by("-pk") if batch.uploaded_by == by.ref), None)


def recognise(*, batch: ImportBatch, by: Actor, data: bytes | None = None) -> ImportBatch:
    """Look at the file and note what it is: state ``recognised`` or ``refused``. Rows staged by an earlier check rest until the next."""
    locked = revisable(batch, by)
    try:
        with open_book(data if data is not None else content_of(locked), locked.file_name) as book:
            recognition = identify(locked, book)
    except Refused as refused:
        return refuse(locked, refused)
    return note(locked, recognition, State.REFUSED if recognition.refusal else State.RECOGNISED)


def answer(
    *, batch: ImportBatch, by: Actor, answers: Mapping[str, Any], kind: str = "", edition_date: dt.date | None = None
) -> ImportBatch:
    """What people said about the file (marks, sheets, columns, kind, date), then recognised again with it.

    ``answers``: see :class:`ImportBatch`; keys that are left out stay as they were.
    """
    locked = revisable(batch, by)
    locked.answers = {**locked.answers, **answers}
    if edition_date is not None:
        locked.answers["edition_date"] = edition_date.isoformat()
    locked.kind = kind or locked.kind
    return recognise(batch=locked, by=by)


@transaction.atomic
def cancel(*, batch: ImportBatch, by: Actor, now: dt.datetime | None = None) -> ImportBatch:
    """Put the file aside: staged rows and the stored file go. Audited. Raises WrongState once applied."""
    now = now or clock.now()
    visible(batch, by)
    locked = transitions.apply(batch, CANCEL, by=by, now=now, record=transitions.unrecorded)
    assert isinstance(locked, ImportBatch)
    staging.clear(locked)
    files.remove(files.find(locked.file, SYSTEM, now), by=SYSTEM, now=now)
    audit.record(
        "import.cancelled", f"取消导入“{locked.file_name}”", by=by, subject=locked, organisation_id=locked.organisation_id,
        now=now,
    )  # fmt: skip
    return locked


# -- shared by the actions of this package --------------------------------------------------------


def visible(batch: ImportBatch, by: Actor) -> ImportBatch:
    """The batch as it is now, if ``by`` may import there. Raises NotAllowed."""
    found = ImportBatch.objects.visible_to(by, Permission.IMPORT).filter(pk=batch.pk).first()
    if found is None:
        raise NotAllowed
    return found


def revisable(batch: ImportBatch, by: Actor) -> ImportBatch:
    found = visible(batch, by)
    if found.state not in REVISABLE:
        raise UserError("这一批已经导入或取消，不能再改。请刷新页面。", "wrong_state")
    found.answers = batch.answers
    found.kind = batch.kind or found.kind
    return found


def content_of(batch: ImportBatch) -> bytes:
    """The file as it came. Its right was checked on the batch, whose scope is wider than the uploader.

    Raises UserError when it is gone or is not the file that was uploaded.
    """
    return b"".join(_pieces(batch))


def see_that_it_is_there(batch: ImportBatch) -> None:
    """The same of a file that nobody needs to read: a piece of it at a time."""
    for _piece in _pieces(batch):
        pass


def _pieces(batch: ImportBatch) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in files.chunks(files.find(batch.file, SYSTEM), SYSTEM):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != batch.sha256:
        raise UserError("保存的文件与上传时不一致，已停止。请重新上传。", "file_changed")


def identify(batch: ImportBatch, book: Book) -> Recognition:
    """Recognise with everything known about the batch: kind, answers, what its organisation's files taught."""
    return look_at(
        book,
        batch.file_name,
        kind=batch.kind,
        learned=learning.mappings_for(batch.organisation),
        answers=batch.answers,
    )


def note(batch: ImportBatch, recognition: Recognition, state: State) -> ImportBatch:
    """Store what was recognised."""
    batch.kind = recognition.kind
    batch.sheets = [sheet.as_json() for sheet in recognition.sheets]
    batch.notices = recognition.notices
    said = batch.answers.get("edition_date")
    batch.edition_date = dt.date.fromisoformat(said) if said else recognition.edition_date
    refusal = recognition.refusal
    batch.refusal = {"code": refusal.code, "text": refusal.text} if refusal else {}
    batch.state = state
    batch.counts, batch.terms = {}, {}
    batch.save()
    return batch


def refuse(batch: ImportBatch, refused: Refused) -> ImportBatch:
    with transaction.atomic():
        staging.clear(batch)
        batch.state = State.REFUSED
        batch.refusal = {"code": refused.code, "text": refused.text}
        batch.sheets, batch.counts = [], {}
        batch.save()
    return batch


def ledger_of(batch: ImportBatch, by: Actor) -> Ledger:
    """The batch's ledger, if ``by`` may take it in there. Raises NotAllowed, UserError."""
    try:
        found = ledger(batch.kind)
    except KeyError as error:
        raise UserError("还没有确定这是哪一种台账，请先选择。", "kind_unknown") from error
    if not by.reaches(batch.path, found.permission):
        raise NotAllowed
    return found
