"""What people teach the portal about their files: kept, and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from audit import actions as audit
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.columns import Kind
from core.errors import NotAllowed, UserError
from core.ledgers import ledger
from core.permissions import Permission
from exchange import learning
from exchange.models import ImportBatch, LearnedMapping, LearnedValue

LEARNABLE = (Kind.CODE, Kind.ORGANISATION, Kind.PLACE, Kind.PLACE_PART, Kind.TEXT)  # words that many rows share


@transaction.atomic
def learn_mapping(
    *, batch: ImportBatch, heading: str, key: str, by: Actor, now: dt.datetime | None = None
) -> LearnedMapping:
    """From now on ``heading`` means ``key`` ("" = nothing of ours) in this organisation's ledgers of this kind. Audited.

    Raises UserError for a heading with somebody's number in it.
    """
    now = now or clock.now()
    _require(batch.path, by)
    if not learning.is_of_everybody(heading):
        raise UserError("这个表头里有号码，不能记成通用的写法。", "not_learnable")
    learned, _ = LearnedMapping.objects.unscoped().update_or_create(
        organisation=batch.organisation,
        kind=batch.kind,
        heading=learning.heading(heading),
        defaults={"key": key, "path": batch.path, "batch": batch.public_id, "learned_at": now, "learned_by": by.ref},
    )
    text = f"记住表头“{heading[:40]}”的含义"
    audit.record(
        "import.learned",
        text,
        by=by,
        subject=learned,
        organisation_id=batch.organisation_id,
        data={"key": key},
        now=now,
    )
    return learned


@transaction.atomic
def learn_value(
    *, batch: ImportBatch, key: str, text: str, value: str, by: Actor, now: dt.datetime | None = None
) -> LearnedValue:
    """From now on ``text`` in column ``key`` of this organisation's files is read as ``value``. Audited.

    Raises UserError for what belongs to one person: names, dates, numbers.
    """
    now = now or clock.now()
    _require(batch.path, by)
    kind = ledger(batch.kind).column(key).kind
    if (
        kind not in LEARNABLE
        or not learning.is_of_everybody(text)
        or (kind is not Kind.ORGANISATION and not learning.is_of_everybody(value))
    ):
        raise UserError("这一格是各人自己的内容，不能记成通用的写法。", "not_learnable")
    learned, _ = LearnedValue.objects.unscoped().update_or_create(
        organisation=batch.organisation,
        key=key,
        text=learning.plain(text),
        defaults={
            "value": value,
            "path": batch.path,
            "batch": batch.public_id,
            "learned_at": now,
            "learned_by": by.ref,
        },
    )
    audit.record(
        "import.learned", "记住一个写法的含义", by=by, subject=learned, organisation_id=batch.organisation_id,
        data={"key": key}, now=now,
    )  # fmt: skip
    return learned


@transaction.atomic
def forget_learned(*, learned: LearnedMapping | LearnedValue, by: Actor, now: dt.datetime | None = None) -> None:
    """Later files are read as if it had never been taught; what was imported stays. Audited."""
    _require(learned.path, by)
    audit.record(
        "import.forgotten", "撤销记住的含义", by=by, subject=learned, organisation_id=learned.organisation_id, now=now
    )
    type(learned).objects.unscoped().filter(pk=learned.pk).delete()


@transaction.atomic
def remember_again(
    *, model: type[LearnedMapping | LearnedValue], kept: Mapping[str, Any], by: Actor, now: dt.datetime | None = None
) -> None:
    """Take a forgetting back. ``kept``: the row's own columns and ``organisation``, its id. What was taught since stands."""
    now = now or clock.now()
    organisation = Organisation.objects.filter(pk=kept["organisation"]).first()
    if organisation is None:
        return
    _require(organisation.path, by)
    own = {name: value for name, value in kept.items() if name != "organisation"}
    unique = {
        name: own.pop(name)
        for name in ("kind", "heading", "text", "key")
        if name in own and not _is_meaning(model, name)
    }
    learned, made = model.objects.unscoped().get_or_create(
        organisation=organisation, **unique,
        defaults={**own, "path": organisation.path, "learned_at": now, "learned_by": by.ref},
    )  # fmt: skip
    if made:
        audit.record("import.learned", "重新记住", by=by, subject=learned, organisation_id=organisation.pk, now=now)


def _is_meaning(model: type[LearnedMapping | LearnedValue], name: str) -> bool:
    return model is LearnedMapping and name == "key"


@transaction.atomic
def withdraw(*, batch: ImportBatch, by: Actor, now: dt.datetime) -> int:
    """The undo of a batch takes back what was taught with it. The number taken back."""
    found: list[LearnedMapping | LearnedValue] = [
        *LearnedMapping.objects.unscoped().filter(batch=batch.public_id),
        *LearnedValue.objects.unscoped().filter(batch=batch.public_id),
    ]
    for learned in found:
        forget_learned(learned=learned, by=by, now=now)
    return len(found)


def _require(path: str, by: Actor) -> None:
    if not by.reaches(path, Permission.IMPORT):
        raise NotAllowed
