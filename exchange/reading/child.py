"""The child process: limits itself, reads one file from its standard input, answers with frames.

Conversation: the parent sends one line of JSON (size, filename, limits), the bytes, then one line a
request: "rows INDEX CHUNK", then "next" for each further chunk. Answers: {"book": …}, chunks (JSON
lists), {"end": …} and, at any time, {"refused": [code, text]}.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

if sys.platform != "win32":
    import resource


from exchange.reading import text, wire
from exchange.reading.formats import Format, sniff
from exchange.reading.grids import Grid
from exchange.reading.refusals import Refused, refusal
from exchange.reading.scan import scan_book
from exchange.reading.shapes import Limits, Note, SheetInfo

ENCODINGS = ("cp437", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gb2312", "big5", "latin-1")


def main() -> None:
    """Serve one file on standard input and output."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    header = json.loads(requests.readline())
    limits = Limits(**header["limits"])
    restrain(limits)
    data = requests.read(header["size"])
    try:
        reader = open_reader(data, header["filename"], limits)
        del data
        book = {"sheets": [[sheet.name, sheet.hidden] for sheet in reader.sheets], "notes": reader.notes()}
        wire.send(answers, wire.dump({"book": book}))
        serve(reader, requests, answers)
    except Refused as refused:
        wire.send(answers, wire.dump({"refused": [refused.code, refused.text]}))
    except MemoryError:
        wire.send(answers, wire.dump({"refused": ["sparse", refusal("sparse").text]}))


def restrain(limits: Limits) -> None:
    """Bounded memory and time; no core dumps; no file or socket can be opened from here on."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)  # loaded from disk at first use, which is no longer possible afterwards
    if sys.platform == "win32":  # where people only try the portal out
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


class CsvReader:
    """A text file as a book of one sheet."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.limits = limits
        self.sheets = [SheetInfo("")]
        self._text = text.decode(data)

    def notes(self) -> list[Note]:
        return []

    def rows(self, _index: int) -> Iterator[bytes]:
        read = 0
        for number, cells in enumerate(text.records(self._text), 1):
            packed = wire.pack_row(number, cells, "", (), None)
            if packed is None:
                continue
            read += 1
            if read > self.limits.rows:
                raise refusal("too_many_rows", sheet="", limit=self.limits.rows)
            if len(cells) > self.limits.columns:
                raise refusal("too_many_columns", sheet="", column=len(cells), limit=self.limits.columns)
            yield packed


def open_reader(data: bytes, filename: str, limits: Limits) -> Grid | CsvReader:
    """The reader for these bytes. Raises Refused."""
    format_, container = sniff(data, filename, limits)
    if format_ is Format.CSV:
        return CsvReader(data, limits)
    scan = None
    if container is not None and format_ is Format.XLSX:
        scan = scan_book(container, limits)
    elif container is not None:
        for entry in container.entries:
            for _block in container.inflate(entry):
                pass
    return Grid(data, limits, container, scan)


def serve(reader: Grid | CsvReader, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests for rows until the parent hangs up."""
    chunks: Iterator[bytes] = iter(())
    for line in requests:
        request = line.split()
        if request[0] == b"rows":
            chunks = chunked(reader.rows(int(request[1])), int(request[2]))
        wire.send(answers, next(chunks, wire.dump({"end": True})))


def chunked(rows: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Rows joined into JSON lists of at most ``size`` rows and about FRAME_BYTES."""
    chunk: list[bytes] = []
    weight = 0
    for row in rows:
        chunk.append(row)
        weight += len(row)
        if len(chunk) >= size or weight > wire.FRAME_BYTES:
            yield b"[" + b",".join(chunk) + b"]"
            chunk, weight = [], 0
    if chunk:
        yield b"[" + b",".join(chunk) + b"]"


if __name__ == "__main__":
    main()
