"""What a statistical table is: lines, columns, and for each person the lines and columns he counts in.

A figure is the number of people who are in its line and in its column, and the page behind it lists exactly these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from core.documents.tables import Column, Group, Table
from reports.quarter.people import Person

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

ALL = "all"
SIGNATURES = ("负责人：", "审核人：", "填表人：", "联系电话：")


@dataclass(frozen=True)
class Line:
    """``indent``: how deep it stands under the line it is part of. ``named``: its figures are people who can be listed."""

    key: str
    label: str
    indent: int = 0
    named: bool = True


class Grid(ABC):
    """One table. Stateless: what it counts is the edition's."""

    key: ClassVar[str]
    title: ClassVar[str]
    name: ClassVar[str]  # of the sheet
    paper: ClassVar[str] = "A4"

    @abstractmethod
    def lines(self, edition: Edition) -> Sequence[Line]: ...

    @abstractmethod
    def heads(self) -> Sequence[Column | Group]:
        """The columns of figures, without the label of the line."""

    @abstractmethod
    def people(self, edition: Edition) -> Iterable[Person]:
        """Everybody whom the table counts."""

    @abstractmethod
    def lines_of(self, person: Person, edition: Edition) -> Iterable[str]: ...

    @abstractmethod
    def columns_of(self, person: Person, edition: Edition) -> Iterable[str]: ...

    def notes(self, edition: Edition) -> list[str]:
        return []

    # -- what follows from it --------------------------------------------------------------------

    def counted(self, edition: Edition) -> Counter[tuple[str, str]]:
        """(line, column) -> how many."""
        found: Counter[tuple[str, str]] = Counter()
        for person in self.people(edition):
            columns = list(self.columns_of(person, edition))
            for line in self.lines_of(person, edition):
                found.update((line, column) for column in columns)
        return found

    def behind(self, edition: Edition, line: str, column: str) -> list[Person]:
        """The people of one figure."""
        return [
            one
            for one in self.people(edition)
            if line in self.lines_of(one, edition) and column in self.columns_of(one, edition)
        ]

    def rows(self, edition: Edition) -> list[dict[str, Any]]:
        """By column key; ``label`` and ``key`` of the line."""
        counted = self.counted(edition)
        keys = [column.key for column in self.columns()]
        return [
            {"key": line.key, "label": "　" * line.indent + line.label, **{key: counted[line.key, key] for key in keys}}
            for line in self.lines(edition)
        ]

    def columns(self) -> list[Column]:
        return Table("", "", self.heads(), ()).columns

    def table(self, edition: Edition, *, footer: str = "") -> Table:
        """The sheet, without its sums where lines overlap."""
        rows = [{**row, "number": number} for number, row in enumerate(self.rows(edition), 1)]
        notes = [edition.state_words, *self.notes(edition)]
        return Table(
            name=self.name,
            title=f"{edition.place}{self.title}",
            heads=[
                Column("label", "项　　目", 30, text=True),
                Column("number", "行号", 5, summed=False),
                *self.heads(),
            ],
            rows=rows,
            left=f"填报单位（盖章）：{edition.organisation.name}",
            right=f"填报日期：{edition.on.year}年{edition.on.month}月{edition.on.day}日　　单位：人",
            footers=["注：" + "　".join(f"{number}.{note}。" for number, note in enumerate(notes, 1)), SIGNATURES],
            paper=self.paper,
            whole=True,
            page_footer=footer,
        )
