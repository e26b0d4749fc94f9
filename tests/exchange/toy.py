"""A ledger of people that keeps its records in a dictionary: the engine's tests need no register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from core import ledgers
from core.actors import Actor
from core.columns import Column, Kind
from core.domain.codes import LEAVING_REASON
from core.ledgers import ApplyContext, ApplyResult, CellChange, CheckContext, Ledger, LedgerRow, Outcome, RestoreResult

COLUMNS = (
    Column("serial", "序号", Kind.SERIAL),
    Column("name", "姓名", Kind.NAME, required=True),
    Column("identity", "身份证号", Kind.IDENTITY, required=True),
    Column("organisation", "所在党支部", Kind.ORGANISATION),
    Column("left_on", "外出时间", Kind.PARTIAL_DATE),
    Column("met_on", "会面日期", Kind.DATE),
    Column("reason", "外出原因", Kind.CODE, codes=LEAVING_REASON),
    Column("destination_province", "流入省", Kind.PLACE_PART),
    Column("destination_city", "流入市", Kind.PLACE_PART),
    Column("destination_county", "流入县", Kind.PLACE_PART),
    Column("destination_text", "去向", Kind.PLACE),
    Column("certificate", "持证", Kind.FLAG),
    Column("visits", "次数", Kind.INTEGER),
    Column("phone", "电话", Kind.PHONE),
    Column("note", "备注"),
)
HEAD = [
    column.heading
    for column in COLUMNS
    if column.key in ("name", "identity", "organisation", "left_on", "reason", "phone", "note")
]


class Toy(Ledger):
    kind = "toy"
    title = "试验台账"
    columns = COLUMNS
    keywords = ("试验",)

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.before: dict[str, dict[str, dict[str, Any] | None]] = {}

    def check(self, rows: Sequence[LedgerRow], context: CheckContext) -> None:
        for row in rows:
            if row.stopped:
                continue
            number = row.values.get("identity", "")
            if not number and not row.basis.get("decisions"):
                row.hold("not_a_member", "请指明是哪一位。", "identity", ("use_person", "确认是此人", "一号"))
                continue
            record = self.records.get(number)
            row.basis["version"] = self.versions.get(number, 0)
            known = record or {}
            row.changes = [
                CellChange(key, known.get(key), value) for key, value in row.values.items() if known.get(key) != value
            ]
            row.outcome = Outcome.NEW if record is None else Outcome.CHANGED if row.changes else Outcome.UNCHANGED

    def apply(self, rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
        result = ApplyResult()
        for row in rows:
            number = row.values.get("identity", "")
            if self.versions.get(number, 0) != row.basis["version"]:
                result.stale.append(row)
                continue
            self.before.setdefault(context.batch_id, {})[number] = self.records.get(number)
            self.records[number] = {**self.records.get(number, {}), **row.values}
            self.versions[number] = self.versions.get(number, 0) + 1
            result.counts[row.outcome.value] = result.counts.get(row.outcome.value, 0) + 1
            result.terms["人"] = result.terms.get("人", 0) + 1
        return result

    def restore(self, batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
        before = self.before.pop(batch_id, {})
        for number, record in before.items():
            if record is None:
                del self.records[number]
            else:
                self.records[number] = record
        return RestoreResult(restored=len(before))

    def touch(self, number: str, **values: Any) -> None:
        """Somebody edits a record behind the import's back."""
        self.records[number] = {**self.records.get(number, {}), **values}
        self.versions[number] = self.versions.get(number, 0) + 1


@contextmanager
def registered() -> Iterator[Toy]:
    """The only ledger there is, for a while."""
    toy, others = Toy(), dict(ledgers._ledgers)
    ledgers._ledgers.clear()
    ledgers.register(toy)
    try:
        yield toy
    finally:
        ledgers._ledgers.clear()
        ledgers._ledgers.update(others)
