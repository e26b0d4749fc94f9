"""The pure declaration of a ledger's columns.

A :class:`Column` is declared once and serves import, export, the empty template and the
admin's resource. It knows nothing of models: how a value is stored is the business of the
:class:`core.ledgers.Ledger` that owns the column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.codes import CodeSet


class Kind(StrEnum):
    """What a cell means; decides how it is parsed, compared, masked and written."""

    SERIAL = "serial"  # 序号: written, never read
    TEXT = "text"
    NAME = "name"
    IDENTITY = "identity"
    PHONE = "phone"
    DATE = "date"  # a full day
    PARTIAL_DATE = "partial_date"  # year, month or day
    CODE = "code"  # one of a CodeSet
    FLAG = "flag"  # 是 / 否
    PLACE = "place"  # one whole address text ("江苏省苏州市昆山市")
    PLACE_PART = "place_part"  # province, city or county in a column of its own
    ORGANISATION = "organisation"
    INTEGER = "integer"


@dataclass(frozen=True)
class Column:
    """One column of a ledger.

    ``key``: the canonical name used in reports, changes and evidence.
    ``heading``: as printed; ``group``: the upper cell of a two-row head, "" for none.
    ``synonyms``: further headings people use, in the form :func:`plain_heading` gives.
    ``required``: a file without this column is refused (not: a row without a value).
    ``codes``: for ``Kind.CODE``. ``width``: characters in the official sheet.
    ``facts``: True where the register of members owns the value (a journey ledger may show
    it and compare it, but never writes it).
    ``official``: stands in the official form; the others are only understood when a file has them.
    """

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    synonyms: tuple[str, ...] = ()
    group: str = ""
    required: bool = False
    codes: CodeSet | None = None
    width: int = 12
    facts: bool = False
    official: bool = True

    @property
    def sensitive(self) -> bool:
        """Masked on screens and in plain lists."""
        return self.kind in (Kind.IDENTITY, Kind.PHONE)

    def headings(self) -> frozenset[str]:
        return frozenset(plain_heading(text) for text in (self.heading, *self.synonyms))


_NOISE = re.compile(r"[\s*＊:：、.．。·《》“”\"'﹡\ufeff\u200b]+")
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_REQUIRED_MARK = re.compile(r"[(\[【〔](必填|选填|必填项|可不填)[)\]】〕]")


def plain_heading(text: object) -> str:
    """A heading without blanks, stars, "（必填）" and width differences: what synonyms compare by.

    Brackets that carry meaning stay ("流入地(省)"), in half width.
    """
    plain = unicodedata.normalize("NFKC", str(text or ""))
    plain = _NOISE.sub("", plain)
    return _REQUIRED_MARK.sub("", plain)


def without_brackets(heading: str) -> str:
    """The second try for a heading that carries an unknown remark in brackets."""
    return _BRACKETS.sub("", heading)


def by_key(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.key: column for column in columns}
