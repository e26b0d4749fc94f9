"""CSV as Chinese Excel opens it: UTF-8 with BOM, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# A cell that begins with one of these may be run by a spreadsheet (OWASP: CSV injection); the import strips just "'".
DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠'")
TICK = 1000  # rows between two reports


def guard(value: Any) -> str:
    text = "" if value is None else str(value).replace("\0", "")
    return "'" + text if text.lstrip(" \"';").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


def write(headings: Sequence[str], rows: Iterable[Sequence[Any]], tick: Callable[[int], None] | None = None) -> bytes:
    """``tick`` hears the rows written so far."""
    data = io.BytesIO(b"\xef\xbb\xbf")
    out = io.TextIOWrapper(data, encoding="utf-8", newline="")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guard(heading) for heading in headings])
    for number, row in enumerate(rows, start=1):
        writer.writerow([guard(value) for value in row])
        if tick and not number % TICK:
            tick(number)
    out.flush()
    return data.getvalue()
