"""Whole numbers as they arrive: typed, in an address, in a hidden field."""

from __future__ import annotations

MOST_DIGITS = 9  # below what a 32-bit column takes


def whole(text: str, most: int = MOST_DIGITS) -> int | None:
    """The number of at most ``most`` digits 0 to 9; None for anything else, as ``²``, ``-1`` or a thousand digits."""
    return int(text) if len(text) <= most and text.isascii() and text.isdecimal() else None
