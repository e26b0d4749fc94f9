"""What the maker of a paper is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.utils import timezone

from core.actors import Actor
from core.handlers import Progress
from reports.models import Paper
from reports.quarter.edition import Edition

PER_PAPER = 100  # what progress is counted in


@dataclass(frozen=True)
class Made:
    """One file. ``name`` may lead through folders (一村一册/01-柳河镇.xlsx); ``people``: how many stand in it by name."""

    name: str
    content: bytes
    people: int = 0


@dataclass
class Making:
    """``progress``: None where nobody waits."""

    paper: Paper
    edition: Edition
    by: Actor
    progress: Progress | None = None
    place: tuple[int, int] = (0, 1)
    notes: list[str] = field(default_factory=list)  # for the packet's list of contents: what was left out, and why

    @property
    def masked(self) -> bool:
        return not self.paper.full

    @property
    def footer(self) -> str:
        """What stands on every page: whose hands it came from, when, under which number, what for."""
        at = timezone.localtime(self.edition.now)
        return f"内部资料 注意保管　{self.by.label} {at:%Y-%m-%d %H:%M} 出　编号 {self.paper.number}　用途：{self.paper.purpose}"

    @property
    def properties(self) -> dict[str, str]:
        return {"编号": self.paper.number, "截至": f"{self.edition.as_of:%Y-%m-%d %H:%M}"}

    @property
    def stem(self) -> str:
        """云湖县2026年第四季度."""
        return f"{self.edition.place}{self.edition.period.label}"

    def step(self, done: int, total: int, text: str) -> None:
        """How far this paper is; of a packet, how far the whole of it."""
        if self.progress is not None:
            first, papers = self.place
            self.progress.step(first * PER_PAPER + PER_PAPER * done // max(total, 1), papers * PER_PAPER, text)

    def part(self, number: int, papers: int) -> Making:
        """The same for the ``number``-th of so many papers; what it notes is noted here."""
        return replace(self, place=(number, papers))


Maker = Callable[[Making], Sequence[Made]]
