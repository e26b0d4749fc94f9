"""The locks were made from the requirements as they stand, pin alike, carry hashes and name no place of their own."""

import re
from pathlib import Path

import pytest

from scripts import lock

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)


def pins(name):
    return dict(PIN.findall((ROOT / f"{name}.txt").read_text()))


@pytest.mark.parametrize("name", lock.LOCKS)
def test_lock_is_up_to_date(name):
    assert lock.is_current(ROOT / f"{name}.in"), "run `make lock`"


@pytest.mark.parametrize("name", lock.LOCKS)
def test_lock_has_a_hash_for_every_pin_and_no_address(name):
    text = (ROOT / f"{name}.txt").read_text()
    assert not re.search(r"https?:|file:|--index|--find-links|/\w+/", text)
    for entry in re.split(r"\n(?=[a-z])", text)[1:]:
        assert "--hash=sha256:" in entry, entry


def test_locks_agree_on_every_version():
    run, dev, e2e = (pins(name) for name in lock.LOCKS)
    assert run.items() <= dev.items()
    assert {name: version for name, version in e2e.items() if name in dev}.items() <= dev.items()


@pytest.mark.parametrize("name", lock.LOCKS)
def test_every_requirement_says_why(name):
    lines = [line for line in (ROOT / f"{name}.in").read_text().splitlines() if line and line[0] not in "#-"]
    assert lines
    assert [line for line in lines if not re.search(r"\S  # \S", line)] == []


def test_a_changed_requirement_is_noticed(tmp_path):
    source = tmp_path / "a.in"
    (tmp_path / "base.in").write_text("django~=5.2  # why\n")
    source.write_text("-r base.in\nredis~=8.1  # why\n")
    source.with_suffix(".txt").write_text(f"{lock.MARK}{lock.digest(source)}\n")
    assert lock.is_current(source)
    source.write_text("-r base.in\n\n# another comment\nredis~=8.1  # another reason\n")
    assert lock.is_current(source)
    (tmp_path / "base.in").write_text("django~=5.3  # why\n")
    assert not lock.is_current(source)
