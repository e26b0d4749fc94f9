"""Organisation paths: digits only, four a level, so that a subtree is one half-open range.

"0001" is a root, "00010003" its third child. Both databases compare them byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterable

WIDTH = 4
MAX_LEVELS = 10
LAST = 9998  # keeps a successor for every path
OUTPOSTS = "9999"  # no organisation can have it: below it are places with people of their own (stations)

Range = tuple[str, str]


def successor(path: str) -> str:
    """The first path after the whole subtree of ``path``."""
    return path[:-WIDTH] + f"{int(path[-WIDTH:]) + 1:0{WIDTH}d}"


def subtree(path: str) -> Range:
    return (path, successor(path))


def outpost(number: int) -> str:
    """The path of a place outside the tree of organisations. Raises ValueError past 9,998."""
    return child(OUTPOSTS, number)


def split(ranges: Iterable[Range]) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """The ranges in the tree of organisations, and those of outposts."""
    tree = tuple(one for one in ranges if one[0] < OUTPOSTS)
    return tree, tuple(one for one in ranges if one[0] >= OUTPOSTS)


def covers(range_: Range, path: str) -> bool:
    return bool(path) and range_[0] <= path < range_[1]


def child(parent: str, number: int) -> str:
    """Raises ValueError past 9,998 children or ten levels."""
    if not 1 <= number <= LAST:
        raise ValueError(f"no room for child {number}")
    path = parent + f"{number:0{WIDTH}d}"
    if len(path) > WIDTH * MAX_LEVELS:
        raise ValueError("too deep")
    return path


def ancestors(path: str) -> list[str]:
    """The paths above ``path``, root first, itself last."""
    return [path[:end] for end in range(WIDTH, len(path) + 1, WIDTH)]


def common(paths: list[str]) -> str:
    """The nearest organisation above all of them, one of them perhaps; "" where they share none."""
    return max((above for above in ancestors(min(paths)) if max(paths).startswith(above)), default="")


def depth(path: str) -> int:
    return len(path) // WIDTH


def merge(ranges: list[Range]) -> tuple[Range, ...]:
    """Sorted, overlapping ones joined: fewer OR branches for the database."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)
