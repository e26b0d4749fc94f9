"""The check: read, parse, place, compare with the record, stage. Writes nothing but staged rows.

:class:`Checker` carries what one check knows (parsers by sheet, the finder of branches, doubles, the ledger's own
memory). The whole check and the second look at single rows (a correction, a row that went stale) use the same one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from core import clock
from core.actors import Actor
from core.behind import Behind, one_behind
from core.first_rows import FirstRows
from core.handlers import Progress
from core.ledgers import CheckContext, Ledger, LedgerRow, Outcome
from exchange import known, learning, planned, staging
from exchange.enums import MarkMeaning
from exchange.models import ImportBatch
from exchange.organisations import BranchFinder
from exchange.parsing import RowParser
from exchange.reading import Book, Row
from exchange.recognition import CHUNK, Sheet
from exchange.rowkinds import skip_reason
from exchange.tables import Table

SKIPPED_SHOWN = 500
_PERSON = re.compile(r"\s*\d{17}[\dXx]\s*")
LOT = 2 * CHUNK  # rows at a time where most are likely to be known
TERM = "term"  # where a ledger leaves, in a usable row's basis, what the town calls that row
DEFAULT_MARKS = {"struck": MarkMeaning.LEAVE}


class _Begun(NamedTuple):
    """Rows of which it was asked which are known. ``seen``: their digests, where that can be."""

    rows: list[Row]
    seen: Mapping[int, str]
    known: Callable[[], dict[int, known.Known]]


class _Part(NamedTuple):
    """Of the rows begun, those that are known, and those to be compared, of which was asked what the ledger wants to know."""

    familiar: list[known.Familiar]
    rows: list[LedgerRow]
    looked_up: Callable[[], Any]


class Checker:
    """Everything one check of one batch needs. Raises nothing for bad rows: they carry messages."""

    def __init__(
        self, ledger: Ledger, batch: ImportBatch, by: Actor, *, today: dt.date | None = None, quick: bool = False
    ) -> None:
        """``quick``: rows that are known need not be read again; then :meth:`run` may raise known.Doubtful."""
        # What is found stands in rows that everybody at the batch's organisation reads: whoever checks, its scope holds.
        by = by.confined(batch.path)
        self.ledger, self.batch, self.by = ledger, batch, by
        self.today = today or clock.today()
        self.words = learning.values_for(batch.organisation)
        branches = {text: value for (key, text), value in self.words.items() if key == "organisation"}
        self.finder = BranchFinder(ledger, batch.organisation, by, branches)
        self.context = CheckContext(
            by=by,
            today=self.today,
            batch_id=batch.public_id,
            edition_date=batch.edition_date,
            organisation_id=batch.organisation_id,
            organisation_path=batch.path,
        )
        self.marks: Mapping[str, str] = {**DEFAULT_MARKS, **batch.answers.get("marks", {})}
        self.counts: Counter[str] = Counter()
        self.learned_used: set[tuple[str, str]] = set()
        self.terms: Counter[str] = Counter()  # in the town's own words: {"流出": 28, "短期外出": 1}
        self.filled: Counter[str] = Counter()  # rows by sheet that took a cell from a merged range above
        self._people = FirstRows()
        self._quick = quick
        self._memory = known.Memory(ledger, by)
        self._digest = hashlib.sha256()

    # -- a whole file -------------------------------------------------------------------------

    def run(self, book: Book, sheets: Iterable[Sheet], progress: Progress | None = None) -> None:
        """Check and stage every row of the used sheets. The batch says "checked" only after all of them are written."""
        with Behind() as behind:
            for sheet in sheets:
                chunks = sheet.rows if sheet.rows is not None else book.rows(sheet.index, CHUNK)
                begun = (self._begin(sheet, rows, behind) for rows in self._gathered(sheet, chunks))
                parts = (part for one in one_behind(begun) for part in self._parts(sheet, one, behind))
                for part in one_behind(parts):
                    self._look(part)
                    self._stage(part, sheet.index, behind)
                    if progress is not None:
                        progress.step(self.counts["rows"], 0, f"已核对 {self.counts['rows']} 行")
                    del part  # before the one after the next is read
        # Who stood in the file has been asked; the checker may live on in circles until somebody looks for them.
        self._people, self._memory = FirstRows(), known.Memory(self.ledger, self.by)
        self.context.memory.pop("seen_persons", None)

    def enter(self, name: str, title: str, unit: str, columns: Mapping[int, str]) -> RowParser:
        """The parser of a sheet; the finder and the context now speak of that sheet."""
        self.finder.enter_sheet(name, title, unit)
        self.context.sheet_title = title
        words = {at: value for at, value in self.words.items() if at[0] != "organisation"}
        return RowParser(self.ledger, columns, sheet=name, today=self.today, learned=words)

    @cached_property
    def planned_by(self) -> str:
        return planned.print_of(self)

    @property
    def digest(self) -> str:
        """Over every row's digest and outcome, in order."""
        return self._digest.hexdigest()

    def _gathered(self, sheet: Sheet, chunks: Iterable[list[Row]]) -> Iterator[list[Row]]:
        """More at a time where they are likely to be known: what is asked of a thousand rows costs almost as much of ten."""
        self._parser(sheet)
        lot: list[Row] = []
        for chunk in chunks:
            lot += chunk
            if len(lot) >= (LOT if self._memory else 1):
                yield lot
                lot = []
        if lot:
            yield lot

    def _begin(self, sheet: Sheet, rows: list[Row], behind: Behind) -> _Begun:
        """Ask which of the rows are known."""
        identity = _table(sheet).index_of("identity")
        seen = _digests(self._parser(sheet), rows, identity) if self._memory and identity is not None else {}
        return _Begun(rows, seen, behind.ask(lambda: self._memory.true(self._memory.recall(seen))))

    def _parts(self, sheet: Sheet, begun: _Begun, behind: Behind) -> Iterator[_Part]:
        """Parse the rows that are not, and ask what the ledger wants to know of them: of no more at a time than ever."""
        table, parser, true = _table(sheet), self._parser(sheet), begun.known()
        identity = table.index_of("identity")
        familiar: list[known.Familiar] = []
        rows: list[LedgerRow] = []
        for one in _let_go(begun.rows):
            number, cells, _mark, filled = one
            if number < table.first_data_row:
                continue
            if identity is not None and (known_ := true.get(number)) is not None:
                if filled:
                    self.filled[sheet.name] += 1
                parser.pass_over(cells)
                familiar.append((number, cells[identity], known_))
            elif (row := self._parsed(sheet, parser, one, identity, begun.seen)) is not None:
                rows.append(row)
                if len(rows) == CHUNK:
                    yield self._part(sheet, familiar, rows, behind)
                    familiar, rows = [], []
        if familiar or rows:
            yield self._part(sheet, familiar, rows, behind)

    def _part(self, sheet: Sheet, familiar: list[known.Familiar], rows: list[LedgerRow], behind: Behind) -> _Part:
        numbers = [number for number, _who, _known in familiar]
        seen: FirstRows = self.context.memory.setdefault("seen_persons", FirstRows())
        if not (
            self._people.take([int(who[:17]) for _number, who, _known in familiar], sheet.name, numbers)
            and seen.take([known_.subject for _number, _who, known_ in familiar], sheet.name, numbers)
        ):
            raise known.Doubtful
        return _Part(familiar, rows, behind.ask(lambda: self.ledger.look_up(rows, self.context)))

    def _parsed(
        self, sheet: Sheet, parser: RowParser, one: Row, identity: int | None, seen: Mapping[int, str]
    ) -> LedgerRow | None:
        """None for one that is no record."""
        number, cells, mark, filled = one
        who = cells[identity] if identity is not None and identity < len(cells) else None
        if who.__class__ is not str or not _PERSON.fullmatch(who):
            why = skip_reason(one, _table(sheet))
            if why is not None:
                self._skip(sheet, number, why)
                return None
        if mark:
            sheet.marks[mark] += 1
            if self.marks.get(mark) == MarkMeaning.LEAVE:
                self._skip(sheet, number, "struck" if mark == "struck" else "marked")
                return None
        self.filled[sheet.name] += bool(filled)
        digest = seen.get(number) or parser.digest_of(cells, mark)
        row = parser.parse(number, cells, mark)
        row.digest = digest
        if mark:
            self._marked(row)
        if self.ledger.people:
            self._double(row)
            self.finder.place(row)
        return row

    def _parser(self, sheet: Sheet) -> RowParser:
        parser = self._parsers.get(sheet.index)
        if parser is None:
            table = _table(sheet)
            keys = {index: key for index, (_heading, key) in table.columns.items()}
            parser = self._parsers[sheet.index] = self.enter(sheet.name, table.title, table.unit, keys)
            sheet.read_as = known.fingerprint(self) if self.ledger.remembers else ""
            self._memory = known.Memory.of(self, sheet.read_as if self._quick else "")
        return parser

    @property
    def _parsers(self) -> dict[int, RowParser]:
        return self.context.memory.setdefault("exchange.parsers", {})

    def _marked(self, row: LedgerRow) -> None:
        if self.marks.get(row.mark) == MarkMeaning.RETURNED:
            row.mark = MarkMeaning.RETURNED.value
        elif row.mark in ("red", "struck"):
            looks = "红色" if row.mark == "red" else "划了删除线"
            row.inform("marked_row", f"这一行在表里是{looks}的，照常读入。")

    def _double(self, row: LedgerRow) -> None:
        """The same person twice in a file: the later row stops, the earlier one stands."""
        number = row.values.get("identity")
        if not number:
            return
        if first := self._people.before(int(number[:17]), row):
            where = f"第 {first[1]} 行" if first[0] == row.sheet else f"工作表“{first[0]}”第 {first[1]} 行"
            row.error(
                "duplicate_in_file", f"这个身份证号在{where}已经有了，同一个人只能有一行，请删掉一行。", "identity"
            )

    def _skip(self, sheet: Sheet, number: int, why: str) -> None:
        if why != "blank" and len(sheet.skipped) < SKIPPED_SHOWN:
            sheet.skipped.append({"row": number, "why": why})

    # -- rows, one or many --------------------------------------------------------------------

    def _look(self, part: _Part) -> None:
        rows, familiar = part.rows, part.familiar
        self.context.looked_up = part.looked_up()
        self.ledger.check(rows, self.context)
        if self._memory and any(one.code == "duplicate_in_file" for row in rows for one in row.messages):
            raise known.Doubtful
        counts = self.counts
        counts["rows"] += len(rows) + len(familiar)
        counts[Outcome.UNCHANGED.value] += len(familiar)
        self.terms.update([known_.term for _number, _who, known_ in familiar])
        for row in rows:
            counts[row.outcome.value] += 1
            if row.outcome.usable and TERM in row.basis:
                self.terms[row.basis[TERM]] += 1
            if row.messages:
                if any(one.level == "warning" for one in row.messages):
                    counts["warning"] += 1
                self._note_learned(row)

    def _note_learned(self, row: LedgerRow) -> None:
        for one in row.messages:
            if one.code == "learned_value":
                self.learned_used.add((one.column, learning.plain(row.raw.get(one.column))))

    def _stage(self, part: _Part, sheet: int, behind: Behind) -> None:
        known.stage(part.familiar, self.batch, sheet, behind)
        staging.stage(part.rows, self.batch, sheet, behind, self.planned_by)
        behind.go()
        told = [(row.number, f"{row.digest}{row.organisation_id}{row.outcome.value}") for row in part.rows]
        told += [
            (number, f"{known_.digest}{known_.organisation_id}{Outcome.UNCHANGED.value}")
            for number, _who, known_ in part.familiar
        ]
        self._digest.update("".join([text for _number, text in sorted(told)]).encode())

    def again(self, row: LedgerRow, sheet: Mapping[str, Any], corrections: Mapping[str, str]) -> LedgerRow:
        """Read and compare one staged row again, with what people have corrected since."""
        columns = {index: key for index, _heading, key in sheet["columns"]}
        parser = self.enter(sheet["name"], sheet["title"], sheet["unit"], columns)
        fresh = parser.parse_again(row, {**row.raw, **corrections})
        fresh.basis = {key: value for key, value in row.basis.items() if key == "decisions"}
        if person := row.basis.get("decisions", {}).get("use_person"):
            _speak_of(fresh, person)
        if self.ledger.people:
            self.finder.place(fresh)
        self.ledger.check([fresh], self.context)
        fresh.raw = row.raw  # as it came: corrections lie beside it
        return fresh

    def notes(self) -> list[dict[str, str]]:
        """What the sender should know of how rows were read. Merged cells of the head are every form's; those of rows are not."""
        return [
            {
                "code": "merged_filled",
                "text": f"有 {rows} 行在合并的单元格里，合并的内容给了其中每一行。",
                "sheet": sheet,
            }
            for sheet, rows in self.filled.items()
            if rows
        ]

    def totals(self) -> dict[str, int]:
        """The counts of the report: every outcome named, also where there is none."""
        names = ("rows", *(outcome.value for outcome in Outcome), "warning")
        return {name: self.counts[name] for name in names}


def _table(sheet: Sheet) -> Table:
    assert sheet.table is not None  # of a sheet that is used
    return sheet.table


def _let_go(rows: list[Row]) -> Iterator[Row]:
    """In order, and none is kept: those of three lots would be in memory at a time."""
    rows.reverse()
    while rows:
        yield rows.pop()


def _digests(parser: RowParser, rows: list[Row], identity: int) -> dict[int, str]:
    """By row number, of rows that name a person by number and bear no mark: no others are ever known."""
    return {
        row.number: parser.digest_of(row.cells)
        for row in rows
        if not row.mark and identity < len(row.cells) and _is_number(row.cells[identity])
    }


def _is_number(cell: Any) -> bool:
    return cell.__class__ is str and _PERSON.fullmatch(cell) is not None and cell == cell.strip()


def _speak_of(row: LedgerRow, person: str) -> None:
    """Somebody said which person the row means: what stands in the number's cell no longer matters."""
    row.basis["person"] = person
    row.values.pop("identity", None)
    row.messages = [one for one in row.messages if one.column != "identity"]
    if not any(one.level == "error" for one in row.messages):
        row.outcome = Outcome.NEW
