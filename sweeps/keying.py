"""The check list as it comes back from the village: what was ticked and written, read row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.domain.codes import LEAVING_REASON
from core.domain.numbers import whole
from core.domain.regions import parse_place
from core.errors import UserError
from members.enums import Direction
from members.models import Member
from sweeps.actions.answering import Given
from sweeps.enums import Answer, Mark, Way
from sweeps.forms import known
from sweeps.models import Item
from sweeps.paper import Line

ALWAYS = ("phone", "place", "employer")  # can be put right even when they were not asked
# Field of evidence -> the words on its input.
INPUTS = {
    "phone": "新电话", "place": "新去向", "employer": "新单位", "reason": "外出原因", "address": "家庭住址", "dues": "党费交至",
}  # fmt: skip
COLUMNS = {
    "phone": "phone",
    "employer": "employer",
    "reason": "reason",
    "address": "home_address",
    "dues": "dues_paid_to",
}
REASONS = LEAVING_REASON.choices()
BLANK_LINES = 4


@dataclass(frozen=True)
class Input:
    """One input of a row; ``choices``: it is a drop-down."""

    name: str
    label: str
    value: str
    choices: Any = ()


@dataclass
class Row:
    """One row of the page: the line as printed, what was typed into it, and what is wrong with that."""

    line: Line
    mark: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def key(self) -> str:
        return self.line.member.public_id

    @property
    def inputs(self) -> list[Input]:
        """For what has changed: the facts that were asked, and those that change most."""
        asked = self.line.item.fields_to_ask
        names = [name for name in INPUTS if name in asked or name in ALWAYS]
        return [
            Input(f"{self.key}-{name}", INPUTS[name], self.typed.get(name, ""), REASONS if name == "reason" else ())
            for name in names
        ]

    @property
    def since(self) -> Input:
        return Input(f"{self.key}-since", "从什么时候起", self.typed.get("since", ""))

    @property
    def on(self) -> Input:
        return Input(f"{self.key}-on", "哪天回来的", self.typed.get("on", ""))

    def read(self, post: Mapping[str, str]) -> None:
        self.mark = post.get(f"{self.key}-mark", "")
        names = (*INPUTS, "since", "on", "version")
        self.typed = {name: post.get(f"{self.key}-{name}", "").strip() for name in names}

    @property
    def version(self) -> int:
        """Of the item that the page showed, so that a row sent twice is answered once."""
        shown = whole(self.typed.get("version", ""))
        return self.line.item.version if shown is None else shown

    def given(self, on_behalf: str) -> Given:
        """What the ticked row says. Raises UserError."""
        item = self.line.item
        more: dict[str, Any] = {"way": Way.PAPER, "on_behalf": on_behalf}
        if self.mark == Mark.UNCHANGED:
            return Given(answer=Answer.UNCHANGED, **self._as_was({}), **more)
        if self.mark == Mark.CHANGED:
            written = {name: self.typed[name] for name in INPUTS if self.typed[name]}
            if not written:
                raise UserError("勾了“变了”，请至少填一项新的。", "incomplete")
            return Given(values=values_of(item, written), **self._as_was(written), **more)
        if self.mark == Mark.UNREACHABLE:
            return Given(answer=Answer.UNREACHABLE, since=self.typed["since"], **more)
        if self.mark == Mark.RETURNED:
            return Given(answer=Answer.RETURNED, on=self.typed["on"], **more)
        raise UserError("请按 1 到 4 选一项。", "invalid")

    def _as_was(self, written: Mapping[str, str]) -> dict[str, list[str]]:
        """Of the fields that nobody wrote anything to: as they were, or, where nothing is registered, still not known."""
        rest = [name for name in self.line.item.fields_to_ask if name not in written]
        registered = [name for name in rest if known(self.line.item, name)]
        return {"confirmed": registered, "unknown": [name for name in rest if name not in registered]}


def values_of(item: Item, written: Mapping[str, str]) -> dict[str, str]:
    """Fields of evidence as typed -> columns as typed. Raises UserError for a place that nobody understands."""
    values = {COLUMNS[name]: text for name, text in written.items() if name in COLUMNS}
    if "place" in written:
        values |= (
            _where(written["place"]) if item.direction == Direction.OUT else {"destination_text": written["place"]}
        )
    return values


def _where(text: str) -> dict[str, str]:
    place = parse_place(text)
    if place.problem:
        raise UserError(place.problem.text, "place_unclear")
    if place.value is None:
        raise UserError("请填写新的去向。", "incomplete")
    return {"region_code": place.value.code, "destination_text": place.value.rest}


@dataclass
class FoundRow:
    """An empty line of the paper: somebody of the branch who has left since."""

    number: int
    typed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    NAMES = ("name", "kind", "left_on", "where", "employer")

    def read(self, post: Mapping[str, str]) -> None:
        self.typed = {name: post.get(f"new{self.number}-{name}", "").strip() for name in self.NAMES}

    @property
    def is_empty(self) -> bool:
        return not self.typed.get("name")

    def values(self) -> dict[str, str]:
        """Columns of the journey. Raises UserError."""
        where = _where(self.typed["where"]) if self.typed["where"] else {}
        return {"left_on": self.typed["left_on"], "employer": self.typed["employer"], **where}


def names_at_home(members: list[Member]) -> dict[str, Member]:
    """What may be typed for each; who shares a name with another is told apart by the tail of the phone."""
    times = Counter(one.name for one in members)
    return {one.name if times[one.name] == 1 else f"{one.name} {one.phone_tail}": one for one in members}


def found_member(typed: str, names: Mapping[str, Member]) -> Member:
    """Raises UserError: nobody, or several."""
    if (member := names.get(" ".join(typed.split()))) is not None:
        return member
    alike = [label for label in names if label.startswith(f"{typed} ")]
    if alike:
        raise UserError(f"有 {len(alike)} 位{typed}，请带上电话尾号，如“{alike[0]}”。", "several")
    raise UserError(f"在家党员里没有“{typed}”。请核对姓名；已在上面名单里的，请在上面勾选。", "nobody")
