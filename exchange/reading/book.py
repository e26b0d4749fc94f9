"""The parent's side of reading: starts the child, hands it the bytes, asks for rows in chunks."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from core.domain.freetext import without_numbers
from exchange.reading import wire
from exchange.reading.refusals import Refused, refusal
from exchange.reading.shapes import MEGABYTE, Limits, Note, Row, SheetInfo

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
STDERR_BYTES = 16 * 1024
START = "import sys; sys.path.insert(0, sys.argv[1]); from exchange.reading.child import main; main()"


def _environment() -> dict[str, str]:
    """What an interpreter needs to start, and none of the portal's keys and addresses."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}


def open_book(data: bytes, filename: str, *, limits: Limits = Limits()) -> Book:  # noqa: B008 (frozen)
    """Open a table file of any known format, whatever its name says.

    Raises Refused; so may :meth:`Book.rows`, before its first row (never after it for size, but a
    damaged part may show late). Use as a context manager: the child ends with it.
    """
    if len(data) > limits.file_bytes:
        raise refusal("too_large", limit=limits.file_bytes // MEGABYTE)
    if not data:
        raise refusal("empty_file")
    return Book(data, filename, limits)


class Book:
    """An open file. ``sheets`` in workbook order, hidden ones too; ``notes`` grow while rows are read."""

    def __init__(self, data: bytes, filename: str, limits: Limits) -> None:
        self.sheets: list[SheetInfo] = []
        self.notes: list[Note] = []
        self._limits = limits
        self._reading = 0
        self._owed = 0
        self._timed_out = False
        command = [sys.executable, "-I", "-X", "utf8", "-c", START, str(ROOT)]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
        )
        self._requests = cast(IO[bytes], self._child.stdin)
        self._answers = cast(IO[bytes], self._child.stdout)
        self._complaints = cast(IO[bytes], self._child.stderr)
        try:
            self._hand_over(data, filename)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.kill()
        for stream in (self._requests, self._answers, self._complaints):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._child.wait()

    def rows(self, sheet_index: int, chunk: int = 2000) -> Iterator[list[Row]]:
        """The rows of one sheet with content, in chunks. Asking for another sheet ends this reading."""
        self._reading += 1
        mine = self._reading
        while self._owed:
            self._answer()
        info = self.sheets[sheet_index]
        self._ask(f"rows {sheet_index} {chunk}")
        read = 0
        while mine == self._reading:
            message = self._answer()
            if message.startswith(b"{"):
                info.rows_read = read
                return
            self._ask("next")  # the child prepares the next chunk while this one is used
            rows = wire.unpack_rows(message)
            read += len(rows)
            yield rows

    def _hand_over(self, data: bytes, filename: str) -> None:
        header = {"size": len(data), "filename": filename, "limits": asdict(self._limits)}
        self._write(json.dumps(header).encode() + b"\n")
        self._owed = 1
        self._write(data)
        book = json.loads(self._answer())["book"]
        self.sheets = [SheetInfo(without_numbers(name), hidden) for name, hidden in book["sheets"]]
        self.notes = [Note(*note) for note in book["notes"]]

    def _ask(self, request: str) -> None:
        self._owed += 1
        self._write(request.encode() + b"\n")

    def _write(self, data: bytes) -> None:
        try:
            self._requests.write(data)
            self._requests.flush()
        except BrokenPipeError:
            return  # it ended early: the answer, or its absence, says why

    def _answer(self) -> bytes:
        """The child's next frame. Raises Refused for its refusals and for its death."""
        self._owed -= 1
        timer = threading.Timer(self._limits.answer_seconds, self._give_up)
        timer.start()
        try:
            message = wire.receive(self._answers)
        finally:
            timer.cancel()
        if message is None:
            raise self._death()
        if message.startswith(b'{"refused"'):
            code, text = json.loads(message)["refused"]
            raise Refused(code, text)
        return message

    def _give_up(self) -> None:
        self._timed_out = True
        self._child.kill()

    def _death(self) -> Refused:
        self._child.kill()
        status = self._child.wait()
        last_line = self._complaints.read(STDERR_BYTES).rstrip().rpartition(b"\n")[2]
        # Only the kind of the error: its message may quote a cell.
        logger.warning(
            "ledger reader ended with status %s: %s", status, last_line.partition(b":")[0].decode("ascii", "replace")
        )
        if self._timed_out or status == -getattr(signal, "SIGXCPU", 0):
            return refusal("too_slow")
        return refusal("sparse" if status == -signal.SIGABRT else "damaged")
