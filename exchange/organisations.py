"""Which organisation a row speaks of: its own column, else the sheet's name and title, else 填报单位, else the target.

Never a guess: several that fit, or a sheet whose name and title disagree, are an error with the choice as buttons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from branches.directory import Directory, Found, Node
from branches.models import Organisation
from core.actors import Actor
from core.domain.cells import clean_text, shown
from core.ledgers import Ledger, LedgerRow
from core.paths import covers, subtree

OFFERED = 6
KEY = "organisation"
_AFTER_NAME = re.compile(r"(（|\(|在外|外出|流动|流出|流入|失联|党员|一村一册|台账|名册|花名册|登记|统计|汇总).*$")

Fix = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A branch, or the code and sentence of why there is none."""

    id: int | None = None
    code: str = ""
    text: str = ""
    fixes: tuple[Fix, ...] = ()
    learned: bool = False


class BranchFinder:
    """Places rows of one check. ``learned``: organisation's public id by the text that people write for it."""

    def __init__(self, ledger: Ledger, target: Organisation | None, by: Actor, learned: Mapping[str, str]) -> None:
        self._ledger = ledger
        self._by = by
        self._target = target
        self._within = target.path if target else ""
        self._directory = Directory(by, ledger.permission)
        self._learned = learned
        self._by_public_id = {node.public_id: node for node in self._directory.nodes.values()}
        self._cells: dict[str, Placed] = {}
        self._sheet = Placed()
        self._tree: list[list[Any]] = []

    def enter_sheet(self, name: str, title: str, unit: str) -> None:
        """Work out what a sheet says as a whole; rows without a branch of their own take it."""
        said = [self._branch(text, strict=True) for text in (name, _stem(title)) if text]
        found = list(dict.fromkeys(placed.id for placed in said if placed.id is not None))
        if not found and unit:
            said.append(self._branch(unit, strict=True))
            found = [said[-1].id] if said[-1].id is not None else []
        if len(found) > 1:
            text = f"表名“{shown(name)}”和标题“{shown(title, 30)}”说的不是同一个党支部，请在表里加一列“所在党支部”。"
            self._sheet = Placed(code="branch_ambiguous", text=text, fixes=self._offers(found))
        elif found:
            self._sheet = Placed(found[0])
        elif self._target is not None and self._target.is_branch:
            self._sheet = Placed(self._target.pk)
        else:
            self._sheet = next((one for one in said if one.code == "branch_ambiguous"), Placed())

    def place(self, row: LedgerRow) -> None:
        """Set ``row.organisation_id`` or stop the row."""
        text = row.values.get(KEY)
        if text:
            placed = self._cells.get(text)
            if placed is None:
                placed = self._cells[text] = self._of_cell(text)
        else:
            placed = self._sheet
        if placed.id is not None:
            row.organisation_id = placed.id
            if text in self._by_public_id:  # a button was pressed: show the name
                row.values[KEY] = self._by_public_id[text].name
            if placed.learned:
                row.inform("learned_value", f"“{shown(text)}”按以前的更正读取；不对可以在“记住的写法”里撤销。", KEY)
        elif placed.code:
            row.error(placed.code, placed.text, KEY, *placed.fixes)
        elif self._ledger.organisation_required:
            row.error("branch_missing", "没有写所在党支部，表名、标题和填报单位也看不出来，请补上支部名称。", KEY)

    def tree(self) -> list[Any]:
        """All organisations that a row can be placed in. JSON-able."""
        if not self._tree:
            columns = ("pk", "path", "kind", "name", "short_name", "public_id", "code")
            self._tree = [list(one) for one in Organisation.objects.open().order_by("pk").values_list(*columns)]
        return [self._within, self._tree]

    def standing(self) -> list[Any]:
        """Everything that the placing of a row depends on besides its cells: the tree, and what the sheet says. JSON-able."""
        return [*self.tree(), list(astuple(self._sheet))]

    def allowed(self, ids: Sequence[int]) -> bool:
        """Whether every one of these organisations is still open, in the target and in the actor's scope."""
        return all((node := self._directory.nodes.get(one)) is not None and self._mine(node) for one in ids)

    def _mine(self, node: Node) -> bool:
        inside = not self._within or covers(subtree(self._within), node.path)
        return inside and self._directory.reaches(node)

    def _of_cell(self, text: str) -> Placed:
        pressed = self._by_public_id.get(text)
        if pressed is not None and self._mine(pressed):
            return Placed(pressed.id)
        known = self._by_public_id.get(self._learned.get(clean_text(text), ""))
        if known is not None and self._mine(known):
            return Placed(known.id, learned=True)
        return self._branch(text)

    def _branch(self, text: str, *, strict: bool = False) -> Placed:
        """``strict``: only a branch will do; else a ledger that does not need one takes the committee as well."""
        match = self._directory.find_branch(text, self._within)
        if match.state is Found.ONE:
            node = self._directory.nodes[match.ids[0]]
            if not self._mine(node):
                return _outside(text)
            if node.is_branch or not (strict or self._ledger.organisation_required):
                return Placed(node.id)
            below = [one.id for one in self._directory.branches_under(node.path)]
            message = f"“{shown(text, 30)}”不是党支部，请写到具体的党支部。"
            return Placed(code="branch_unknown", text=message, fixes=self._offers(below))
        if match.state is Found.AMBIGUOUS:
            message = f"叫“{shown(text, 30)}”的党支部不止一个，请写全称，或选一个。"
            return Placed(code="branch_ambiguous", text=message, fixes=self._offers(match.ids))
        if match.state is Found.OUT_OF_SCOPE:
            return _outside(text)
        message = f"没有找到党支部“{shown(text, 30)}”，请核对名称；新成立的支部请先在党组织里添加。"
        return Placed(code="branch_unknown", text=message, fixes=self._near(text))

    def _offers(self, ids: Sequence[int]) -> tuple[Fix, ...]:
        nodes = [self._directory.nodes[one] for one in ids if one in self._directory.nodes]
        mine = [node for node in nodes if self._mine(node)][:OFFERED]
        return tuple((f"set:{KEY}", f"是{node.short_name}", node.public_id) for node in mine)

    def _near(self, text: str) -> tuple[Fix, ...]:
        """Branches of the target whose short name shares its first two characters with the text or is part of it."""
        if not self._within:
            return ()
        plain = clean_text(text)
        near = [
            node.id
            for node in self._directory.branches_under(self._within)
            if node.short_name[:2] in plain or plain[:2] == node.short_name[:2]
        ]
        return self._offers(near)


def _outside(text: str) -> Placed:
    message = f"“{shown(text, 30)}”不在您的管理范围内，这一行请交由所在党委填报。"
    return Placed(code="branch_out_of_scope", text=message)


def _stem(title: str) -> str:
    """青石镇冯屯村流动党员一村一册 → 青石镇冯屯村."""
    return _AFTER_NAME.sub("", clean_text(title)).strip()
