"""本季增减变动表: who was added and who left, why, by name, branch by branch; the sums are those of the balance sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from branches.models import Organisation
from core.documents.tables import Column, Group, Mismatch, Table
from members.enums import Direction
from members.models import Member
from reports.quarter import books
from reports.quarter.units import unit_of
from reports.tables.grids import SIGNATURES
from sweeps.balance import Name
from sweeps.enums import CAME, WENT, Term

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

NOBODY = "本季没有增减"


def tables(edition: Edition, footer: str) -> list[Table]:
    """The figures by organisation, and the names behind them. Raises Mismatch."""
    return [_figures(edition, footer), _names(edition, footer)]


def _figures(edition: Edition, footer: str) -> Table:
    by_unit: dict[str, list[Name]] = {one.key: [] for one in edition.units}
    for name in edition.names:
        by_unit[unit_of(name.path, edition)].append(name)
    rows = []
    for unit in edition.units:
        counted = books.figures(by_unit[unit.key])
        if not books.balances(counted):
            raise Mismatch(f"{unit.label}: the balance sheet does not balance")
        if (unit.organisation and unit.is_open) or any(counted.values()):
            rows.append({"number": len(rows) + 1, "label": unit.label, **counted})
    terms = [*CAME, *WENT]
    return Table(
        name="增减变动", title=f"{edition.place}{edition.period.label}流动党员增减变动表",
        heads=[
            Column("number", "序号", 5, summed=False), Column("label", "单　位", 18, text=True), Column("opening", "上季末", 8),
            Group("增　加", (Column("came", "小计", 7, plus=tuple(CAME)), *(_of_term(term) for term in CAME))),
            Group("减　少", (Column("went", "小计", 7, plus=tuple(WENT)), *(_of_term(term) for term in WENT))),
            Column("closing", "本季末", 8, plus=("opening", "came"), minus=("went",)),
        ],
        rows=[dict.fromkeys(("opening", "closing", "came", "went", *terms), 0) | row for row in rows],
        sums=True, expected={key: books.figures(edition.names)[key] for key in ("opening", "came", "went", "closing")},
        **_frame(edition, footer),
    )  # fmt: skip


def _names(edition: Edition, footer: str) -> Table:
    moved = [one for one in edition.names if one.term in (*CAME, *WENT)]
    ids = {one.member_id for one in moved}
    people = dict(Member.objects.unscoped().filter(pk__in=ids).values_list("pk", "name"))
    places = {one.path: one for one in Organisation.objects.filter(path__in={one.path for one in moved})}
    order = {term: number for number, term in enumerate((*CAME, *WENT))}
    moved.sort(
        key=lambda one: (places[one.path].order_path if one.path in places else "", order[one.term], one.member_id)
    )
    rows: list[dict[str, Any]] = [
        {
            "number": number, "label": places[one.path].name if one.path in places else "",
            "name": people.get(one.member_id, ""), "direction": Direction(one.direction).label,
            "what": "增加" if one.term in CAME else "减少", "why": one.term.label,
        }
        for number, one in enumerate(moved, 1)
    ]  # fmt: skip
    return Table(
        name="增减名单", title=f"{edition.place}{edition.period.label}流动党员增减名单",
        heads=[
            Column("number", "序号", 6, summed=False), Column("label", "党支部", 52, text=True), Column("name", "姓名", 12, text=True),
            Column("direction", "流出或流入", 12, text=True), Column("what", "增减", 8, text=True), Column("why", "原因", 14, text=True),
            Column("note", "备注", 16, text=True),
        ],
        rows=rows or [{"number": None, "label": NOBODY}],
        **_frame(edition, footer),
    )  # fmt: skip


def _of_term(term: Term) -> Column:
    return Column(term.value, term.label, 8)


def _frame(edition: Edition, footer: str) -> dict[str, Any]:
    return {
        "left": f"填报单位（盖章）：{edition.organisation.name}",
        "right": f"填报日期：{edition.on.year}年{edition.on.month}月{edition.on.day}日　　单位：人",
        "footers": [f"注：{_note(edition)}", SIGNATURES], "page_footer": footer,
    }  # fmt: skip


def _note(edition: Edition) -> str:
    """Who reads this sees what the balance sheet on his own page has besides."""
    if edition.sweep is None:
        return f"{edition.state_words}。"
    hidden = len({one.member_id for one in edition.book} & edition.restricted)
    more = f"不含限制知悉的{hidden}人。" if hidden else ""
    return f"{edition.state_words}。上季末＋增加－减少＝本季末。{more}"
