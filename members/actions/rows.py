"""What every single-record action does first and last: lock, check the version, write through the Writer, tell the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from audit import actions as audit
from audit.models import Change
from branches.models import Organisation
from core.actors import Actor
from core.errors import Conflict, NotAllowed, StaleVersion, UserError
from core.fields import SealedField
from core.paths import WIDTH
from core.permissions import Permission
from members.enums import Source
from members.ledgers.matching import stored
from members.models import Journey, Member
from members.models.member import NEED_TO_KNOW_DEPTH
from members.words import value_words
from members.writing import Writer, evidence_of, sealed

M = TypeVar("M", bound=Any)
Row = dict[str, Any]

# Columns whose key in ``enums.EVIDENCE`` is another word.
KEYS = {"kind": "member_kind"}
TAKEN = "这个公民身份号码暂时不能登记，需要共同的上级核对一次。请先在本单位的党员里找一找，是不是已经有此人的档案。"


def locked(obj: M, by: Actor, permission: Permission = Permission.EDIT) -> M:
    """The row as it is now, held until the transaction ends. Raises NotAllowed where ``by`` lacks the permission."""
    found = type(obj).objects.visible_to(by, permission).filter(pk=obj.pk).select_for_update(of=("self",)).first()
    if found is None:
        raise NotAllowed
    return found


def locked_member(member: Member, by: Actor) -> Member:
    """As :func:`locked`; a record that was merged away takes no more changes."""
    found = locked(member, by)
    if found.merged_into_id is not None:
        raise UserError("这份档案已经合并到另一份，请到合并后的档案里改。", "merged")
    return found


def require_home(member: Member, by: Actor) -> None:
    """Membership and status are for those who look after the membership: a mobile branch sees and corrects facts only."""
    if not by.everything and not by.reaches(member.path, Permission.EDIT):
        raise NotAllowed("这件事由组织关系所在的党组织办理。")


def row_of(obj: models.Model) -> Row:
    """Every column of a record as the database keeps it: what the writer compares with."""
    return {field.attname: stored(getattr(obj, field.attname)) for field in obj._meta.concrete_fields}


def is_sealed(model: type[models.Model], name: str) -> bool:
    return isinstance(model._meta.get_field(name), SealedField)


def now_in(obj: Any, name: str) -> Any:
    """A column's value as it would be typed: numbers in the clear, dates as ISO text."""
    if is_sealed(type(obj), name):
        return obj.reveal(name)
    return stored(getattr(obj, obj._meta.get_field(name).attname))


def differing(obj: Any, values: Mapping[str, Any]) -> Row:
    """The typed values that say something else than the record, and what follows from them."""
    found = {name: value for name, value in values.items() if now_in(obj, name) != value}
    return found | other_unit(obj, found, values) if isinstance(obj, Journey) else found


def other_unit(journey: Journey, changes: Collection[str], said: Collection[str]) -> Row:
    """The kind of one unit is not that of the next: with another employer it is as nobody had said it, unless it was ``said`` too."""
    return {"unit_kind": ""} if "employer" in changes and "unit_kind" not in said and journey.unit_kind else {}


def columns(model: type[Any], public_id: str, values: Mapping[str, Any]) -> Row:
    """Typed values as columns: numbers sealed for the row, with their index and tail."""
    found: Row = {}
    for name, value in values.items():
        if not is_sealed(model, name):
            found[name] = value
        elif value:
            found.update(sealed(model, public_id, name, value))
        else:
            field = model._meta.get_field(name)
            found.update({column: "" for column in (name, field.index, field.tail) if column})
    return found


def require_version(obj: Any, version: int | None, changes: Mapping[str, Any]) -> None:
    """Raises StaleVersion when somebody saved since ``version``, naming each field that both have changed."""
    if version is None or version == obj.version:
        return
    last, theirs = changed_since(obj, version)
    conflicts = [
        Conflict(
            name,
            label(type(obj), name),
            value_words(type(obj), name, now_in(obj, name)),
            value_words(type(obj), name, value),
        )
        for name, value in changes.items()
        if name in theirs and (is_sealed(type(obj), name) or theirs[name] != value)
    ]
    raise StaleVersion(
        str(last.actor) if last and last.actor else "别人",
        f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}" if last else "刚才",
        conflicts,
    )


def changed_since(obj: Any, version: int) -> tuple[Change | None, Row]:
    """The last change after ``version``, and for each column changed since, the value it had then."""
    last = None
    then: Row = {}
    for last in (
        Change.objects.unscoped().filter(object_id=obj.public_id, version__gt=version).order_by("version", "pk")
    ):
        for name, (before, _after) in last.fields.items():
            then.setdefault(name, before)
    return last, then


def label(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr] # a column, no reverse side


def writer(
    by: Actor, now: dt.datetime, *, source: str = "edit", batch: str = "", evidence: Source = Source.EDIT
) -> Writer:
    return Writer(by=by, now=now, on=timezone.localdate(now), source=source, evidence=evidence, batch=batch)


def proof(changes: Mapping[str, Any], confirmed: Collection[str] = ()) -> frozenset[str]:
    """Fields of evidence: those whose columns were stated anew, and those ticked as 已核实，没有变化."""
    return evidence_of(KEYS.get(name, name) for name, value in changes.items() if value not in (None, "")) | set(
        confirmed
    )


def flush(one: Writer, *, savepoint: bool = True) -> None:
    """Write. A unique number that somebody else took in the meantime is refused with the neutral sentence. Without ``savepoint``
    the caller's transaction is over then."""
    try:
        with transaction.atomic(savepoint=savepoint):
            one.flush()
    except IntegrityError as error:
        if "identity" in str(error):
            raise UserError(TAKEN, "identity_taken") from error
        raise UserError("刚才有人登记了同样的内容，请刷新页面看看。", "taken") from error


def tell(
    kind: str, text: str, member: Member, *, by: Actor, now: dt.datetime, subject: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """One event, at the organisation where the record is kept; of a restricted person at the level that may know."""
    audit.record(
        kind,
        text,
        by=by,
        subject=subject or member,
        organisation_id=_knowing(member.path) if member.restricted else member.home_id or member.care_id,
        data=data,
        now=now,
    )


def _knowing(path: str) -> int | None:
    found = Organisation.objects.filter(path=path[: NEED_TO_KNOW_DEPTH * WIDTH]).values_list("pk", flat=True)
    return found.first()


def labels(model: type[models.Model], names: Iterable[str]) -> str:
    return "、".join(label(model, name) for name in names)
