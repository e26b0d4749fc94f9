"""A checked row as a person reads it: who, what would change cell by cell, what is wrong and what to press next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from branches.models import Organisation
from core.columns import Column, Kind
from core.domain.cells import clean_text
from core.domain.regions import region_label
from core.ledgers import LedgerRow, Message, Outcome, ledger
from exchange import staging
from exchange.actions.learned import LEARNABLE
from exchange.actions.rows import AGAIN, ANSWERED, LEAVE_OUT, SET
from exchange.mending import REPORT, USE_PERSON
from exchange.models import ImportBatch, ImportRow
from exchange.report import masked

OUTCOMES = {
    Outcome.NEW: ("新增", "ok"),
    Outcome.CHANGED: ("变更", "info"),
    Outcome.UNCHANGED: ("无变化", "neutral"),
    Outcome.HELD: ("待定", "warn"),
    Outcome.ERROR: ("需改正", "bad"),
}
# The cells that tell most of a row; a file shows the first ones that it has.
HEADLINE = (
    "left_on", "lost_since", "destination", "lost_reason", "parent", "kind", "secretary", "identity", "joined_on", "phone",
)  # fmt: skip
SHOWN = 3
EXTRA_LABELS = {
    "other_phones": "其他电话", "reason_text": "原因（原话）", "state": "状态", "ended_on": "结束时间",
    "place_region_code": "所在地",
}  # fmt: skip
PLACE_KEYS = ("region_code", "destination_text", "destination_province", "destination_city", "destination_county")
PLACE = "destination"
ASKED = {"asked": "（已经请上级核对，等回话。）", ANSWERED: "（上级已经核对过。）"}
NOT_TYPED = ("duplicate_in_file", "guest", "member_of_ours", "not_a_branch")  # typing a cell anew mends nothing
KEPT_AS_IS = ("name_missing", "name_mismatch", "branch_mismatch")  # the register's word stands whatever is typed
SHORT = (Kind.DATE, Kind.PARTIAL_DATE, Kind.IDENTITY, Kind.PHONE)  # never broken over two lines
JOURNEY_STATES = {"reported": "已报备", "away": "在外", "arrived": "已报到", "returned": "已返乡"}
LEVELS = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class ShownCell:
    """``before`` is "" where nothing is replaced. ``note``: what masks hide. ``is_short``: stays on one line."""

    label: str
    after: str
    before: str = ""
    is_changed: bool = False
    note: str = ""
    is_short: bool = False


@dataclass(frozen=True)
class Press:
    """A button: posted as ``value``, or a link where the next step is on another page."""

    label: str
    value: str = ""
    url: str = ""


@dataclass(frozen=True)
class Problem:
    """One sentence. ``key``: the cell that may be typed anew, "" for none; ``typed``: what stands in the box;
    ``choices``: for a cell that knows only certain words."""

    text: str
    level: str
    buttons: Sequence[Press] = ()
    key: str = ""
    label: str = ""
    typed: str = ""
    learnable: bool = False
    hint: str = ""
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class ShownRow:
    sheet: int
    sheet_name: str
    number: int
    name: str
    outcome: str
    tone: str
    branch: str
    cells: Sequence[ShownCell]
    others: Sequence[ShownCell]
    problems: Sequence[Problem]
    notes: Sequence[str]
    is_stopped: bool
    is_warned: bool
    is_corrected: bool
    url: str

    @property
    def anchor(self) -> str:
        return f"row-{self.sheet}-{self.number}"


class RowPresenter:
    """Knows a batch's columns and shows its rows; ``headings``: of the cells that each row shows."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.columns: dict[str, Column] = {column.key: column for column in ledger(batch.kind).columns}
        self.many_sheets = sum(1 for sheet in batch.sheets if sheet["use"]) > 1
        there = {key for sheet in batch.sheets if sheet["use"] for _index, _text, key in sheet.get("columns", ())}
        if there & set(PLACE_KEYS):
            there.add(PLACE)
        self.keys = [key for key in HEADLINE if key in there][:SHOWN]
        self.headings = [self._label(key) for key in self.keys]

    def shown(self, stored: Iterable[ImportRow]) -> list[ShownRow]:
        found = list(stored)
        rows = list(zip(found, staging.open_rows(found, self.batch), strict=True))
        ids = {row.organisation_id for _one, row in rows if row.organisation_id}
        places = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "short_name"))
        return [self._row(one, row, places) for one, row in rows]

    def _row(self, stored: ImportRow, row: LedgerRow, places: Mapping[int, str]) -> ShownRow:
        outcome, tone = OUTCOMES[row.outcome]
        before = {one.key: one.before for one in row.changes}
        replaced = row.outcome is Outcome.CHANGED
        headline = set(self.keys) | (set(PLACE_KEYS) if PLACE in self.keys else set())
        corrections = staging.corrections_of(stored, self.batch.public_id)
        return ShownRow(
            sheet=stored.sheet,
            sheet_name=row.sheet if self.many_sheets else "",
            number=row.number,
            name=clean_text(row.values.get("name") or row.raw.get("name")) or "（没有姓名）",
            outcome=outcome,
            tone=tone,
            branch=places.get(row.organisation_id or 0) or clean_text(row.raw.get("organisation")),
            cells=[self._cell(key, row, before if replaced else {}) for key in self.keys],
            others=self._others(row, headline) if replaced else [],
            problems=[self._problem(one, row, corrections) for one in _ordered(row.messages) if one.level != "info"]
            + self._without_problem(row),
            notes=[one.text for one in row.messages if one.level == "info"][:4],
            is_stopped=row.stopped,
            is_warned=stored.warned,
            is_corrected=bool(corrections),
            url=reverse("import-row", args=[self.batch.public_id, stored.sheet, stored.number]),
        )

    # -- cells --------------------------------------------------------------------------------

    def _label(self, key: str) -> str:
        if key in (PLACE, *PLACE_KEYS) and (key == PLACE or key not in self.columns):
            return self.columns["destination_text"].heading if "destination_text" in self.columns else "地点"
        return self.columns[key].heading if key in self.columns else EXTRA_LABELS.get(key, "其他")

    def _cell(self, key: str, row: LedgerRow, before: Mapping[str, Any]) -> ShownCell:
        if key == PLACE:
            return self._place(row, before)
        after = self.text(key, row.values.get(key))
        if key not in before:
            return ShownCell(self._label(key), after, is_short=key in self.columns and self.columns[key].kind in SHORT)
        return self._changed(key, before[key], row.values.get(key))

    def _changed(self, key: str, old: Any, new: Any) -> ShownCell:
        before, after = self.text(key, old), self.text(key, new)
        if before == after and old != new:
            return ShownCell(self._label(key), after, "", True, "遮住的几位不同")
        return ShownCell(self._label(key), after, before, True)

    def _place(self, row: LedgerRow, before: Mapping[str, Any]) -> ShownCell:
        values = row.values
        after = place_text(values.get("region_code"), values.get("destination_text"))
        if not any(key in before for key in ("region_code", "destination_text")):
            return ShownCell(self._label(PLACE), after)
        code = before.get("region_code", values.get("region_code"))
        text = before.get("destination_text", values.get("destination_text"))
        return ShownCell(self._label(PLACE), after, place_text(code, text), True)

    def _others(self, row: LedgerRow, headline: set[str]) -> list[ShownCell]:
        return [self._changed(one.key, one.before, one.after) for one in row.changes if one.key not in headline]

    def text(self, key: str, value: Any) -> str:
        """A canonical value in words; numbers masked."""
        if value in (None, "", []):
            return ""
        column = self.columns.get(key)
        if key == "state":
            return JOURNEY_STATES.get(str(value), str(value))
        if isinstance(value, bool):
            return "是" if value else "否"
        if column is not None and column.codes is not None:
            return column.codes.label(str(value)) or str(value)
        if key in ("region_code", "place_region_code"):
            return region_label(str(value))
        shown = masked(key, value, self.columns)
        return "、".join(map(str, shown)) if isinstance(shown, list) else str(shown)

    # -- problems -----------------------------------------------------------------------------

    def _problem(self, message: Message, row: LedgerRow, corrections: Mapping[str, str]) -> Problem:
        column = self.columns.get(message.column)
        decided = row.basis.get("decisions", {})
        choices = column.codes.choices() if column is not None and column.codes is not None else ()
        fixes = [fix for fix in message.fixes if not (choices and fix[0].startswith(SET))]
        buttons = [press for fix in fixes if (press := _press(fix, decided))]
        asked = message.text + (ASKED.get(decided.get(REPORT, ""), "") if row.stopped else "")
        if message.level == "error":
            if row.outcome is Outcome.HELD:
                buttons.append(Press("再核对一次", f"{AGAIN}|"))
            buttons.append(Press("不导入这一行", f"{LEAVE_OUT}|"))
        if column is None or message.code in NOT_TYPED or (message.level == "warning" and message.code in KEPT_AS_IS):
            return Problem(asked, message.level, buttons)
        hidden = column.sensitive
        typed = corrections.get(column.key, clean_text(row.raw.get(column.key)))
        return Problem(
            asked,
            message.level,
            buttons,
            column.key,
            column.heading,
            "" if hidden else typed[:100],
            column.kind in LEARNABLE and bool(clean_text(row.raw.get(column.key))),
            "18 位，照身份证填" if column.kind is Kind.IDENTITY else "11 位手机号" if hidden else "",
            choices,
        )

    def _without_problem(self, row: LedgerRow) -> list[Problem]:
        """A person whom somebody pointed out can be taken back."""
        if USE_PERSON in row.basis.get("decisions", {}):
            return [Problem("已按您的确认认作名册里的这个人。", "info", [Press("认错了，撤回", f"{USE_PERSON}|")])]
        return []


def fixes_of(row: LedgerRow) -> set[tuple[str, str]]:
    """What may be pressed for a row now: a button that was on an old page is refused."""
    offered = {(code, value) for one in row.messages for code, _label, value in one.fixes}
    if row.stopped:
        offered |= {(LEAVE_OUT, ""), (AGAIN, "")}
    if USE_PERSON in row.basis.get("decisions", {}):
        offered.add((USE_PERSON, ""))
    return offered


def _press(fix: tuple[str, str, str], decided: Mapping[str, str]) -> Press | None:
    code, label, value = fix
    if code == "new_member":
        try:
            return Press(label, url=reverse("member-new"))
        except NoReverseMatch:
            return None
    if code == REPORT and REPORT in decided:
        return None
    return Press(label, f"{code}|{value}")


def place_text(code: Any, text: Any) -> str:
    return f"{region_label(str(code)) if code else ''}{text or ''}"


def _ordered(messages: Sequence[Message]) -> list[Message]:
    return sorted(messages, key=lambda one: LEVELS[one.level])
