"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from core import hooks, ledgers, navigation, rules
from core.columns import Column, Kind
from core.navigation import NavItem
from core.permissions import Permission
from members import ledgers as own
from members import moves
from members.listing import IN, LOST, MEMBERS, OUT
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
    for place, people in enumerate((MEMBERS, OUT, IN, LOST)):
        label = "联系不上" if people is LOST else people.title
        navigation.register(
            NavItem(people.url_name, label, people.url_name, order=20 + place, group=1, permission=Permission.VIEW)
        )
