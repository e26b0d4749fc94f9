"""CSV as Chinese Excel opens it: UTF-8 with BOM, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# A cell that begins with one of these may be run by a spreadsheet (OWASP: CSV injection); the import strips just "'".
DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠'")


def guard(value: Any) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text.lstrip(" \"';").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


def write(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guard(heading) for heading in headings])
    writer.writerows([guard(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8")
