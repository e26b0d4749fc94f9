"""Comma (or semicolon, or tab) separated text, in the encodings that Chinese offices produce."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from exchange.reading.refusals import refusal

DELIMITERS = ",\t;，"
PROBED_LINES = 20
UTF8_WORDS = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", ""),
    (b"\0\0\xfe\xff", ""),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
SIMPLIFIED_SHARE = 0.7


def decode(data: bytes) -> str:
    """The text, by its mark, else strict UTF-8, else strict GB18030; never by guessing at languages."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            if not encoding:
                raise refusal("encoding", what="UTF-32")
            return _strict(data[len(mark) :], encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_mixed(data)
        text = _strict(data, "gb18030", otherwise=error)
    if _looks_traditional(data, text):
        raise refusal("encoding", what="像是 Big5 繁体编码")
    return text


def _strict(data: bytes, encoding: str, otherwise: UnicodeDecodeError | None = None) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        first = max(error.start, otherwise.start if otherwise else 0)
        line = data.count(b"\n", 0, first) + 1
        raise refusal("encoding", what=f"第 {line} 行起") from error


def _refuse_mixed(data: bytes) -> None:
    """Two hands, two encodings: lines of UTF-8 Chinese in a file that is not UTF-8 as a whole.

    GB18030 would read them without an error, as other characters.
    """
    for number, line in enumerate(data.split(b"\n"), 1):
        if UTF8_WORDS.search(line):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            raise refusal("encoding", what=f"第 {number} 行与别的行编码不同")


def _looks_traditional(data: bytes, text: str) -> bool:
    """Big5 passes as GB18030, giving characters that hardly anybody writes."""
    letters = [letter for letter in text if letter > "\x7f"]
    simplified = sum(1 for letter in letters if _in_gb2312(letter))
    if not letters or simplified >= len(letters) * SIMPLIFIED_SHARE:
        return False
    try:
        data.decode("big5")
    except UnicodeDecodeError:
        return False
    return True


def _in_gb2312(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def records(text: str) -> Iterator[list[str]]:
    """The records in order, blank ones included, so that their count is Excel's row number."""
    if "\0" in text:
        raise refusal("nul_bytes", line=text.count("\n", 0, text.index("\0")) + 1)
    csv.field_size_limit(max(len(text), 131_072))
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refusal("csv_quote", line=line) from error
        yield record
        line = reader.line_num + 1


def _delimiter(text: str) -> str:
    lines = text[:100_000].splitlines()[:PROBED_LINES]
    return max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
