"""The looks that people use as data (red, struck through, coloured) and the cells that only look filled.

The spreadsheet library gives values without looks, and an empty string for error values and for
formulas that were never calculated. A slower pass over the cells supplies both; it runs only on
sheets where the scan saw a reason.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from exchange.reading.container import Container
from exchange.reading.markup import guarded_parser, local, walk
from exchange.reading.refusals import refusal
from exchange.reading.shapes import Limits

RED_INDEXES = {"2", "10"}
NO_VALUE = "#NO_VALUE"  # a formula that was never calculated
PLAIN_FILLS = {"FFFFFF", "000000"}
REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


@dataclass
class Styles:
    """``odd``: cell formats with a look of their own, by index."""

    odd: dict[int, str] = field(default_factory=dict)


@dataclass
class Details:
    """Marks by row number; error texts by row number and column index; number of calculated formulas."""

    marks: dict[int, str] = field(default_factory=dict)
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    formulas: int = 0


def read_styles(container: Container, limits: Limits) -> Styles:
    """The cell formats that are red, struck or filled. Raises Refused for millions of formats."""
    if "xl/styles.xml" not in container:
        return Styles()
    reader = _StyleReader(limits)
    walk(container.read("xl/styles.xml", most=64 * 1024 * 1024), reader.start, reader.end)
    return Styles({index: look for index, look in enumerate(reader.formats) if look})


class _StyleReader:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.fonts: list[str] = []
        self.fills: list[str] = []
        self.formats: list[str] = []
        self._section = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("fonts", "fills", "cellXfs", "dxfs", "cellStyleXfs"):
            self._section = name
        elif self._section == "fonts":
            self._font(name, attributes)
        elif self._section == "fills":
            self._fill(name, attributes)
        elif self._section == "cellXfs" and name == "xf":
            self._format(attributes)

    def end(self, name: str) -> None:
        if name == self._section:
            self._section = ""

    def _font(self, name: str, attributes: dict[str, str]) -> None:
        if name == "font":
            self.fonts.append("")
        elif name == "strike" and attributes.get("val", "1") not in ("0", "false"):
            self.fonts[-1] = "struck"
        elif name == "color" and is_red(attributes) and not self.fonts[-1]:
            self.fonts[-1] = "red"

    def _fill(self, name: str, attributes: dict[str, str]) -> None:
        if name == "fill":
            self.fills.append("")
        elif name == "fgColor":
            colour = attributes.get("rgb", "")[-6:].upper()
            if is_red(attributes):
                self.fills[-1] = "red"
            elif colour and colour not in PLAIN_FILLS:
                self.fills[-1] = f"fill:{colour}"

    def _format(self, attributes: dict[str, str]) -> None:
        font, fill = (int(attributes.get(key, "0")) for key in ("fontId", "fillId"))
        look = self.fonts[font] if font < len(self.fonts) else ""
        self.formats.append(look or (self.fills[fill] if fill < len(self.fills) else ""))
        if len(self.formats) > self.limits.styles:
            raise refusal("too_complex", what="单元格样式", count=f"超过 {self.limits.styles}")


def is_red(attributes: dict[str, str]) -> bool:
    """The reds of the palettes of Excel and WPS: FF0000, C00000 and their neighbours."""
    if attributes.get("indexed") in RED_INDEXES:
        return True
    colour = attributes.get("rgb", "")[-6:]
    try:
        red, green, blue = bytes.fromhex(colour)
    except ValueError:
        return False
    return red >= 0xC0 and green <= 0x40 and blue <= 0x40


def column_index(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


class CellPass:
    """Reads one worksheet part cell by cell, keeping only what :class:`Details` holds."""

    def __init__(self, styles: Styles) -> None:
        self.details = Details()
        self._odd = {str(index): look for index, look in styles.odd.items()}
        self._parser = guarded_parser()
        self._parser.StartElementHandler = self._start
        self._prefix: str | None = None
        self._row = self._column = 0
        self._style = self._type = self._text = ""
        self._filled = self._formula = False
        self._looks: Counter[str] = Counter()
        self._cells = 0

    def feed(self, block: bytes, *, final: bool = False) -> None:
        try:
            self._parser.Parse(block, final)
        except expat.ExpatError as error:
            raise refusal("damaged") from error
        if final:
            self._close_row()

    def _start(self, name: str, attributes: dict[str, Any]) -> None:
        if self._prefix is None:
            self._prefix = name.removesuffix(local(name))
        name = name.removeprefix(self._prefix)  # extensions have a prefix of their own, and an "f" too
        if name == "c":
            self._close_cell()
            self._open_cell(attributes)
        elif name == "v":
            self._filled = True
            if self._type == "e" or self._formula:
                self._parser.CharacterDataHandler = self._characters
        elif name == "is":
            self._filled = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._close_row()
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1

    def _open_cell(self, attributes: dict[str, Any]) -> None:
        match = REFERENCE.match(attributes.get("r", ""))
        self._column = column_index(match[1]) if match else self._column + 1
        self._style = attributes.get("s", "")
        self._type = attributes.get("t", "")

    def _characters(self, text: str) -> None:
        self._text += text

    def _close_cell(self) -> None:
        self._parser.CharacterDataHandler = None
        if self._filled:
            self._cells += 1
            look = self._odd.get(self._style)
            if look:
                self._looks[look] += 1
        if self._type == "e":
            self._error(self._text.strip() or "#ERROR")
        elif self._formula and self._type != "str" and not self._text.strip():
            self._error(NO_VALUE)
        elif self._formula:
            self.details.formulas += 1
        self._style = self._type = self._text = ""
        self._filled = self._formula = False

    def _error(self, text: str) -> None:
        self.details.errors.setdefault(self._row, {})[self._column] = text

    def _close_row(self) -> None:
        self._close_cell()
        if self._looks:
            look = max(self._looks, key=self._looks.__getitem__)
            if self._looks[look] * 2 >= self._cells:
                self.details.marks[self._row] = look
            self._looks.clear()
        self._cells = 0


def read_details(container: Container, path: str, styles: Styles) -> Details:
    """The slower pass over one worksheet part."""
    cells = CellPass(styles)
    entry = next(entry for entry in container.entries if entry.filename == path)
    for block in container.inflate(entry, count=False):
        cells.feed(block)
    cells.feed(b"", final=True)
    return cells.details
