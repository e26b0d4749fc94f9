"""Readers of single cells, one kind each, on top of ``core.domain``: raw cell -> value, nothing, or a Finding.

Common cells take a short way that gives exactly what the domain's parser gives; everything else goes through it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import mul
from typing import Any

from core.columns import Column, Kind
from core.domain.cells import CellError, Problem, clean_text, is_blank, is_clear_word, is_ditto, shown
from core.domain.codes import parse_flag
from core.domain.dates import parse_date, parse_partial_date
from core.domain.freetext import take_numbers
from core.domain.identity import CHECK_CHARACTERS, WEIGHTS, parse_identity
from core.domain.names import clean_name
from core.domain.phones import parse_phones
from core.domain.regions import parse_place

Reader = Callable[[Any], Any]
Said = tuple[str, str, str, tuple[tuple[str, str, str], ...]]  # code, level, text, fixes

DITTO = object()
TOO_LONG = "#TOO_LONG"  # how the reader child marks a cell nobody can have typed
LONGEST_TEXT = 500
MAY_LIE_AHEAD = frozenset({"expected_return_on", "dues_paid_to", "ends_on"})
KEPT_AS_TEXT = frozenset({"reason"})  # an unknown code is kept beside as <key>_text
CODES_OFFERED = 9

_IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[\dX]", re.ASCII)
_ZEROS = sum(WEIGHTS) * ord("0")  # what the letters of seventeen digits weigh more than the digits
_MOBILE = re.compile(r"1[3-9]\d{9}")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_MASKED = re.compile(r"[*＊]{2,}")
_MAYBE_NUMBER = re.compile(r"\d(?:[ -]?\d){6}")


@dataclass(slots=True, frozen=True)
class Finding:
    """What a cell gave beyond a plain value. Kept and used again for equal cells: never change one.

    ``extra``: more values ("other_phones", "place", "reason_text"). ``cleared``: the cell says 清空.
    """

    value: Any = None
    messages: tuple[Said, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    cleared: bool = False


def said(problem: Problem, level: str = "") -> Said:
    return (problem.code, level or problem.level, problem.text, ())


def make_reader(column: Column, *, today: dt.date, learned: Mapping[str, str], people: bool) -> Reader:
    """The reader of ``column``'s cells. ``people``: numbers in free text belong to the person of the row."""
    kind = column.kind
    common = partial(_read, column=column, inner=_inner(column, today, people), learned=learned)
    if kind is Kind.IDENTITY:
        return partial(_identity_quickly, births={}, otherwise=common)
    if kind is Kind.PHONE:
        return partial(_quickly, shape=_MOBILE.fullmatch, otherwise=common)
    if kind is Kind.NAME and not learned:
        return partial(_quickly, shape=_NAME.fullmatch, otherwise=common)
    return common


def _quickly(raw: Any, shape: Callable[[str], Any], otherwise: Reader) -> Any:
    return raw if raw.__class__ is str and shape(raw) else otherwise(raw)


def _identity_quickly(raw: Any, births: dict[str, bool], otherwise: Reader) -> Any:
    if raw.__class__ is str and _IDENTITY.fullmatch(raw):
        weighed = sum(map(mul, WEIGHTS, raw.encode("ascii"))) - _ZEROS
        if CHECK_CHARACTERS[weighed % 11] == raw[17]:
            born = raw[6:14]
            real = births.get(born)
            if real is None:
                real = births[born] = parse_identity(raw).value is not None
            if real:
                return raw
    return otherwise(raw)


def _read(raw: Any, column: Column, inner: Reader, learned: Mapping[str, str]) -> Any:
    """What holds for every kind: error cells, booleans, 清空, 同上, learned words; then the kind's own reading."""
    if isinstance(raw, CellError):
        return _error_cell(raw, column)
    if raw.__class__ is str:
        if is_clear_word(raw):
            return Finding(cleared=True)
        if is_ditto(raw):
            return DITTO
        if column.sensitive and _MASKED.search(raw):
            text = "这一格的号码是遮盖过的，不当作号码读，记录里的号码不变。"
            return Finding(messages=(("masked", "info", text, ()),))
        if learned and (value := learned.get(clean_text(raw))) is not None:
            return _learned(raw, value, column, inner)
    elif raw.__class__ is bool and column.kind is not Kind.FLAG:
        text = "这一格是勾选框（TRUE/FALSE），不是内容，请改成文字。"
        return Finding(messages=(("cell_type", _gravity(column), text, ()),))
    return inner(raw)


def _learned(raw: str, value: str, column: Column, inner: Reader) -> Finding:
    """A code is kept as it was taught; words (an employer, a place) are read as if they stood there."""
    text = f"“{shown(raw)}”按以前的更正读作“{_label(value, column)}”；不对可以在“记住的写法”里撤销。"
    said_so = ("learned_value", "info", text, ())
    if column.kind is Kind.CODE:
        return Finding(value, (said_so,))
    found = inner(value)
    if isinstance(found, Finding):
        return Finding(found.value, (said_so, *found.messages), found.extra)
    return Finding(found, (said_so,))


def _label(value: str, column: Column) -> str:
    return column.codes.label(value) if column.codes is not None else shown(value, 30)


def _gravity(column: Column) -> str:
    """A mistake stops the cell, not the person: only who and where stop a row."""
    return "error" if column.kind is Kind.IDENTITY or column.key == "organisation" else "warning"


def _error_cell(raw: CellError, column: Column) -> Finding:
    if raw.text == TOO_LONG:
        text = "这一格长得不正常（超过三万字），请检查是不是把别的内容粘贴进来了。"
        return Finding(messages=(("cell_too_long", _gravity(column), text, ()),))
    text = f"这一格显示“{raw.text}”，是表格公式出错，请改成实际内容。"
    return Finding(messages=(("cell_error", _gravity(column), text, ()),))


def _inner(column: Column, today: dt.date, people: bool) -> Reader:
    kind, key = column.kind, column.key
    if kind is Kind.IDENTITY:
        return _identity
    if kind is Kind.PHONE:
        return partial(_phone, own=key == "phone")
    if kind is Kind.NAME:
        return _name
    if kind in (Kind.DATE, Kind.PARTIAL_DATE):
        return partial(_date, whole=kind is Kind.DATE, today=today, ahead=key in MAY_LIE_AHEAD)
    if kind is Kind.CODE:
        return partial(_code, column=column)
    if kind is Kind.FLAG:
        return partial(_flag, key=key)
    if kind is Kind.INTEGER:
        return _integer
    if kind is Kind.PLACE and key == "destination_text":
        return _destination
    # A certificate's or an organisation's number is no phone hidden in a remark.
    numbered = key == "code" or key.endswith(("_no", "_code"))
    scanned = people and kind is Kind.TEXT and not numbered
    return partial(_text, scanned=scanned)


def _identity(raw: Any) -> Any:
    if is_blank(raw):
        return None  # the ledger may know the person by name and a second trait
    parsed = parse_identity(raw)
    if parsed.problem is not None:
        return Finding(messages=(said(parsed.problem, "error"),))
    return Finding(parsed.value, tuple(map(said, parsed.notes))) if parsed.notes else parsed.value


def _phone(raw: Any, own: bool) -> Any:
    parsed = parse_phones(raw)
    messages = [said(note, "info") for note in parsed.notes]
    if parsed.problem is not None:
        return Finding(messages=(said(parsed.problem, "warning"),))
    if marks := parsed.extra.get("marks"):
        messages.append(("phone_mark", "info", f"电话这一格写着“{'、'.join(marks)}”。", ()))
    if parsed.value is None:
        return Finding(messages=tuple(messages)) if messages else None
    others = list(parsed.value.others) if own else []
    if not messages and not others:
        return parsed.value.main
    return Finding(parsed.value.main, tuple(messages), {"other_phones": others} if others else {})


def _name(raw: Any) -> Any:
    parsed = clean_name(raw)
    if parsed.problem is not None:
        blank = parsed.problem.code == "name_missing"
        return None if blank else Finding(messages=(said(parsed.problem, "warning"),))
    if remark := parsed.extra.get("remark"):
        return Finding(parsed.value, (("name_remark", "info", f"姓名后面的“（{remark}）”没有算进姓名。", ()),))
    return parsed.value


def _date(raw: Any, whole: bool, today: dt.date, ahead: bool) -> Any:
    parsed = (parse_date if whole else parse_partial_date)(raw, today=today, allow_future=ahead)
    if parsed.problem is not None:
        return Finding(messages=(said(parsed.problem, "warning"),))
    if parsed.value is None:
        return None
    return parsed.value.isoformat() if isinstance(parsed.value, dt.date) else parsed.value.iso()


def _code(raw: Any, column: Column) -> Any:
    if is_blank(raw) or column.codes is None:
        return None
    code = column.codes.parse(raw)
    if code is not None:
        return code
    text = f"“{column.heading}”里没有“{shown(raw)}”这一项，这一格先不改；请选一项，以后会记住。"
    offered = tuple(
        (f"set:{column.key}", f"算作“{item.label}”", item.code) for item in column.codes.items[:CODES_OFFERED]
    )
    extra = {f"{column.key}_text": clean_text(raw)[:60]} if column.key in KEPT_AS_TEXT else {}
    return Finding(messages=((f"{column.key}_unknown", "warning", text, offered),), extra=extra)


def _flag(raw: Any, key: str) -> Any:
    if is_blank(raw):
        return None
    flag = parse_flag(raw)
    if flag is not None:
        return flag
    return Finding(messages=((f"{key}_unknown", "warning", f"看不懂“{shown(raw)}”，请写“是”或“否”。", ()),))


def _integer(raw: Any) -> Any:
    if is_blank(raw):
        return None
    text = clean_text(raw)
    if re.fullmatch(r"-?\d{1,9}", text):
        return int(text)
    return Finding(messages=(("number_invalid", "warning", f"“{shown(raw)}”不是整数，请核对。", ()),))


def _destination(raw: Any) -> Any:
    parsed = parse_place(raw)
    if parsed.problem is not None:
        return Finding(messages=(said(parsed.problem, "warning"),))
    return Finding(extra={"place": parsed.value}) if parsed.value is not None else None


def _text(raw: Any, scanned: bool) -> Any:
    if is_blank(raw):
        return None
    text = clean_text(raw)
    if len(text) > LONGEST_TEXT:
        message = f"这一格有 {len(text)} 个字，超过 {LONGEST_TEXT} 字，这一格没有读入，请写短一些。"
        return Finding(messages=(("cell_too_long", "warning", message, ()),))
    if not scanned or not _MAYBE_NUMBER.search(text):
        return text
    plain, phones, identities = take_numbers(text)
    if not phones and not identities:
        return text
    message = "文字里夹着电话或身份证号，已经取出来：电话另存为其他电话，身份证号不保留。"
    extra = {"other_phones": list(phones)} if phones else {}
    return Finding(plain or None, (("number_in_text", "info", message, ()),), extra)
