"""Signed and sealed papers as they come back: a PDF or a picture, kept beside the record it belongs to and read by whoever
may see that record."""

from __future__ import annotations

import datetime as dt

from core.actors import SYSTEM, Actor
from core.errors import UserError
from files import actions
from files.models import StoredFile

BEGINS = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG\r\n\x1a\n"}


def replace(
    before: str, data: bytes, *, name: str, megabytes: int, keep_days: int, organisation_path: str, by: Actor,
    now: dt.datetime,
) -> str:  # fmt: skip
    """Keep ``data`` in the place of the scan with the public id ``before`` ("" = none yet); the new public id, or ``before``
    where the content is the same. Raises UserError."""
    _require_readable(data, name, megabytes)
    old = StoredFile.objects.visible_to(SYSTEM).there().filter(public_id=before).first() if before else None
    if old is not None and old.digest == actions.digest_of(data):
        return before
    file = actions.store(
        data, name=name, purpose="scan", by=by, keep_days=keep_days, organisation_path=organisation_path, now=now
    )
    if old is not None:
        actions.remove(old, by=SYSTEM, now=now)
    return file.public_id


def read(public_id: str, now: dt.datetime | None = None) -> tuple[StoredFile, bytes]:
    """The scan of a record that the caller has found within the scope. Raises UserError where it is gone."""
    file = actions.find(public_id, SYSTEM, now)
    return file, actions.read(file, SYSTEM)


def _require_readable(data: bytes, name: str, megabytes: int) -> None:
    if len(data) > megabytes * 1024 * 1024:
        raise UserError(f"文件超过 {megabytes} MB。请把扫描清晰度调低一些，或只扫描签字盖章的那几页。", "too_big")
    suffix = "." + name.lower().rpartition(".")[2]
    if suffix not in BEGINS or not data.startswith(BEGINS[suffix]):
        raise UserError("只收 PDF、JPG、PNG 格式的扫描件或照片，这个文件不是。", "wrong_type")
