"""Places: provinces, cities and counties of GB/T 2260, and the scope of a journey between two of them.

``data/regions.csv`` holds the statistical divisions as of 2023-06-30 and codes 71, 81, 82. A name is
always looked up inside its parent: 鼓楼区 exists four times.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from core.domain.cells import CellError, Parsed, Problem, cell_error, clean_text, is_blank, shown
from core.domain.codes import NATION

ABROAD_CODE = "990000"
# Parents that exist in the code only: counties below them belong to the municipality or the province.
_PSEUDO_CITIES = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
_OUTSIDE_CUSTOMS = ("71", "81", "82", "99")  # 出国（境） counts these as abroad

_COUNTRIES = (
    "美国 英国 日本 韩国 朝鲜 新加坡 马来西亚 泰国 越南 老挝 缅甸 柬埔寨 菲律宾 印度尼西亚 印尼 印度 巴基斯坦 孟加拉国 "
    "澳大利亚 新西兰 加拿大 墨西哥 巴西 阿根廷 智利 秘鲁 法国 德国 意大利 西班牙 葡萄牙 荷兰 比利时 瑞士 瑞典 挪威 芬兰 "
    "丹麦 奥地利 波兰 匈牙利 捷克 希腊 俄罗斯 乌克兰 白俄罗斯 哈萨克斯坦 乌兹别克斯坦 蒙古国 土耳其 以色列 沙特阿拉伯 沙特 "
    "阿联酋 迪拜 卡塔尔 科威特 伊朗 伊拉克 埃及 南非 尼日利亚 肯尼亚 埃塞俄比亚 安哥拉 阿尔及利亚 加纳 坦桑尼亚 赞比亚 刚果 "
    "爱尔兰 境外 国外 海外"
).split()
_SHORT_PROVINCES = {"内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏"} | {
    "新疆维吾尔自治区": "新疆",
    "香港特别行政区": "香港",
    "澳门特别行政区": "澳门",
}
_NATIONS = sorted(
    {form for label in NATION.labels() for form in (label, label.removesuffix("族")) if len(form) > 1},
    key=len,
    reverse=True,
)
_SEPARATORS = " ,，、;；/\\|-—_·.>→:："
# "南京路" is not 南京, "昆山镇" is not 昆山: after one of these a short name is part of another name.
_NOT_AFTER_SHORT = frozenset("路街道巷镇乡村弄里胡大中东西南北社")


@dataclass(frozen=True)
class Place:
    """``code`` has six digits, ending in zeros as far as the place is not known; ``rest`` is the
    text after the last part that was recognised. ``city`` repeats a municipality's name."""

    code: str
    province: str
    city: str = ""
    county: str = ""
    rest: str = ""

    def label(self) -> str:
        """``山东省青岛市黄岛区``; ``上海市浦东新区`` once only."""
        return "".join(dict.fromkeys(filter(None, (self.province, self.city, self.county))))

    def short(self) -> str:
        """``山东 青岛 黄岛``, for a table's narrow column."""
        parts = dict.fromkeys(filter(None, (self.province, self.city, self.county)))
        return " ".join(_short(part) for part in parts)


class Scope(StrEnum):
    """How far a journey goes: derived from the codes of home and destination, never typed."""

    ABROAD = "abroad"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"

    @property
    def label(self) -> str:
        return _SCOPE_LABELS[self]


_SCOPE_LABELS = {
    Scope.ABROAD: "境外",
    Scope.PROVINCE: "跨省",
    Scope.CITY: "省内跨市",
    Scope.COUNTY: "市内跨县",
    Scope.TOWN: "县内跨乡镇",
}


# -- the table ----------------------------------------------------------------------------------


class _Names(dict[str, str]):
    """Names below one parent with their codes; a name of two places leads to "" and is no answer."""

    longest = 0

    def put(self, name: str, code: str) -> None:
        self[name] = code if self.get(name, code) == code else ""
        self.longest = max(self.longest, len(name))


@dataclass(frozen=True)
class _Table:
    """``full`` and ``short``: parent code ("" for the whole country) → names of its children, of its
    grandchildren under ``parent + "*"``."""

    names: dict[str, str]
    full: dict[str, _Names]
    short: dict[str, _Names]
    children: dict[str, list[str]]


def _city_of(code: str) -> str:
    return f"{code[:4]}00"


def _province_of(code: str) -> str:
    return f"{code[:2]}0000"


@cache
def _table() -> _Table:
    with (Path(__file__).parent / "data" / "regions.csv").open(encoding="utf-8", newline="") as source:
        names = {row["code"]: row["name"] for row in csv.DictReader(source)}
    full: dict[str, _Names] = defaultdict(_Names)
    short: dict[str, _Names] = defaultdict(_Names)
    children: dict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        if name in _PSEUDO_CITIES:
            continue
        for parent in _parents(code, names):
            full[parent].put(name, code)
            if (brief := _short(name)) != name:
                short[parent].put(brief, code)
        children[_upper(code, names)].append(code)
    return _Table(names, dict(full), dict(short), dict(children))


def _upper(code: str, names: dict[str, str]) -> str:
    """The nearest place above that people know; "" for a province."""
    if code.endswith("0000"):
        return ""
    city = _city_of(code)
    return _province_of(code) if code == city or names.get(city) in _PSEUDO_CITIES else city


def _parents(code: str, names: dict[str, str]) -> Iterable[str]:
    """The indexes a place is found in. A county is found below its city, anywhere in its province,
    and in the whole country; one that bears its city's name (嘉峪关市) below the city only."""
    upper = _upper(code, names)
    if not upper or code == _city_of(code):
        return (upper, "*") if upper else ("",)
    if names.get(upper) == names[code]:
        return (upper,)
    province = _province_of(code)
    return (upper, f"{province}*", "**") if upper != province else (upper, "**")


@lru_cache(maxsize=10_000)
def _short(name: str) -> str:
    """青岛市 → 青岛, 延边朝鲜族自治州 → 延边, 浦东新区 → 浦东; unchanged when one character would be left."""
    if name in _SHORT_PROVINCES:
        return _SHORT_PROVINCES[name]
    brief, cut = re.subn(r"(自治州|自治县|自治旗)$", "", name)
    while cut and (nation := next((n for n in _NATIONS if brief.endswith(n) and len(brief) > len(n) + 1), None)):
        brief = brief.removesuffix(nation)
    if not cut:
        brief = re.sub(r"(?<=..)(特别行政区|新区|地区|林区|矿区|省|市|县|区|盟|旗)$", "", name)
    return brief if len(brief) > 1 else name


# -- reading ------------------------------------------------------------------------------------


def parse_place(text: object) -> Parsed[Place]:
    """One whole address, from the province to the house number, in any of its usual forms.

    ``destination_unclear`` with the text in ``extra["text"]`` when the parts contradict each other, a
    name exists in several places, or nothing is recognised.
    """
    if isinstance(text, CellError):
        return Parsed(None, cell_error(text))
    if is_blank(text):
        return Parsed(None)
    return _parse(clean_text(text))


def parse_place_parts(province: object, city: object, county: object) -> Parsed[Place]:
    """Province, city and county from columns of their own; blank ones may be left out.

    Stricter than one text: a city that its province does not have is never read as the rest of an address.
    """
    for cell in (province, city, county):
        if isinstance(cell, CellError):
            return Parsed(None, cell_error(cell))
    texts = tuple("" if is_blank(cell) else clean_text(cell) for cell in (province, city, county))
    return _parse_parts(texts) if any(texts) else Parsed(None)


@lru_cache(maxsize=50_000)
def _parse_parts(texts: tuple[str, str, str]) -> Parsed[Place]:
    joined = " ".join(filter(None, texts))
    parsed = _parse(joined)
    place = parsed.value
    if place is None or place.code == ABROAD_CODE or place.city or place.county:
        return parsed
    city = texts[1]
    if city and city not in _PSEUDO_CITIES and place.rest:
        return _unclear(joined, f"“{place.province}”没有“{shown(city)}”，请核对省和市。")
    return parsed


@lru_cache(maxsize=50_000)
def _parse(text: str) -> Parsed[Place]:
    plain = _trim(re.sub(r"^(中华人民共和国|中国)(?=.)", "", text))
    if country := next((name for name in _COUNTRIES if plain.startswith(name)), None):
        rest = plain if country not in ("境外", "国外", "海外") else _trim(plain.removeprefix(country))
        return Parsed(Place(ABROAD_CODE, "境外", rest=rest))
    code, rest = _read(plain)
    if not code:
        return _unclear(text, _nothing_found(plain, text))
    if elsewhere := _contradiction(code, rest):
        return _unclear(text, f"“{region_label(code)}”没有“{elsewhere}”，请核对省、市、县。")
    return Parsed(_place(code, rest))


def _unclear(text: str, message: str) -> Parsed[Place]:
    return Parsed(None, Problem("destination_unclear", message), extra={"text": text})


def _nothing_found(plain: str, text: str) -> str:
    table = _table()
    for names in (table.full["**"], table.short["**"]):
        if name := _longest(names, plain, ambiguous=True):
            return f"全国不止一个“{name}”，请写明省和市。"
    return f"看不出“{shown(text)}”在哪个省、市，请从省写起，如“江苏省苏州市昆山市”。"


def _trim(text: str) -> str:
    return text.strip(_SEPARATORS)


def _longest(names: _Names | None, text: str, *, ambiguous: bool = False) -> str:
    """The longest of the names that the text begins with."""
    if not names:
        return ""
    for length in range(min(names.longest, len(text)), 1, -1):
        code = names.get(text[:length])
        if code is not None and bool(code) != ambiguous:
            return text[:length]
    return ""


def _take(parent: str, text: str) -> tuple[str, str]:
    """The child of ``parent`` that the text begins with, by full or short name: (code or "", the rest)."""
    table = _table()
    if name := _longest(table.full.get(parent), text):
        return table.full[parent][name], _trim(text[len(name) :])
    name = _longest(table.short.get(parent), text)
    if name and text[len(name) : len(name) + 1] not in _NOT_AFTER_SHORT:
        return table.short[parent][name], _trim(text[len(name) :])
    return "", text


def _read(text: str) -> tuple[str, str]:
    """The most exact code the text begins with, and the rest of it."""
    code, rest = _first_part(text)
    if not code:
        return "", text
    if code.endswith("0000"):
        rest = _skip_repeated(code, rest)
        below, rest = _take(code, rest)
        if not below:
            below, rest = _take(f"{code}*", rest)
        code = below or code
    if code == _city_of(code) and not code.endswith("0000"):
        rest = _skip_repeated(code, rest) if not rest.startswith(_names_below(code)) else rest
        below, rest = _take(code, rest)
        code = below or code
    return code, rest


def _first_part(text: str) -> tuple[str, str]:
    """Where an address begins: the longest of province, city, county by full name, else by short name."""
    table = _table()
    for index in (table.full, table.short):
        found = [(len(name), -order, index[key][name]) for order, key in enumerate(("", "*", "**"))
                 if (name := _longest(index[key], text))]  # fmt: skip
        for length, _, code in sorted(found, reverse=True):
            if index is table.full or text[length : length + 1] not in _NOT_AFTER_SHORT:
                return code, _trim(text[length:])
    return "", text


def _names_below(code: str) -> tuple[str, ...]:
    return tuple(_table().full.get(code, ()))


def _skip_repeated(code: str, text: str) -> str:
    """上海市上海市浦东新区, 北京市市辖区朝阳区: a municipality's name twice, or the code's own parent."""
    name = _table().names[code]
    for repeated in (name, _short(name), *_PSEUDO_CITIES):
        if text == repeated or (text.startswith(repeated) and repeated != "县" and repeated != _short(name)):
            return _trim(text.removeprefix(repeated))
        if repeated == _short(name) and text.startswith(repeated) and text[len(repeated)] in _SEPARATORS:
            return _trim(text.removeprefix(repeated))
    return text


def _contradiction(code: str, rest: str) -> str:
    """The full name of a city or county elsewhere that follows where one of this place should."""
    if not rest or not code.endswith("00") or (code.endswith("0000") and code[:2] in _OUTSIDE_CUSTOMS):
        return ""
    table = _table()
    indexes = [table.full["**"], table.full["*"]]
    for ambiguous in (False, True):
        for names in indexes:
            if name := _longest(names, rest, ambiguous=ambiguous):
                return name
    return ""


def _place(code: str, rest: str) -> Place:
    names = _table().names
    province = names[_province_of(code)]
    city_code = _city_of(code)
    city = "" if code.endswith("0000") else names.get(city_code, "")
    if city in _PSEUDO_CITIES:
        city = province if province.endswith("市") else ""
    return Place(code, province, city, names[code] if code != city_code else "", rest)


# -- lists and scopes ---------------------------------------------------------------------------


def region_label(code: str) -> str:
    """The full name for a code of 2, 4 or 6 digits; of the nearest known place above an unknown one."""
    padded = code.ljust(6, "0")
    if padded == ABROAD_CODE:
        return "境外"
    names = _table().names
    known = next((up for up in (padded, _city_of(padded), _province_of(padded)) if up in names), "")
    return _place(known, "").label() if known else ""


def provinces() -> tuple[tuple[str, str], ...]:
    return children("")


def children(code: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the places right below; a municipality's are its counties."""
    table = _table()
    return tuple((child, table.names[child]) for child in table.children.get(code and code.ljust(6, "0"), ()))


def scope_between(home_code: str, away_code: str) -> Scope | None:
    """How far it is from home to there, by the codes' prefixes (home need not be in the list).

    None when the destination is unknown or not exact enough to say: the province of one's own, without a city.
    """
    if not home_code or not away_code:
        return None
    home, away = home_code.ljust(6, "0"), away_code.ljust(6, "0")
    if away[:2] in _OUTSIDE_CUSTOMS:
        return Scope.ABROAD
    if home[:2] != away[:2]:
        return Scope.PROVINCE
    if away.endswith("0000"):
        return None
    if _city_key(home) != _city_key(away):
        return Scope.CITY
    if away.endswith("00"):
        return None
    return Scope.TOWN if home == away else Scope.COUNTY


def _city_key(code: str) -> str:
    """What two codes of one city share: a municipality is one city, a county directly below the
    province (90) is a city for itself."""
    if code[:2] in ("11", "12", "31", "50"):
        return code[:2]
    return code if code[2:4] == "90" else code[:4]
