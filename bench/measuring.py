"""What every side of a bench reports: seconds by stage, on the clock and on the processor, and memory at its peak.

Processor time is that of this process, of children that have ended, and of its PostgreSQL session where that runs on the
same machine: it compares fairly when the machine has other work, which the clock does not.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024
_TICKS = os.sysconf("SC_CLK_TCK")


class Measure:
    """``session``: process id of the database session, 0 where it is elsewhere."""

    def __init__(self, session: int = 0) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self.notes: dict[str, Any] = {}
        self._session = session
        self._child_peak = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        clock, cpu = time.perf_counter(), self._cpu()
        yield
        self.stages[name] = {
            "seconds": round(time.perf_counter() - clock, 3),
            "cpu": round(self._cpu() - cpu, 3),
        }

    def _cpu(self) -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system + cpu_of(self._session)

    def _watch(self) -> None:
        while True:
            for pid in _children():
                self._child_peak = max(self._child_peak, peak_of(pid))
            time.sleep(0.05)

    def report(self) -> None:
        """One line of JSON, the last of the output: the bench that started this process reads it."""
        memory = {"worker": round(peak_of(os.getpid())), "reader": round(self._child_peak)}
        print(json.dumps({"stages": self.stages, "memory": memory, **self.notes}, ensure_ascii=False))


def peak_of(pid: int) -> float:
    """Megabytes of memory at the peak of a process; 0 where that is not known."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return 0.0


def _children() -> list[int]:
    pid = os.getpid()
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process on this machine; 0 where that is not known."""
    if pid:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0
