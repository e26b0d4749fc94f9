"""Paths: four digits a level, a subtree is one half-open range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import paths

PATHS = st.lists(st.integers(1, paths.LAST), min_size=1, max_size=paths.MAX_LEVELS).map(
    lambda numbers: "".join(f"{number:04d}" for number in numbers)
)


@given(PATHS, PATHS)
def test_a_subtree_is_exactly_what_begins_with_its_path(one, other):
    assert paths.covers(paths.subtree(one), other) == other.startswith(one)


@given(st.lists(PATHS, max_size=6), PATHS)
def test_merged_ranges_cover_the_same(roots, path):
    ranges = [paths.subtree(root) for root in roots]
    merged = paths.merge(ranges)
    assert any(paths.covers(one, path) for one in merged) == any(paths.covers(one, path) for one in ranges)
    assert len(merged) <= len(ranges)


@given(PATHS)
def test_the_line_above_begins_at_the_root(path):
    line = paths.ancestors(path)
    assert (line[-1], len(line)) == (path, paths.depth(path))
    assert all(paths.covers(paths.subtree(one), path) for one in line)


def test_there_is_an_end():
    assert paths.child("0001", 12) == "00010012"
    for parent, number in (("0001", 0), ("0001", 9999), ("0001" * 10, 1)):
        with pytest.raises(ValueError, match=r"room|deep"):
            paths.child(parent, number)
    assert not paths.covers(paths.subtree("0001"), "")
