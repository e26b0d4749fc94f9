"""``make test``: the whole suite on everything this machine has, and at the end what was not run and why.

* SQLite: all tests but the browser's. Those marked ``once`` (kill, hostile files, set-up) run only here.
* Browser: the tests marked ``browser``, where a Chromium is found (``CHROMIUM=/path`` names another).
* PostgreSQL: the rest again, on TEST_DATABASE_URL or where a server on 127.0.0.1:5432 lets user postgres in.

Tests that need Redis find one in TEST_REDIS_URL, given or on 127.0.0.1:6379. With CI=true, whatever was not run or was
skipped everywhere is a failure. Arguments go to pytest (``make test ARGS="-k ledger"``).

Each run is spread over two processes, file by file, where there are two processors: what a file loads once stays loaded.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "var" / "test"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
NO_TESTS = 5  # pytest's exit code when a selection is empty


@dataclass
class Run:
    """One pytest run: its name, what it selects, and how it ended: the tests that passed, the skipped ones with their reason."""

    name: str
    marks: str
    environment: dict[str, str] = field(default_factory=dict)
    spread: tuple[str, ...] = ()
    code: int = 0
    passed: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def carry_out(self, arguments: list[str]) -> None:
        """Run pytest, its output as it comes, and read its report."""
        print(f"\n== {self.name}", flush=True)
        report = REPORTS / f"{self.name.lower()}.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-m", self.marks, f"--junitxml={report}"]
        command += [*self.spread, *arguments]
        began = time.monotonic()
        self.code = subprocess.run(command, cwd=ROOT, env={**os.environ, **self.environment}, check=False).returncode
        self.seconds = time.monotonic() - began
        if report.exists():
            self._read(report)

    def _read(self, report: Path) -> None:
        for case in ET.parse(report).iter("testcase"):
            test = f"{case.get('classname')}.{case.get('name')}"
            if not len(case) or all(child.tag in ("system-out", "system-err", "properties") for child in case):
                self.passed.add(test)
            for skip in case.findall("skipped"):
                if skip.get("type") != "pytest.xfail":
                    self.skipped[test] = skip.get("message") or "no reason given"

    @property
    def verdict(self) -> str:
        """One line for the end."""
        words = {0: "green", NO_TESTS: "no test selected"}.get(self.code, "FAILED")
        return f"{self.name:<11}{words}, {len(self.passed)} passed in {self.seconds:.0f} s"


def left_out(runs: list[Run]) -> list[str]:
    """A line for each reason why tests were skipped that no other run has carried out."""
    passed = {test for run in runs for test in run.passed}
    lines = []
    for run in runs:
        reasons = Counter(reason for test, reason in run.skipped.items() if test not in passed)
        lines += [f"{run.name}: {count} skipped, {reason}" for reason, count in sorted(reasons.items())]
    return lines


def find_chromium() -> str | None:
    """A Chromium's path: CHROMIUM, the PATH, or macOS's place for Chrome."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else [*CHROMIUMS, MAC_CHROME]
    return next((path for name in names if (path := shutil.which(name))), None)


def find_postgres() -> tuple[str | None, str]:
    """The test database's address, or why there is none."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        return given, ""
    if not answers(5432):
        return None, "TEST_DATABASE_URL is not set and nothing answers on 127.0.0.1:5432"
    server = "postgres://postgres@127.0.0.1:5432"
    attempt = f"import psycopg2; psycopg2.connect('{server}/postgres', connect_timeout=5)"
    tried = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True, check=False)
    if tried.returncode:
        last_line = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
        return None, f"user postgres may not enter on 127.0.0.1:5432 ({last_line}); set TEST_DATABASE_URL"
    return f"{server}/yanyi", ""


def find_redis() -> str | None:
    """The test Redis's address; the last of the usual sixteen databases of a local one."""
    return os.environ.get("TEST_REDIS_URL") or ("redis://127.0.0.1:6379/15" if answers(6379) else None)


def answers(port: int) -> bool:
    """Whether something listens on the local port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def spread() -> tuple[str, ...]:
    """Options of pytest-xdist: more than two processes would only wait for the database."""
    number = min(os.cpu_count() or 1, 2)
    return ("-n", str(number), "--dist", "loadfile") if number > 1 else ()


def plan() -> tuple[list[Run], list[str]]:
    """The runs this machine can do, and a line for each it cannot."""
    missing = []
    processes = spread()
    shared = {"TEST_DATABASE_URL": "sqlite:///:memory:"}
    if redis := find_redis():
        shared["TEST_REDIS_URL"] = redis
    else:
        missing.append("Redis: TEST_REDIS_URL is not set and nothing answers on 127.0.0.1:6379")
    runs = [Run("SQLite", "not browser", shared, processes)]
    if chromium := find_chromium():
        runs.append(Run("Browser", "browser", {**shared, "CHROMIUM": chromium}, processes))
    else:
        missing.append("Browser: no Chromium found; install one (Debian: apt-get install chromium) or set CHROMIUM")
    postgres, why = find_postgres()
    if postgres:
        runs.append(Run("PostgreSQL", "not once and not browser", {**shared, "TEST_DATABASE_URL": postgres}, processes))
    else:
        missing.append(f"PostgreSQL: {why}")
    return runs, missing


def main(arguments: list[str]) -> int:
    """Carry out every run, then say how each ended and what was left out."""
    in_ci = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    REPORTS.mkdir(parents=True, exist_ok=True)
    runs, missing = plan()
    for run in runs:
        run.carry_out(arguments)
        if run.code == NO_TESTS:
            missing.append(f"{run.name}: no test was selected")
    missing += left_out(runs)
    failed = any(run.code not in (0, NO_TESTS) for run in runs)
    print("\n== In all")
    for run in runs:
        print(run.verdict)
    for line in missing:
        print(f"NOT RUN    {line}")
    if not missing:
        print("Nothing was left out.")
    elif in_ci and not arguments:
        print("With CI=true nothing may be left out: failed.")
        failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
