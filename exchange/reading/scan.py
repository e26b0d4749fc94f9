"""One pass over the parts of an .xlsx before the spreadsheet library sees them.

The pass is by blocks and searches, not by elements: it has to cost little beside the reading itself.
It serves the sentences (what is hidden, which row is out of order, where attention is needed); what
keeps the machine safe are the container's counting and the child's limits.
"""

from __future__ import annotations

import operator
import posixpath
import re
from dataclasses import dataclass, field

from exchange.reading.container import BLOCK, Container
from exchange.reading.looks import Styles, read_styles
from exchange.reading.markup import PrologGuard, local, walk
from exchange.reading.refusals import refusal
from exchange.reading.shapes import LONGEST_CELL, Limits

HEAD_ROWS = 8  # titles and headings are coloured in most ledgers; that says nothing about the people
XML_ENDINGS = (".xml", ".rels", ".vml")
DROPPED = (
    ("xl/vbaProject.bin", "macro_ignored", "文件带有宏，宏没有运行，也不会保留。"),
    ("xl/media/", "pictures_dropped", "文件里的图片没有读取。"),
    ("xl/embeddings/", "objects_dropped", "文件里嵌入的对象没有读取。"),
    ("xl/comments", "comments_dropped", "单元格的批注没有读取。"),
    ("xl/threadedComments/", "comments_dropped", "单元格的批注没有读取。"),
    ("xl/externalLinks/", "links_ignored", "文件引用了别的文件，没有去取，只用保存时的数。"),
    ("xl/connections.xml", "links_ignored", "文件带有外部数据连接，没有去取，只用保存时的数。"),
)


@dataclass
class SheetScan:
    """What the pass found in one worksheet. ``path``: its part in the container."""

    path: str
    name: str = ""
    rows: int = 0
    hidden_rows: int = 0
    hidden_columns: bool = False
    filtered: bool = False
    merges: int = 0
    needs_detail: bool = False
    size: int = 0
    _last_row: int = 0
    _carry: bytes = b""
    _prefix: bytes = b""
    _patterns: dict[str, re.Pattern[bytes]] = field(default_factory=dict)

    def begin(self, root: str, styles: Styles) -> None:
        """Prepare the searches once the prefix of the part's elements is known."""
        prefix = root.rpartition(":")[0].encode()
        self._prefix = prefix + b":" if prefix else b""
        tag = b"<" + re.escape(self._prefix)
        self._patterns = {
            "row": re.compile(tag + rb'row\b(?:[^>]*?\sr="(\d+)")?[^>]*>'),
            "hidden_row": re.compile(tag + rb'row\b[^>]*\shidden="(?:1|true)"'),
            "hidden_column": re.compile(tag + rb'col\b[^>]*\shidden="(?:1|true)"'),
            "merge": re.compile(tag + rb'mergeCell\b[^>]*\sref="[A-Z]+(\d+):[A-Z]+(\d+)"'),
        }
        if styles.odd:
            self._patterns["odd"] = re.compile(
                rb' s="(?:%s)"' % b"|".join(b"%d" % index for index in sorted(styles.odd))
            )

    def feed(self, block: bytes, limits: Limits) -> None:
        """Search one block; a tag cut by its end waits for the next."""
        text = self._carry + block
        cut = text.rfind(b"<")
        if len(text) - cut > BLOCK + LONGEST_CELL * 4:
            raise refusal("damaged")
        self._search(text[:cut], limits)
        self._carry = text[cut:]
        self.size += len(block)

    def finish(self, styles: Styles, limits: Limits) -> None:
        self._search(self._carry, limits)
        self._carry = b""
        if self.size <= BLOCK and styles.odd:
            self.needs_detail = True

    def _search(self, text: bytes, limits: Limits) -> None:
        tag = b"<" + self._prefix
        self._count_rows(text)
        if b'hidden="' in text:
            self.hidden_rows += len(self._patterns["hidden_row"].findall(text))
            self.hidden_columns = self.hidden_columns or bool(self._patterns["hidden_column"].search(text))
        self.filtered = self.filtered or tag + b"autoFilter" in text
        if tag + b"mergeCell " in text:
            merges = self._patterns["merge"].findall(text)
            self.merges += len(merges)
            if self.merges > limits.merges:
                raise refusal("too_complex", what="合并单元格", count=f"超过 {limits.merges}")
        self.needs_detail = (
            self.needs_detail or b't="e"' in text or tag + b"f>" in text or tag + b"f " in text or self._odd(text)
        )

    def _count_rows(self, text: bytes) -> None:
        numbers = [int(digits) for digits in self._patterns["row"].findall(text) if digits]
        if not numbers:
            return
        ascending = [self._last_row, *numbers]
        if not all(map(operator.lt, ascending, numbers)):
            wrong = next(after for before, after in zip(ascending, numbers, strict=False) if before >= after)
            raise refusal("rows_disordered", sheet=self.name, row=wrong)
        self.rows += len(numbers)
        self._last_row = numbers[-1]

    def _odd(self, text: bytes) -> bool:
        pattern = self._patterns.get("odd")
        if pattern is None:
            return False
        start = 0
        if self.rows and self.size == 0:
            heads = self._patterns["row"].finditer(text)
            start = next((match.start() for index, match in enumerate(heads) if index == HEAD_ROWS), len(text))
        return bool(pattern.search(text, start))


@dataclass
class BookScan:
    """The vetted structure of an .xlsx: its scanned sheets by name, its styles and notes on what was left out."""

    sheets: dict[str, SheetScan]
    styles: Styles
    left_out: list[tuple[str, str]]


def scan_book(container: Container, limits: Limits) -> BookScan:
    """Vet every part and scan every worksheet. Raises Refused."""
    sheets = {path: SheetScan(path, name) for name, path in _sheet_parts(container)}
    styles = read_styles(container, limits)
    for entry in container.entries:
        guard = PrologGuard() if entry.filename.lower().endswith(XML_ENDINGS) else None
        sheet = sheets.get(entry.filename)
        for block in container.inflate(entry):
            if guard is not None:
                guard.feed(block)
            if sheet is not None and guard is not None:
                if not sheet.size:
                    sheet.begin(guard.root, styles)
                sheet.feed(block, limits)
        if sheet is not None and sheet.size:
            sheet.finish(styles, limits)
        if guard is not None and entry.file_size and not guard.root:
            raise refusal("damaged")
    left_out = {
        code: sentence for name in container.names() for part, code, sentence in DROPPED if name.startswith(part)
    }
    return BookScan({sheet.name: sheet for sheet in sheets.values()}, styles, list(left_out.items()))


def _sheet_parts(container: Container) -> list[tuple[str, str]]:
    """(sheet name, part) of every sheet, by the workbook and its relationships."""
    workbook = _workbook_part(container)
    targets: dict[str, str] = {}
    folder, file = posixpath.split(workbook)
    relations = f"{folder}/_rels/{file}.rels"
    if workbook not in container or relations not in container:
        raise refusal("damaged")

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = _part(folder, attributes.get("Target", ""))

    found: list[tuple[str, str]] = []

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            identifier = next((value for key, value in attributes.items() if local(key) == "id" and ":" in key), "")
            found.append((attributes.get("name", ""), targets.get(identifier, "")))

    walk(container.read(relations), relation)
    walk(container.read(workbook), sheet)
    return found


def _workbook_part(container: Container) -> str:
    found: list[str] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found.append(_part("", attributes.get("Target", "")))

    if "_rels/.rels" in container:
        walk(container.read("_rels/.rels"), relation)
    return found[0] if found else "xl/workbook.xml"


def _part(folder: str, target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
