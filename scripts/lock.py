"""Make the hashed requirements files again (``make lock``), or check that they are up to date (``--check``).

The check needs no network: the first line of every lock holds a digest of the requirement lines it was made from,
files named by ``-r`` and ``-c`` included. Only ``make lock`` itself asks the package index.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements", "requirements-dev", "requirements-e2e")  # each may lean on those before it
MARK = "# made from requirement lines with sha256 "


def requirement_lines(path: Path) -> list[str]:
    """Every requirement that counts, in order, comments dropped and named files spelled out."""
    lines = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith(("-r ", "-c ")):
            lines += [line, *requirement_lines(path.parent / line[3:].strip())]
        else:
            lines.append(line)
    return lines


def digest(source: Path) -> str:
    """The digest that the lock of ``source`` must carry."""
    return hashlib.sha256("\n".join(requirement_lines(source)).encode()).hexdigest()


def is_current(source: Path) -> bool:
    """Whether the lock beside ``source`` was made from what ``source`` says now."""
    lock = source.with_suffix(".txt")
    return lock.exists() and lock.read_text(encoding="utf-8").split("\n", 1)[0] == MARK + digest(source)


def make(source: Path) -> None:
    """Resolve ``source`` for every platform and write its lock, keeping pins that still fit."""
    lock = source.with_suffix(".txt")
    command = [
        Path(sys.executable).parent / "uv",
        "--quiet",
        "pip",
        "compile",
        "--universal",
        "--python-version",
        "3.11",
    ]
    command += ["--generate-hashes", "--no-header", "--output-file", lock.name, source.name]
    subprocess.run(command, cwd=source.parent, check=True, stdout=subprocess.DEVNULL)
    lock.write_text(f"{MARK}{digest(source)}\n{lock.read_text(encoding='utf-8')}", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Make all locks, or with ``--check`` name those that are behind; the exit code says whether all is well."""
    sources = [ROOT / f"{name}.in" for name in LOCKS]
    if arguments != ["--check"]:
        for source in sources:
            make(source)
        return 0
    behind = [source.with_suffix(".txt").name for source in sources if not is_current(source)]
    if behind:
        print(f"{', '.join(behind)}: made from other requirements than the .in files ask for; run `make lock`.")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
