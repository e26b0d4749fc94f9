"""A to-do or message is shown on lists and may go out on a channel: no number of a person stands in it."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d{11,}")


def require_no_number(text: str) -> None:
    """Raises ValueError for text with a phone or identity number in it."""
    if _NUMBER.search(text):
        raise ValueError("a whole phone or identity number in a to-do or message")
