"""What a ledger is, and the registry of them.

An app declares its ledgers in ``ledgers.py`` and registers them in ``AppConfig.ready``. The engine
(``exchange``) reads files, maps columns, parses cells and finds the organisation of each row; the
ledger knows persons and records: it compares rows with them (:meth:`Ledger.check`), writes them
set-based (:meth:`Ledger.apply`), takes a batch back (:meth:`Ledger.restore`), and gives rows for
export. Everything works on chunks, so that memory stays flat however long the file.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from core.actors import Actor
from core.behind import Behind
from core.columns import Column, by_key
from core.permissions import Permission


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    HELD = "held"  # somebody must decide; the rest goes on
    ERROR = "error"  # cannot be used until mended

    usable: bool

    def __init__(self, value: str) -> None:
        self.usable = value in ("new", "changed", "unchanged")


OUTCOMES = {outcome.value: outcome for outcome in Outcome}


@dataclass(slots=True)
class Message:
    """One sentence about a row. ``column`` is a column key, "" for the row as a whole.

    ``fixes``: the likely next steps, shown as buttons: (action code, label, value).
    """

    code: str
    level: str  # error | warning | info
    text: str
    column: str = ""
    fixes: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class CellChange:
    """``before`` and ``after`` are canonical values (None = blank), as in :attr:`LedgerRow.values`."""

    key: str
    before: Any
    after: Any


@dataclass(slots=True)
class LedgerRow:
    """One row of a ledger on its way through the engine.

    ``raw``: column key -> cell as it came. ``values``: column key -> canonical, JSON-able value: text;
    ISO text by precision for dates; code for codes; bool for flags; 18 characters for identity; the main
    number for ``phone`` (others in ``other_phones``, a list). A blank cell has no entry; a cell that
    says 清空 has the value None (clear it). A cell with an error or warning that makes it unusable has
    no entry either, so it stays as it was. Places become ``region_code`` and ``destination_text``
    beside the parts that were given. ``organisation_id``: the organisation the row speaks of (its
    branch), found and checked by the engine; None where the file does not say.
    ``basis``: whatever the ledger must know again when applying (ids and versions), JSON-able.
    ``digest``: keyed, over the cells as they came (see :mod:`exchange.digests`).
    ``plan``: what applying writes if nothing has moved by then, JSON-able; a ledger that leaves it gets the row back with
    ``basis`` and ``plan`` alone, as long as everything holds that the plan was made by (see :mod:`exchange.planned`).
    """

    sheet: str
    number: int
    mark: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    outcome: Outcome = Outcome.NEW
    organisation_id: int | None = None
    changes: list[CellChange] = field(default_factory=list)
    basis: dict[str, Any] = field(default_factory=dict)
    plan: list[Any] | None = None
    digest: str = ""

    def error(self, code: str, text: str, column: str = "", *fixes: tuple[str, str, str]) -> None:
        """Stops the row."""
        self.messages.append(Message(code, "error", text, column, list(fixes)))
        self.outcome = Outcome.ERROR

    def hold(self, code: str, text: str, column: str = "", *fixes: tuple[str, str, str]) -> None:
        """Keeps the row aside for a decision."""
        self.messages.append(Message(code, "error", text, column, list(fixes)))
        if self.outcome is not Outcome.ERROR:
            self.outcome = Outcome.HELD

    def warn(self, code: str, text: str, column: str = "", *fixes: tuple[str, str, str]) -> None:
        """The row is accepted; the named cell stays as it was."""
        self.messages.append(Message(code, "warning", text, column, list(fixes)))

    def inform(self, code: str, text: str, column: str = "") -> None:
        self.messages.append(Message(code, "info", text, column))

    @property
    def stopped(self) -> bool:
        return not self.outcome.usable


@dataclass
class CheckContext:
    """``memory``: a dict that lives for one whole check (doubles in the file, look-ups a ledger caches).

    ``looked_up``: what :meth:`Ledger.look_up` gave for the rows about to be checked, where that was asked for before.
    """

    by: Actor
    today: dt.date
    batch_id: str
    edition_date: dt.date | None = None
    organisation_id: int | None = None  # the target: --under, else the uploader's organisation
    organisation_path: str = ""
    sheet_title: str = ""
    memory: dict[str, Any] = field(default_factory=dict)
    looked_up: Any = None


@dataclass
class ApplyContext:
    """``batch_id`` is the public id that history and evidence carry. ``on``: the date evidence counts from.

    ``loaded``: what :meth:`Ledger.load` gave for the rows about to be applied, where that was asked for before.
    ``behind``: takes statements that nothing read later in this apply depends on; None: they are carried out at once.
    """

    by: Actor
    now: dt.datetime
    batch_id: str
    on: dt.date
    memory: dict[str, Any] = field(default_factory=dict)
    loaded: Any = None
    behind: Behind | None = None


@dataclass
class ApplyResult:
    """Rows by outcome after the re-check, and totals in the town's own terms: {"流出": 28, "短期外出": 1}."""

    counts: dict[str, int] = field(default_factory=dict)
    terms: dict[str, int] = field(default_factory=dict)
    stale: list[LedgerRow] = field(default_factory=list)  # changed by somebody since the check: not written

    def add(self, other: ApplyResult) -> None:
        for mine, theirs in ((self.counts, other.counts), (self.terms, other.terms)):
            for name, number in theirs.items():
                mine[name] = mine.get(name, 0) + number
        self.stale += other.stale


@dataclass
class RestoreResult:
    restored: int = 0
    kept: list[str] = field(default_factory=list)  # one sentence for each record changed since, left alone


@dataclass(frozen=True)
class Part:
    """One sheet of an official form. ``key``: what :meth:`Ledger.export` finds in ``filters["part"]``, "" for the first."""

    key: str
    name: str
    title: str
    columns: tuple[Column, ...]


@dataclass(slots=True)
class ExportRecord:
    """One record on its way out. ``subject``, ``version``: public id and version of the record that the row stands for.

    ``values``: column key -> canonical value, as in :attr:`LedgerRow.values`; organisations by full name, a place also in
    its parts. ``organisation_id``: the organisation the row speaks of.
    """

    subject: str
    version: int
    values: dict[str, Any]
    organisation_id: int | None = None


class Ledger(ABC):
    """One kind of ledger. Stateless: one instance serves every request and job."""

    kind: ClassVar[str]
    title: ClassVar[str]  # 流出党员台账
    columns: ClassVar[tuple[Column, ...]]
    keywords: ClassVar[tuple[str, ...]] = ()  # words in titles, sheet and file names that speak for this kind
    against: ClassVar[tuple[str, ...]] = ()  # words that speak against it
    permission: ClassVar[Permission] = Permission.IMPORT
    people: ClassVar[bool] = True  # rows are persons: identity is checked first and doubles are found
    noun: ClassVar[str] = "人"  # what a row is, behind a number
    organisation_required: ClassVar[bool] = True  # a row must find its branch in the file
    takes_in: ClassVar[bool] = True  # False: only goes out; no file is recognised as one
    ends_marked: ClassVar[bool] = False  # knows what to do with a row whose look (``mark`` "returned") says it is over
    landscape: ClassVar[str] = "A4"  # paper of the official sheet: A4 or A3
    footnote: ClassVar[str] = ""  # the 注 below the official sheet

    def column(self, key: str) -> Column:
        return by_key(self.columns)[key]

    # -- rows that were taken in before (exchange.known) ------------------------------------------

    remembers: ClassVar[bool] = False

    def standing(self, subjects: Sequence[int], by: Actor) -> dict[int, str]:
        """How the records of these subjects stand, as far as they are in the scope: equal texts, nothing has changed."""
        return {}

    def depends_on(self, on: dt.date) -> list[Any]:
        """What of the rules the check of a row on that day depends on; JSON-able."""
        return []

    def prove(self, known: Sequence[tuple[int, str]], context: ApplyContext) -> None:  # noqa: B027 nothing to prove
        """A row of the file says once more what its record says. ``known``: subject, and what :meth:`apply` left of what
        such a row proves in ``row.basis["left"]`` = (subject, state, proves), for rows that may be recognised again."""

    def look_up(self, rows: Sequence[LedgerRow], context: CheckContext) -> Any:
        """Read what :meth:`check` needs to know of the record: asked for these rows while those before are still compared."""
        return None

    @abstractmethod
    def check(self, rows: Sequence[LedgerRow], context: CheckContext) -> None:
        """Compare parsed rows with the record: set ``outcome``, ``changes``, ``basis``, add messages.

        Rows already stopped are passed over. Writes nothing.
        """

    def load(self, rows: Sequence[LedgerRow], context: ApplyContext) -> Any:
        """Lock and read what :meth:`apply` needs to know of the record: asked for these rows while the last ones, which are
        other people, are still being written."""
        return None

    @abstractmethod
    def apply(self, rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
        """Write usable rows, set-based, inside the caller's transaction. Also an action: it must equal the
        single-row actions in rows, Change, Evidence and versions (a property test holds it to that)."""

    @abstractmethod
    def restore(self, batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
        """Take a batch back: columns, memberships, evidence; records changed since are listed, not touched."""

    # -- out ------------------------------------------------------------------------------------

    list_key: ClassVar[str] = ""  # the list on screen that goes out as this ledger: its columns can be chosen

    def export(
        self, by: Actor, filters: Mapping[str, Any], keys: Collection[str] | None = None
    ) -> Iterator[ExportRecord]:
        """Records in the official order, in the scope of ``by`` with ``Permission.EXPORT``.

        ``filters``: {"organisation": path of a subtree, "query": {filter of the list: value}, "part": key of a part};
        each may be missing.
        ``keys``: the columns that are wanted; None for all. Sealed numbers of other columns are not opened.
        Raises UserError for a filter that the list does not offer.
        """
        raise NotImplementedError(f"{self.kind} cannot be exported")

    def export_count(self, by: Actor, filters: Mapping[str, Any]) -> int:
        """How many records :meth:`export` will give."""
        return sum(1 for _record in self.export(by, filters, ()))

    def filter_words(self, filters: Mapping[str, Any]) -> list[str]:
        """The filters of the list as its chips say them: ["去向：江苏省"]. Raises UserError like :meth:`export`."""
        return []

    def list_columns(self, chosen: Sequence[str]) -> tuple[Column, ...]:
        """The columns of a plain list. ``chosen``: keys of the columns on screen, none for the official ones."""
        return self.official_columns

    @property
    def parts(self) -> tuple[Part, ...]:
        """The sheets of the official form, most often one."""
        return (Part("", self.title, self.title, self.official_columns),)

    @property
    def official_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.official)


class OutgoingLedger(Ledger):
    """A ledger that is kept on its pages and only goes out."""

    takes_in = False

    def check(self, rows: Sequence[LedgerRow], context: CheckContext) -> None:
        raise NotImplementedError(f"{self.kind} is not taken in")

    def apply(self, rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
        raise NotImplementedError(f"{self.kind} is not taken in")

    def restore(self, batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
        raise NotImplementedError(f"{self.kind} is not taken in")


@dataclass(frozen=True)
class RefusedKind:
    """A ledger that is recognised but not (yet) taken: says why."""

    kind: str
    title: str
    columns: tuple[Column, ...]
    keywords: tuple[str, ...]
    code: str
    text: str


_ledgers: dict[str, Ledger] = {}
_refused: dict[str, RefusedKind] = {}


def register(ledger: Ledger) -> None:
    _ledgers[ledger.kind] = ledger
    _refused.pop(ledger.kind, None)


def register_refused(refused: RefusedKind) -> None:
    if refused.kind not in _ledgers:
        _refused[refused.kind] = refused


def ledger(kind: str) -> Ledger:
    """Raises KeyError."""
    return _ledgers[kind]


def ledgers() -> list[Ledger]:
    return list(_ledgers.values())


def incoming() -> list[Ledger]:
    """Those that files are taken in as."""
    return [one for one in _ledgers.values() if one.takes_in]


def refused_kinds() -> list[RefusedKind]:
    return list(_refused.values())
