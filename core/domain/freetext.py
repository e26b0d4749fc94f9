"""Numbers that people hide in remarks. Free text is scanned on the way in, so that no full identity or
phone number is ever stored where nothing masks it."""

from __future__ import annotations

import re
from typing import Literal

from core.domain.cells import clean_text
from core.domain.identity import check_digit
from core.domain.phones import find_phones

Kind = Literal["identity", "phone"]

_IDENTITY = re.compile(r"(?<!\d)\d(?:[ -]?\d){16}[ -]?[\dXxХх](?!\d)|(?<!\d)[1-9]\d{14}(?!\d)")
_LONG = re.compile(r"\d{9,}[Xx]?")
_BIRTH_18 = re.compile(r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]")
_BIRTH_15 = re.compile(r"\d{8}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}")


def find_numbers(text: str) -> list[tuple[Kind, str]]:
    """Every identity and phone number in the text, in order of appearance.

    A mistyped identity number still gives the person away, so a plausible birth date is enough.
    """
    return [(kind, value) for _, _, kind, value in _spans(clean_text(text))]


def without_numbers(text: str) -> str:
    """The text as it is, or what is left of it without its numbers: for what lies in the clear."""
    return take_numbers(text)[0] if find_numbers(text) else text


def take_numbers(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The text without its numbers, the phones and the identity numbers."""
    plain = clean_text(text)
    spans = _spans(plain)
    for start, end, _, _ in reversed(spans):
        plain = f"{plain[:start]} {plain[end:]}"
    plain = re.sub(r"[(（]\s*[)）]", "", plain)
    plain = re.sub(r"\s+", " ", plain).strip(" ,，、;；:：/")
    phones = tuple(value for _, _, kind, value in spans if kind == "phone")
    identities = tuple(value for _, _, kind, value in spans if kind == "identity")
    return plain, phones, identities


def hide_numbers(text: str) -> str:
    """A sentence that quotes a cell, with the middle of every long number starred: numbers stand in wrong cells too."""
    return _LONG.sub(lambda found: f"{found[0][:3]}{'*' * (len(found[0]) - 5)}{found[0][-2:]}", text)


def _spans(text: str) -> list[tuple[int, int, Kind, str]]:
    found: list[tuple[int, int, Kind, str]] = []
    for match in _IDENTITY.finditer(text):
        number = re.sub(r"[ -]", "", match[0]).upper().replace("Х", "X")
        if _is_identity(number):
            found.append((match.start(), match.end(), "identity", number))
            # The same length of blanks keeps the positions of the phones that follow.
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    found += [(start, end, "phone", number) for start, end, number in find_phones(text)]
    return sorted(found)


def _is_identity(number: str) -> bool:
    if len(number) == 15:
        return _BIRTH_15.fullmatch(number) is not None
    return _BIRTH_18.fullmatch(number) is not None or check_digit(number[:17]) == number[17]
