"""Canonical values in the words of the official forms: what the import would read back as the same value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from core.columns import Column, Kind
from core.domain.dates import PartialDate
from core.domain.identity import mask_identity
from core.domain.phones import mask_phone

Cell = str | int | None
DATES = (Kind.DATE, Kind.PARTIAL_DATE)


def display(column: Column, canonical: Any) -> Cell:
    """Codes by their labels, whole days as 2021-09-28, months as 2026年3月, flags 是 or 否, nothing as "".

    The form says nothing where nothing is known, never 无. A code that is not in its set is shown as it is.
    """
    return printer(column)(canonical)


def printer(column: Column, *, masked: bool = False) -> Callable[[Any], Cell]:
    """:func:`display` for one column, for many rows. ``masked``: numbers as 199****3093."""
    if column.kind is Kind.CODE and column.codes is not None:
        return partial(_code, dict(column.codes.choices()))
    if column.kind in DATES:
        return partial(_date, {})
    if column.kind is Kind.FLAG:
        return {None: "", True: "是", False: "否"}.get
    if column.kind in (Kind.INTEGER, Kind.SERIAL):
        return _as_it_is
    if masked and column.kind is Kind.IDENTITY:
        return _masked_identity
    if masked and column.kind is Kind.PHONE:
        return _masked_phone
    return _text


def _code(labels: dict[str, str], code: str | None) -> str:
    return labels.get(code, code) if code else ""


def _date(known: dict[str, str], iso: str | None) -> str:
    if not iso:
        return ""
    if len(iso) == 10:
        return iso
    text = known.get(iso)
    if text is None:
        text = known[iso] = PartialDate.from_iso(iso).chinese()
    return text


def _as_it_is(value: Any) -> Cell:
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _masked_identity(value: str | None) -> str:
    return mask_identity(value) if value else ""


def _masked_phone(value: str | None) -> str:
    return mask_phone(value) if value else ""
