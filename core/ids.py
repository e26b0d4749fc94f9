"""Public ids: the only ids in addresses. Sortable by time, random, letters only.

Letters only, because a run of seven digits in an address is taken for a phone or identity
number by the rules about addresses and logs.
"""

from __future__ import annotations

import time

from core.randomness import Randomness

LENGTH = 24
_random = Randomness(6)
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")


def new_id(now_ms: int | None = None) -> str:
    """48 bits of milliseconds and 48 random bits, as 24 consonants."""
    moment = int(time.time() * 1000) if now_ms is None else now_ms
    return (moment.to_bytes(6, "big").hex() + _random.take().hex()).translate(_LETTERS)
