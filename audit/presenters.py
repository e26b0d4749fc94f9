"""How the log and the history are shown. Apps above register the words of their own events and records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from audit.models import Change, Event
from core.components import Entry, FieldChange

GROUPS: dict[str, str] = {
    "account": "账号与登录",
    "change": "新建与修改",
    "import": "导入",
    "export": "导出与打印",
    "view": "查看",
    "refusal": "被拒绝",
    "setting": "规则与设置",
}


@dataclass(frozen=True)
class EventKind:
    """``group``: a key of :data:`GROUPS`, by which the log is filtered. ``tone``: of the chip."""

    kind: str
    label: str
    group: str = "change"
    tone: str = "neutral"


_kinds: dict[str, EventKind] = {}
_addresses: dict[str, Callable[[str], str]] = {}


def register(*kinds: EventKind) -> None:
    """Raises ValueError for a group that does not exist."""
    for one in kinds:
        if one.group not in GROUPS:
            raise ValueError(f"no group of events {one.group!r}")
        _kinds[one.kind] = one


def register_subject(subject_type: str, address: Callable[[str], str]) -> None:
    """``address``: public id -> where the record is shown. ``subject_type``: "members.member"."""
    _addresses[subject_type] = address


def kind_of(event: Event) -> EventKind:
    """An event that nobody registered is shown by its sentence alone."""
    return _kinds.get(event.kind, EventKind(event.kind, "操作"))


def kinds_in(group: str) -> list[str]:
    return sorted(one.kind for one in _kinds.values() if one.group == group)


def registered() -> frozenset[str]:
    return frozenset(_kinds)


@dataclass(frozen=True)
class Line:
    """One event as a row of the log."""

    at: dt.datetime
    label: str
    tone: str
    text: str
    by: str
    by_id: str
    url: str
    subject_id: str


def line(event: Event) -> Line:
    kind = kind_of(event)
    address = _addresses.get(event.subject_type)
    actor: Any = event.actor
    return Line(
        at=timezone.localtime(event.at),
        label=kind.label,
        tone=kind.tone,
        text=event.text,
        by=actor.label if actor else "",
        by_id=actor.id if actor else "",
        url=address(event.subject_id) if address and event.subject_id else "",
        subject_id=event.subject_id,
    )


SOURCES: dict[str, str] = {
    "create": "新建",
    "edit": "修改",
    "ledger": "导入台账",
    "undo": "撤销导入",
    "merge": "合并",
    "move": "移动",
}


def history(
    changes: Iterable[Change],
    model: type[models.Model],
    *,
    shown: Mapping[str, Callable[[Any], str]],
    hidden: Iterable[str] = (),
    secret: Iterable[str] = (),
) -> list[Entry]:
    """The versions of a record, newest first.

    ``shown``: column -> how a stored value reads; ``hidden``: columns that follow from others;
    ``secret``: sealed columns, of which only "changed" is said.
    """
    without, sealed = frozenset(hidden), frozenset(secret)
    entries = []
    for change in changes:
        fields = [
            _field_change(model, name, before, after, shown.get(name), sealed)
            for name, (before, after) in change.fields.items()
            if name not in without
        ]
        actor: Any = change.actor
        by = actor.label if actor else ""
        entries.append(Entry(timezone.localtime(change.at), SOURCES.get(change.source, "修改"), by, changes=fields))
    return entries[::-1]


def _field_change(
    model: type[models.Model],
    name: str,
    before: Any,
    after: Any,
    shown: Callable[[Any], str] | None,
    sealed: frozenset[str],
) -> FieldChange:
    label = str(getattr(model._meta.get_field(name), "verbose_name", name))
    if name in sealed:
        return FieldChange(
            label, "已登记" if before else "", "已更换" if before and after else "已登记" if after else ""
        )
    read = shown or (lambda value: "" if value in (None, "", []) else str(value))
    return FieldChange(label, read(before), read(after))
