"""What a typed value must be, column by column: one place for the forms and for the actions.

Values come as people type them or as the record keeps them (both are understood) and leave as the
database keeps them: ISO text for partial dates, codes for choices, numbers in the clear (the writer seals them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from core import clock
from core.domain.cells import clean_text
from core.domain.dates import parse_partial_date
from core.domain.freetext import find_numbers
from core.domain.identity import parse_identity
from core.domain.names import clean_name
from core.domain.phones import parse_phones
from core.errors import UserError
from core.fields import PartialDateField

# Dates that may lie ahead.
AHEAD = frozenset({"expected_return_on", "dues_paid_to"})
# (earlier, later, sentence): pairs that cannot be the other way round.
ORDER = (
    ("birth_date", "joined_on", "入党日期早于出生日期，请核对。"),
    ("joined_on", "confirmed_on", "转正日期早于入党日期，请核对。"),
    ("left_on", "expected_return_on", "预计返回的日期早于外出的日期，请核对。"),
    ("left_on", "ended_on", "结束的日期早于外出的日期，请核对。"),
    ("since", "found_on", "取得联系的日期早于失去联系的日期，请核对。"),
)


@dataclass
class Checked:
    """``values`` by column as stored; ``problems`` by column, one sentence each."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def require(self) -> dict[str, Any]:
        """The values. Raises UserError with every sentence when there are problems."""
        if self.problems:
            raise UserError("；".join(text.rstrip("。") for text in self.problems.values()) + "。", "invalid")
        return self.values


class Wrong(ValueError):
    """A value that cannot be kept; its text is the sentence."""


def check(
    model: type[models.Model],
    typed: Mapping[str, Any],
    *,
    today: dt.date | None = None,
    now: Mapping[str, Any] | None = None,
    ahead: Collection[str] = (),
) -> Checked:
    """Check ``typed`` (column -> value). ``now``: the record's columns. A value that is there already passes as it is: an
    old mistake elsewhere in a record stops nobody from putting something right. ``ahead``: further dates that may lie ahead."""
    today = today or clock.today()
    known = now or {}
    checked = Checked()
    said = set()
    for name, value in typed.items():
        if name in known and known[name] == value:
            checked.values[name] = value
            continue
        said.add(name)
        try:
            checked.values[name] = _value(model._meta.get_field(name), value, today, name in AHEAD or name in ahead)
        except Wrong as wrong:
            checked.problems[name] = str(wrong)
    merged = {**known, **checked.values}
    for early, late, sentence in ORDER:
        if early in merged and late in merged and {early, late} & said and _later(merged[early], merged[late]):
            checked.problems.setdefault(late if late in said else early, sentence)
    return checked


def _later(one: str | None, other: str | None) -> bool:
    """Whether ``one`` is certainly after ``other``, as far as both are known."""
    if not one or not other:
        return False
    length = min(len(one), len(other))
    return one[:length] > other[:length]


def _value(column: Any, value: Any, today: dt.date, ahead: bool) -> Any:
    special = SPECIAL.get(column.name)
    if special is not None:
        return special(value)
    if isinstance(column, PartialDateField):
        return _date(value, today, ahead)
    if isinstance(column, models.BooleanField):
        return _flag(column, value)
    if column.choices:
        return _choice(column, value)
    return _text(column, value)


def _text(column: Any, value: Any) -> str:
    text = clean_text(value)
    if len(text) > column.max_length:
        raise Wrong(f"{column.verbose_name}最多 {column.max_length} 个字，请缩短。")
    if find_numbers(text):
        raise Wrong(f"{column.verbose_name}里有电话或身份证号码。号码请填到专门的格子里，这里只写文字。")
    return text


def _choice(column: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    if value not in dict(column.flatchoices):
        raise Wrong(f"{column.verbose_name}请从列出的几项里选一项。")
    return str(value)


def _flag(column: Any, value: Any) -> bool | None:
    if value in (None, "") and column.null:
        return None
    if not isinstance(value, bool):
        raise Wrong(f"{column.verbose_name}请选“是”或“否”。")
    return value


def _date(value: Any, today: dt.date, ahead: bool) -> str | None:
    parsed = parse_partial_date(value.iso() if hasattr(value, "iso") else value, today=today, allow_future=ahead)
    if parsed.problem:
        raise Wrong(parsed.problem.text)
    return parsed.value.iso() if parsed.value else None


def _name(value: Any) -> str:
    parsed = clean_name(value)
    if parsed.problem or not parsed.value:
        raise Wrong(parsed.problem.text if parsed.problem else "没有填写姓名。")
    return parsed.value


def _identity(value: Any) -> str:
    parsed = parse_identity(value)
    if parsed.problem or not parsed.value:
        raise Wrong(parsed.problem.text if parsed.problem else "没有填写身份证号码。")
    return parsed.value


def _phone(value: Any) -> str:
    parsed = parse_phones(value)
    if parsed.problem:
        raise Wrong(parsed.problem.text)
    if parsed.value is None:
        return ""
    if parsed.value.others:
        raise Wrong("这里只填一个号码，其余的填到“其他电话”。")
    return parsed.value.main


def _phones(value: Any) -> str:
    parsed = parse_phones(value)
    if parsed.problem:
        raise Wrong(parsed.problem.text)
    return ",".join((parsed.value.main, *parsed.value.others)) if parsed.value else ""


SPECIAL: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "identity": _identity,
    "phone": _phone,
    "other_phones": _phones,
    "contact_phone": _phone,
}
