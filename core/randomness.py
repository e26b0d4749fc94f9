"""Random bytes for ids and nonces, asked of the system for many at once.

``os.urandom`` lets other threads run each time it is called: an import, whose statements are sent by a thread beside it, would
stop a hundred thousand times for six bytes each.
"""

from __future__ import annotations

import os

_AT_ONCE = 256


class Randomness:
    """``take()``: so many bytes that nobody else is given, neither another thread nor a child process."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._ready: list[bytes] = []
        os.register_at_fork(after_in_child=self._ready.clear)

    def take(self) -> bytes:
        try:
            return self._ready.pop()
        except IndexError:
            block = os.urandom(self._size * _AT_ONCE)
            first, *rest = (block[start : start + self._size] for start in range(0, len(block), self._size))
            self._ready.extend(rest)
            return first
