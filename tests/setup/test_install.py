"""Finding a Python, and what is said when there is none that will do."""

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

FIND = Path(__file__).resolve().parents[2] / "scripts" / "find-python"
GOOD = "exit 0"
TOO_OLD = "exit 1"
BROKEN = "echo 'command not found' >&2; exit 127"
WITHOUT_VENV = """case "$2" in *ensurepip*) exit 1;; *print*) echo 3.12;; esac"""


@pytest.fixture
def find(tmp_path):
    """``find(python3="exit 0", ...)`` runs the script where only those Pythons exist."""

    def run(preferred="", **pythons):
        for name, body in pythons.items():
            program = tmp_path / name.replace("_", ".")
            program.write_text(f"#!/bin/sh\n{body}\n")
            program.chmod(0o755)
        for tool in ("cat", "env"):
            (tmp_path / tool).symlink_to(f"/bin/{tool}")
        return subprocess.run(
            ["/bin/sh", FIND],
            env={"PATH": str(tmp_path), "PYTHON": preferred},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_first_good_one_is_taken(find, tmp_path):
    found = find(python3_11=BROKEN, python3_12=GOOD, python3=GOOD)
    assert (found.returncode, found.stdout) == (0, f"{tmp_path}/python3.12\n")


def test_one_named_by_hand_comes_first(find, tmp_path):
    found = find(preferred=f"{tmp_path}/mine", mine=GOOD, python3_11=GOOD)
    assert found.stdout == f"{tmp_path}/mine\n"


def test_none_or_too_old_says_what_to_install(find):
    found = find(python3=TOO_OLD)
    assert found.returncode == 1
    assert "没有找到 Python 3.11 到 3.14" in found.stderr
    assert "apt-get install python3 python3-venv" in found.stderr


def test_without_venv_says_which_package(find):
    found = find(python3_12=WITHOUT_VENV, python3=TOO_OLD)
    assert found.returncode == 1
    assert "Python 3.12 is here, but it cannot make virtual environments" in found.stderr
    assert "apt-get install python3-venv" in found.stderr


def test_the_real_one_is_found():
    found = subprocess.run([FIND], env=dict(os.environ), capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).exists()
