"""``make test`` counts what ran, names what did not, and lets nothing be left out in CI."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import test as runner

pytestmark = pytest.mark.once

PLAIN = ["-c", "/dev/null", "-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist"]
SUITE = """
import pytest

def test_good(): pass
def test_good_too(): print("said something")
def test_not_here(): pytest.skip("no Redis")
@pytest.mark.xfail
def test_known(): assert False
"""


@pytest.fixture
def carry_out(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "REPORTS", tmp_path)

    def run(text, marks="not nothing"):
        suite = tmp_path / "test_it.py"
        suite.write_text(text)
        done = runner.Run("SQLite", marks)
        done.carry_out([*PLAIN, "--rootdir", str(tmp_path), str(suite)])
        return done

    return run


def test_counts_and_skips_are_read(carry_out):
    done = carry_out(SUITE)
    assert (done.code, len(done.passed)) == (0, 2)
    assert list(done.skipped.values()) == ["no Redis"]
    assert done.verdict.startswith("SQLite     green, 2 passed in ")


def test_what_another_run_carries_out_is_not_left_out(carry_out):
    postgres = runner.Run("PostgreSQL", "", passed={"tests.x.test_here"})
    skipping = carry_out(SUITE)
    skipping.skipped["tests.x.test_here"] = "an in-memory database is one connection"
    assert runner.left_out([skipping, postgres]) == ["SQLite: 1 skipped, no Redis"]


def test_a_failure_and_an_empty_selection_are_told_apart(carry_out):
    assert "FAILED" in carry_out("def test_bad(): assert False").verdict
    assert "no test selected" in carry_out("def test_good(): pass", marks="nothing").verdict


def test_what_is_missing_is_said_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://somebody@127.0.0.1:1/x")
    monkeypatch.setenv("TEST_REDIS_URL", "redis://127.0.0.1:1/0")
    runs, missing = runner.plan()
    assert [(run.name, run.marks) for run in runs] == [
        ("SQLite", "not browser"),
        ("PostgreSQL", "not once and not browser"),
    ]
    assert runs[0].environment["TEST_DATABASE_URL"].startswith("sqlite:")
    assert runs[1].environment["TEST_DATABASE_URL"] == "postgres://somebody@127.0.0.1:1/x"
    assert missing == ["Browser: no Chromium found; install one (Debian: apt-get install chromium) or set CHROMIUM"]


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_ci_lets_nothing_be_left_out(tmp_path, ci, code):
    script = f"""
import sys
from pathlib import Path
from scripts import test as runner
runner.REPORTS = Path({str(tmp_path)!r})
runner.plan = lambda: ([], ["Browser: no Chromium found"])
sys.exit(runner.main([]))
"""
    root = Path(runner.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env={"CI": ci}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert "NOT RUN    Browser: no Chromium found" in done.stdout
