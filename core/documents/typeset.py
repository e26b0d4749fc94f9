"""PDF and pictures through typst: templates are ours, data is JSON and never markup, the font comes with the portal.

typst keeps what it has laid out for the life of its process, some 250 KB a page. So a long paper is set in parts, each in a child
process of its own (:mod:`core.documents.typeset_child`) that gets template and data by pipe, and the parts are joined: the worker
stays small, and nobody's data touches a disk.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pypdf import PdfWriter

PART = 120  # pieces of data a child: some 130 MB
SECONDS = 120
DOTS = 300
PICTURES = Path(__file__).with_name("pictures.typ")
ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.path.insert(0, sys.argv[1]); from core.documents.typeset_child import main; sys.exit(main())"


class TypesetFailed(RuntimeError):
    """The template and its data do not fit together: our mistake, not the reader's."""


def pdf(
    template: Path, pieces: Sequence[Any], common: Mapping[str, Any], tick: Callable[[int], None] | None = None
) -> bytes:
    """The template set with ``common`` and all ``pieces`` (JSON-able), joined to one PDF. ``tick`` hears how many are set."""
    parts: list[bytes] = []
    done = 0
    for part in _parts(pieces):
        parts += _set(template, {**common, "pieces": list(part)}, "pdf")
        done += len(part)
        if tick:
            tick(done)
    if len(parts) == 1:
        return parts[0]
    writer = PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part), import_outline=False)
    joined = io.BytesIO()
    writer.write(joined)
    return joined.getvalue()


def pictures(drawings: Sequence[str]) -> list[bytes]:
    """SVG files as PNG of :data:`DOTS` an inch, for documents that know no SVG; a unit of the drawing is 1/96 inch."""
    return _set(PICTURES, {"pieces": list(drawings)}, "png") if drawings else []


def _parts(pieces: Sequence[Any]) -> Iterator[Sequence[Any]]:
    yield from (pieces[start : start + PART] for start in range(0, max(len(pieces), 1), PART))


def _set(template: Path, data: Mapping[str, Any], form: str) -> list[bytes]:
    """One PDF, or a picture of every page."""
    sent = json.dumps({"template": template.read_text("utf-8"), "data": data, "form": form, "dots": DOTS}).encode()
    # What an interpreter needs to start, and none of the portal's keys and addresses.
    environment = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    command = [sys.executable, "-I", "-X", "utf8", "-c", START, str(ROOT)]
    done = subprocess.run(command, input=sent, capture_output=True, timeout=SECONDS, check=False, env=environment)
    if done.returncode:
        raise TypesetFailed(f"{template.name}: exit {done.returncode}")
    return [base64.b64decode(line) for line in done.stdout.splitlines()]
