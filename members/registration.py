"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from core import hooks, ledgers, rules
from core.columns import Column, Kind
from members import ledgers as own
from members import moves
from members.rules import ALL as RULES

STATIONS = ledgers.RefusedKind(
    kind="stations",
    title="红色驿站名册",
    columns=(
        Column("station", "驿站名称", required=True),
        Column("head", "站长", Kind.NAME),
        Column("address", "详细地址"),
        Column("host_unit", "依托单位"),
        Column("opened_on", "挂牌日期", Kind.DATE),
        Column("core", "依托党组织"),
    ),
    keywords=("驿站",),
    code="kind_not_available",
    text="这是红色驿站名册。驿站功能还没有开通，这份文件先留着，开通以后再导入。",
)


def register() -> None:
    """Ledgers, hooks and rules of the register."""
    for ledger in own.ALL:
        ledgers.register(ledger)
    ledgers.register_refused(STATIONS)
    rules.register(*RULES)
    hooks.subtree_moved.register(moves.subtree_moved)
    hooks.closing_blockers.register(moves.closing_blockers)
