"""XML by a real parser that refuses any document type declaration.

Entities can only be declared in a DTD, and a DTD can only stand before the root element: so a part
is safe once the parser has met its root. Searching the text for "<!DOCTYPE" was bypassed with other
encodings in every product that tried it (CVE-2018-19277, CVE-2024-47873).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Never
from xml.parsers import expat

from exchange.reading.refusals import refusal

UTF8 = ("utf-8", "us-ascii", "ascii")


def local(name: str) -> str:
    """A name without its namespace prefix: strict, transitional and prefixed files look the same."""
    return name.rpartition(":")[2]


def guarded_parser() -> expat.XMLParserType:
    """An expat parser that raises Refused at a DTD and at any encoding but UTF-8.

    A part in UTF-16 would be read as an empty sheet by the spreadsheet library, without a word.
    """
    parser = expat.ParserCreate()

    def forbid(*_: Any) -> Never:
        raise refusal("xml_forbidden")

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in UTF8:
            raise refusal("xml_forbidden")

    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    parser.ExternalEntityRefHandler = forbid
    parser.XmlDeclHandler = declaration
    return parser


class PrologGuard:
    """Parses the beginning of a part, up to its root element, and nothing more."""

    def __init__(self) -> None:
        self._parser = guarded_parser()
        self._parser.StartElementHandler = self._root
        self.root = ""
        self._started = False

    def _root(self, name: str, _attributes: dict[str, str]) -> None:
        self.root = self.root or name

    def met(self) -> bool:
        """Whether the root element was reached, so that no declaration can follow."""
        return bool(self.root)

    def feed(self, block: bytes) -> None:
        if self.met() or not block:
            return
        if not self._started:
            self._started = True
            if block[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in block[:4]:
                raise refusal("xml_forbidden")
        for start in range(0, len(block), 4096):
            try:
                self._parser.Parse(block[start : start + 4096], False)
            except expat.ExpatError as error:
                if self.met():
                    return
                raise refusal(_code_of(error)) from error
            if self.met():
                return


def _code_of(error: expat.ExpatError) -> str:
    encodings = (
        expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
        expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
    )
    return "xml_forbidden" if error.code in encodings else "damaged"


def walk(
    text: bytes, on_start: Callable[[str, dict[str, str]], None], on_end: Callable[[str], None] | None = None
) -> None:
    """Call ``on_start(local name, attributes)`` for every element of a small part."""
    parser = guarded_parser()
    parser.StartElementHandler = lambda name, attributes: on_start(local(name), attributes)
    if on_end is not None:
        parser.EndElementHandler = lambda name: on_end(local(name))
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise refusal(_code_of(error)) from error
