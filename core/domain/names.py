"""People's names: the plain form, and the initials that a search box compares."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import product

from core.domain.cells import CellError, Parsed, Problem, cell_error, clean_text, is_blank, shown, without_blanks

LONGEST_NAME = 50

_DOTS = re.compile(r"[•・‧∙⋅･●.﹒]")
_REMARK = re.compile(r"[(（\[【](.*?)[)）\]】]$")
_NAME = re.compile(r"[A-Za-z\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇·]+")

# Surnames that are read otherwise than the same character elsewhere: the reading's first letter, and after
# it a second one that families also use. (A dictionary's first reading is wrong for most of these.)
_SURNAMES = {
    "单": "s", "曾": "z", "区": "o", "仇": "q", "解": "x", "查": "z", "种": "c", "乐": "yl", "翟": "z", "覃": "qt", "秘": "b",
    "折": "s", "繁": "p", "召": "s", "宓": "mf", "么": "y", "佴": "n", "祭": "z", "隗": "kw", "尉": "wy", "谌": "cs", "郗": "xc",
    "郇": "hx", "句": "g", "行": "xh", "适": "k", "乜": "n", "朝": "cz", "粘": "n", "阚": "k",
}  # fmt: skip
_COMPOUND = {"尉迟": "yc", "万俟": "mq", "长孙": "zs", "单于": "cy", "澹台": "tt", "乐正": "yz", "宰父": "zf"}

# Characters of given names that people read in two ways.
_TWO_READINGS = {
    "长": "cz", "朝": "cz", "茜": "qx", "乐": "ly", "行": "xh", "重": "zc", "传": "cz", "晟": "sc", "盛": "sc", "藏": "cz", "曾": "zc",
    "单": "ds", "解": "jx", "调": "td", "翟": "zd", "禅": "cs", "贾": "jg", "省": "sx", "祭": "jz",
}  # fmt: skip


def clean_name(raw: object) -> Parsed[str]:
    """A name without blanks and with · between its parts; ``name_missing`` or ``name_invalid``.

    A remark in brackets after the name ("张三（已故）") goes to ``extra["remark"]``.
    """
    if isinstance(raw, CellError):
        return Parsed(None, cell_error(raw))
    if is_blank(raw):
        return Parsed(None, Problem("name_missing", "没有填写姓名。"))
    name = without_blanks(clean_text(raw)).strip("*·、，,")
    remark = _REMARK.search(name)
    if remark:
        name = name[: remark.start()]
    name = _DOTS.sub("·", name).strip("·")
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        return Parsed(None, Problem("name_invalid", f"“{shown(raw)}”不像姓名，请核对这一格。"))
    return Parsed(name, extra={"remark": remark[1]} if remark and remark[1] else {})


def initials(name: str) -> str:
    """The first letters of a name, lower case, its surname read as a surname: 单雄信 → ``sxx``."""
    return initials_all(name)[0]


@lru_cache(maxsize=20_000)
def initials_all(name: str) -> tuple[str, ...]:
    """Every usual reading of a name, the likeliest first; one in most cases, eight at most."""
    compound = _COMPOUND.get(name[:2])
    surname = tuple(compound) if compound else (_surname_letters(name[:1]),)
    letters = [*surname, *map(_letters, name[len(surname) :])]
    readings = ["".join(reading) for reading in product(*(choice for choice in letters if choice))]
    return tuple(dict.fromkeys(readings))[:8] or ("",)


@cache
def _surname_letters(character: str) -> str:
    """The readings of a surname, then the dictionary's: a searcher may not know the right one."""
    return "".join(dict.fromkeys(_SURNAMES.get(character, "") + _letters(character)[:1]))


@cache
def _letters(character: str) -> str:
    if character in _TWO_READINGS:
        return _TWO_READINGS[character]
    if character.isascii():
        return character.lower() if character.isalpha() else ""
    if not _NAME.fullmatch(character) or character == "·":
        return ""
    return _reader()(character)[:1]


@cache
def _reader() -> Callable[[str], str]:
    # Single characters are all that is asked for: without the dictionary of phrases it takes 60 MB less.
    os.environ.update(PYPINYIN_NO_PHRASES="1", PYPINYIN_NO_DICT_COPY="1")
    from pypinyin import lazy_pinyin  # noqa: PLC0415 the dictionary takes 0.17 s to load; most processes read no name

    return lambda character: "".join(lazy_pinyin(character, errors="ignore"))
