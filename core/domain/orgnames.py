"""Names of Party organisations: the official one on the seal and the many that ledgers use for it.

Matching is not done here: :func:`name_keys` says what an organisation may be called, and a reader looks
up :func:`plain_org_name` of the cell among the keys of the organisations in scope.
"""

from __future__ import annotations

import re
from functools import lru_cache

from core.domain.cells import clean_text, without_blanks

# Ending of the official name, ending in daily use, further endings in use. Longest first.
_ENDINGS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("临时联合支部委员会", "临时联合党支部", ("临时联合支部",)),
    ("临时总支部委员会", "临时党总支", ("临时总支", "临时党总支部", "临时总支部")),
    ("临时支部委员会", "临时党支部", ("临时支部",)),
    ("联合支部委员会", "联合党支部", ("联合支部", "党支部", "支部", "支部委员会")),
    ("总支部委员会", "党总支", ("总支", "党总支部", "总支部", "党总支部委员会")),
    ("支部委员会", "党支部", ("支部", "党支部委员会")),
    ("临时委员会", "临时党委", ()),
    ("工作委员会", "党工委", ("工委", "党委", "办事处", "办")),
    ("委员会", "党委", ("党委会",)),
    ("党小组", "党小组", ("小组",)),
)
_SHORT_ENDINGS = sorted(
    ((use, official) for official, short, others in reversed(_ENDINGS) for use in (short, *others)),
    key=lambda pair: -len(pair[0]),
)
_PREFIX = re.compile(r"^(中国共产党|中共)")
_QUOTES = re.compile(r"[“”\"'《》()（）]")
_PLACE_ENDING = re.compile(r"(?<=.)(村|社区|镇|乡|街道)$")
_NUMBERED = re.compile(r"第?([一二三四五六七八九十]|\d{1,2})$")
_GROUP_OF_BRANCH = re.compile(r"(?<=.)(党?支部委员会|党?支部)(?=第)")
_NUMERALS = "一二三四五六七八九十"
_MOBILE = "流动党员"


def plain_org_name(text: object) -> str:
    """The name without blanks, quotes, brackets and 中共: what names are compared by."""
    return _PREFIX.sub("", _QUOTES.sub("", without_blanks(clean_text(text))))


def _split(plain: str) -> tuple[str, str]:
    """A plain name as (whose, official ending): 何寨村 + 支部委员会, whichever way the ending is written."""
    for official, _, _ in _ENDINGS:
        if plain.endswith(official):
            return plain.removesuffix(official), official
    for use, official in _SHORT_ENDINGS:
        if plain.endswith(use) and len(plain) > len(use):
            return plain.removesuffix(use), official
    return plain, ""


def _without(whose: str, *above: str) -> str:
    """Take the names of the places above off the front, as long as something is left."""
    for place in above:
        if place and whose.startswith(place) and whose != place:
            whose = whose.removeprefix(place)
    return whose


def short_org_name(full: str, county_name: str, town_name: str) -> str:
    """The name of daily use: 中共云湖县马店镇何寨村支部委员会 → 何寨村党支部; the town's → 马店镇党委."""
    whose, ending = _split(plain_org_name(full))
    if ending == "委员会" and whose == county_name:
        return f"{county_name}委"
    short = next((short for official, short, _ in _ENDINGS if official == ending), "")
    return _GROUP_OF_BRANCH.sub("", _without(whose, county_name, town_name)) + short


@lru_cache(maxsize=4096)
def place_of(org_name: str) -> str:
    """The place in an organisation's name: 马店镇党委 → 马店镇, 云湖县委 → 云湖县."""
    plain = plain_org_name(org_name)
    if re.search(r"[县市区旗]委$", plain):
        return plain.removesuffix("委")
    return _split(plain)[0]


def name_keys(full_name: str, ancestors_short: tuple[str, ...]) -> tuple[str, ...]:
    """All plain spellings a ledger may use for an organisation, the official one first.

    ``ancestors_short``: the organisations above, the county first, by short or full name or by place
    (("云湖县委", "马店镇党委") or ("云湖县", "马店镇")). A key may fit several organisations ("吕楼村" in two
    towns): that is for the matching to see.
    """
    plain = plain_org_name(full_name)
    whose, ending = _split(plain)
    above = [place_of(name) for name in ancestors_short]
    above[1:] = [_without(place, *above[:1]) for place in above[1:]]
    if ending == "委员会" and (not above or whose == above[0]):
        return _unique([plain, *_county_keys(whose)])
    # Not the village: its n-th branch is the "吕楼村第一党支部", never a bare "第一党支部".
    own = _GROUP_OF_BRANCH.sub("", _without(whose, *above[:2]))
    bare = [own + use for use in _uses(own, ending)] + _variants(own, ending)
    towns = [place for place in above[1:2] if place != own]
    keys = [plain, _without(plain, *above[:1]), *bare]
    keys += [town + key for town in towns for key in bare]
    keys += [county + town + key for county in above[:1] for town in (towns or [""]) for key in bare]
    return _unique([*keys, clean_text(full_name)])


def _county_keys(county: str) -> list[str]:
    """The county's committee, which also signs with its organisation department."""
    return [f"{county}委", f"{county}党委", county, f"{county}委组织部", "县委组织部", "县委"]


def _uses(own: str, ending: str) -> tuple[str, ...]:
    for official, short, others in _ENDINGS:
        if official == ending:
            if ending == "委员会" and own.endswith(("镇", "乡")):
                others = (*others, "委")
            return (short, official, *others)
    return ("",)


def _variants(own: str, ending: str) -> list[str]:
    """Ways to name a body that go beyond its ending."""
    branch = "支部" in ending
    if numbered := _NUMBERED.search(own):
        return _numbered(own[: numbered.start()], numbered[1]) if branch else []
    if own.endswith(_MOBILE):
        place = own.removesuffix(_MOBILE)
        return [f"{at}{word}" for at in {place: 1, place.removeprefix("驻"): 1} for word in _MOBILE_BRANCH]
    place = _PLACE_ENDING.sub("", own)
    keys = [own, place] if place != own and len(place) > 1 else [own]
    if place != own and len(place) > 1 and branch:
        keys += [place + use for use in _uses(own, ending)]
    return keys


_MOBILE_BRANCH = ("流动党员党支部", "流动党员支部", "流动党支部", "流动支部")


def _numbered(place: str, number: str) -> list[str]:
    """The n-th branch of a village: 第一, 第1, 一. Its bare village name means the body above."""
    index = int(number) if number.isdigit() else _NUMERALS.index(number) + 1
    numerals = [str(index), *_NUMERALS[index - 1 : index]]
    places = dict.fromkeys((place, _PLACE_ENDING.sub("", place) or place))
    return [
        f"{at}{ordinal}{numeral}{use}"
        for at in places
        for ordinal in ("第", "")
        for numeral in numerals
        for use in ("党支部", "支部", "支部委员会")
    ]


def _unique(keys: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key))
