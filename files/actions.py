"""Storing, reading and removing files. The file is written first and its row in the caller's transaction: a row always
has its file, and a file without a row (the transaction failed) is swept away a day later."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from audit import actions as audit
from core import clock, ids
from core.actors import SYSTEM, Actor
from core.errors import UserError
from core.paths import subtree
from files import disk
from files.models import StoredFile

ORPHANS_AFTER = dt.timedelta(days=1)
KNOWN_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_LONG_NUMBER = re.compile(r"\d{11,}[Xx]?")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def safe_name(name: str) -> str:
    """The last part of a name as sent, without control or direction marks; a phone or identity number in it is struck out."""
    last = PurePosixPath(_UNPRINTABLE.sub("", name).replace("\\", "/")).name
    stem, dot, suffix = _LONG_NUMBER.sub("号码", last).rpartition(".")
    return f"{stem[:130]}{dot}{suffix[:15]}" if dot else suffix[:145] or "文件"


def digest_of(data: bytes) -> str:
    """The ``digest`` that a stored file with this content has: to find the same file again."""
    return disk.digest_of([data])


def store(
    data: bytes | Iterable[bytes],
    *,
    name: str,
    purpose: str,
    by: Actor,
    keep_days: int = 30,
    organisation_path: str = "",
    now: dt.datetime | None = None,
) -> StoredFile:
    """Seal ``data`` under a fresh id and write its row. Raises UserError where the disk refuses."""
    now = now or clock.now()
    public_id = ids.new_id()
    name = safe_name(name)
    written = disk.write(public_id, data)
    return StoredFile.objects.create(
        public_id=public_id,
        name=name,
        content_type=KNOWN_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream"),
        size=written.size,
        digest=written.digest,
        purpose=StoredFile.Purpose(purpose),
        owner=by.id,
        made_by=by.ref,
        organisation_path=organisation_path or by.organisation_path,
        created_at=now,
        expires_at=now + dt.timedelta(days=keep_days),
    )


def find(public_id: str, by: Actor, now: dt.datetime | None = None) -> StoredFile:
    """The file of this id, if it is ``by``'s own and still kept; else UserError."""
    file = StoredFile.objects.visible_to(by).there().filter(public_id=public_id).first()
    if file is None or file.expires_at <= (now or clock.now()):
        raise UserError("没有找到这个文件，或者它已经过了保存期限。请重新生成或重新上传。", "file_gone")
    return file


def chunks(file: StoredFile, by: Actor) -> Iterator[bytes]:
    """The content piece by piece, for big files. Raises UserError where it is not ``by``'s, gone or damaged."""
    own = find(file.public_id, by)
    return disk.read(own.public_id)


def read(file: StoredFile, by: Actor) -> bytes:
    """The whole content. Raises UserError like :func:`chunks`."""
    return b"".join(chunks(file, by))


@transaction.atomic
def download(file: StoredFile, *, by: Actor, now: dt.datetime | None = None) -> bytes:
    """The content for a person's own disk: an event says so, in the same transaction; no event, no file."""
    content = read(file, by)
    audit.record(
        "file.downloaded", f"下载文件“{file.name}”", by=by, subject=file, data={"purpose": file.purpose}, now=now
    )
    return content


@transaction.atomic
def remove(file: StoredFile, *, by: Actor, now: dt.datetime | None = None) -> None:
    """The content goes when the transaction commits; the row stays as a record that it was there."""
    rows = StoredFile.objects.visible_to(by).there().filter(pk=file.pk)
    if rows.update(removed_at=now or clock.now()):
        transaction.on_commit(lambda: disk.remove(file.public_id))


def move_subtree(*, old_path: str, new_path: str) -> None:
    """Files of an organisation that moves say where it is now."""
    low, high = subtree(old_path)
    rows = StoredFile.objects.visible_to(SYSTEM).filter(organisation_path__gte=low, organisation_path__lt=high)
    rows.update(organisation_path=Concat(Value(new_path), Substr("organisation_path", len(old_path) + 1)))


def remove_expired(now: dt.datetime) -> int:
    """Retention: contents past their date, and files without a row. The number removed."""
    orphans = _remove_orphans(now)
    expired = list(StoredFile.objects.visible_to(SYSTEM).there().filter(expires_at__lte=now).order_by("pk"))
    for file in expired:
        remove(file, by=SYSTEM, now=now)
    return orphans + len(expired)


def _remove_orphans(now: dt.datetime) -> int:
    removed = 0
    old = list(disk.stored_before((now - ORPHANS_AFTER).timestamp()))
    kept = set(StoredFile.objects.visible_to(SYSTEM).there().values_list("public_id", flat=True))
    for public_id, path in old:
        if public_id not in kept:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
