"""Bring ``.venv`` up to one of the hashed locks: ``install.py run`` for serving, ``install.py dev`` for tests and checks.

Every step leaves its stamp only when it is done, so an interrupted install goes on where it stopped and a finished one
costs nothing. A lock file keeps two installs from working in one folder at the same time.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MADE = VENV / ".made"
LOCKS = {"run": ("requirements.txt",), "dev": ("requirements-dev.txt", "requirements-e2e.txt")}


def works() -> bool:
    """Whether the environment was made to the end and its Python still starts."""
    return MADE.exists() and PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0


def make() -> None:
    """Make the environment anew with the Python that runs this."""
    print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    MADE.touch()


def install(lock: Path) -> None:
    """Install one lock unless its stamp says that just this was installed."""
    stamp = VENV / f".{lock.stem}"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Installing {lock.name}", flush=True)
    command = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    subprocess.run([*command, "--requirement", lock], check=True)
    stamp.write_text(digest)


def main(purpose: str) -> int:
    """Make and fill the environment; a failed step is named in one line and can simply be run again."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "install.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        try:
            if not works():
                make()
            for name in LOCKS[purpose]:
                install(ROOT / name)
        except subprocess.CalledProcessError as error:
            print(f"Not finished: {error.cmd[2]} ended with code {error.returncode} (see above).", file=sys.stderr)
            print("Run the same command again; it goes on from here.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
