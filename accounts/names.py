"""User names: short words, or a mobile number, which rests as a keyed hash like every other number."""

from __future__ import annotations

import re
import unicodedata

from core import crypto

_NUMBER = re.compile(r"\d{7,}")
_WORD = re.compile(r"[a-z][a-z0-9._-]{2,29}")


def tidy(text: str) -> str:
    """As people type it: full-width letters, capitals and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def login_key(text: str) -> str:
    """What ``User.username`` keeps: the word itself, or "~" and the blind index of a name with a number in it."""
    name = tidy(text)
    return f"~{crypto.blind(name, 'username')}" if _NUMBER.search(name) else name[:40]


def is_number(text: str) -> bool:
    return _NUMBER.search(text) is not None


def is_word(text: str) -> bool:
    return _WORD.fullmatch(text) is not None and not is_number(text)
