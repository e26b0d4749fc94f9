"""Places: provinces, cities and counties of GB/T 2260, and the scope of a journey between two of them.

A name is always looked up inside its parent: 鼓楼区 exists four times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from core.domain.cells import CellError, Parsed, Problem, cell_error, clean_text, is_blank, shown
from core.domain.region_table import (
    MUNICIPALITIES,
    PSEUDO_CITIES,
    Names,
    city_of,
    divisions,
    is_pseudo,
    province_of,
    short_name,
)

ABROAD_CODE = "990000"
_OUTSIDE_CUSTOMS = ("71", "81", "82", "99")  # 出国（境） counts these as abroad

_COUNTRIES = (
    "美国 英国 日本 韩国 朝鲜 新加坡 马来西亚 泰国 越南 老挝 缅甸 柬埔寨 菲律宾 印度尼西亚 印尼 印度 巴基斯坦 "
    "孟加拉国 澳大利亚 新西兰 加拿大 墨西哥 巴西 阿根廷 智利 秘鲁 法国 德国 意大利 西班牙 葡萄牙 荷兰 比利时 "
    "瑞士 瑞典 挪威 芬兰 丹麦 奥地利 波兰 匈牙利 捷克 希腊 俄罗斯 乌克兰 白俄罗斯 哈萨克斯坦 乌兹别克斯坦 "
    "蒙古国 土耳其 以色列 沙特阿拉伯 沙特 阿联酋 迪拜 卡塔尔 科威特 伊朗 伊拉克 埃及 南非 尼日利亚 肯尼亚 "
    "埃塞俄比亚 安哥拉 阿尔及利亚 加纳 坦桑尼亚 赞比亚 刚果 爱尔兰 境外 国外 海外"
)
_ABROAD = tuple(_COUNTRIES.split())
_SEPARATORS = " ,，、;；/\\|-—_·.>→:："
# "南京东路" is not 南京, "昆山镇" is not 昆山: before one of these a short name is part of another name.
_NAMES_GO_ON = re.compile(r"[东西南北中]?[路街道巷弄]|大[道街厦]|镇|乡|村|胡同|社区")


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
        return " ".join(short_name(part) for part in parts)


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
    first, second, third = ("" if is_blank(cell) else clean_text(cell) for cell in (province, city, county))
    if is_pseudo(second):
        second = ""
    return _parse_parts(first, second, third) if first or second or third else Parsed(None)


@lru_cache(maxsize=50_000)
def _parse_parts(province: str, city: str, county: str) -> Parsed[Place]:
    joined = " ".join(filter(None, (province, city, county)))
    parsed = _parse(joined)
    place = parsed.value
    if place is None or place.county or place.code[:2] in _OUTSIDE_CUSTOMS:
        return parsed
    if city and place.rest and not place.city:
        return _unclear(joined, f"“{place.province}”没有“{shown(city)}”，请核对省和市。")
    if county in divisions().full["**"] and county == place.rest and children(place.code):
        return _unclear(joined, f"“{place.label()}”没有“{county}”，请核对市和县。")
    return parsed


@lru_cache(maxsize=50_000)
def _parse(text: str) -> Parsed[Place]:
    plain = _trim(re.sub(r"^(中华人民共和国|中国)(?=.)", "", text))
    if plain.startswith(_ABROAD):
        return Parsed(Place(ABROAD_CODE, "境外", rest=_trim(re.sub(r"^(境外|国外|海外)", "", plain))))
    code, rest = _read(plain)
    if not code:
        return _unclear(text, _nothing_found(plain, text))
    if elsewhere := _contradiction(code, rest):
        return _unclear(text, f"“{region_label(code)}”没有“{elsewhere}”，请核对省、市、县。")
    return Parsed(_place(code, rest))


def _unclear(text: str, message: str) -> Parsed[Place]:
    return Parsed(None, Problem("destination_unclear", message), extra={"text": text})


def _nothing_found(plain: str, text: str) -> str:
    table = divisions()
    for names in (table.full["**"], table.short["**"]):
        if name := _longest(names, plain, ambiguous=True):
            return f"全国不止一个“{name}”，请写明省和市。"
    return f"看不出“{shown(text)}”在哪个省、市，请从省写起，如“江苏省苏州市昆山市”。"


def _trim(text: str) -> str:
    return text.strip(_SEPARATORS)


def _longest(names: Names | None, text: str, *, ambiguous: bool = False) -> str:
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
    table = divisions()
    if name := _longest(table.full.get(parent), text):
        return table.full[parent][name], _trim(text[len(name) :])
    name = _longest(table.short.get(parent), text)
    if name and not _NAMES_GO_ON.match(text, len(name)):
        return table.short[parent][name], _trim(text[len(name) :])
    return "", text


def _read(text: str) -> tuple[str, str]:
    """The most exact code the text begins with, and the rest of it."""
    code, rest = _first_part(text)
    if not code:
        return "", text
    if code.endswith("0000"):
        below, rest = _take_below(code, rest)
        if not below:
            below, rest = _take(f"{code}*", rest)
        code = below or code
    if code == city_of(code) and not code.endswith("0000"):
        below, rest = _take_below(code, rest)
        code = below or code
    return code, rest


def _take_below(code: str, text: str) -> tuple[str, str]:
    """A child, whose name may begin with its parent's (怀化市洪江管理区), or else stand after the parent's
    name given twice."""
    below, rest = _take(code, text)
    return (below, rest) if below else _take(code, _skip_repeated(code, text))


def _first_part(text: str) -> tuple[str, str]:
    """Where an address begins: the longest of province, city, county by full name, else by short name."""
    table = divisions()
    for index in (table.full, table.short):
        found = {name: key for key in ("**", "*", "") if (name := _longest(index[key], text))}
        for name in sorted(found, key=len, reverse=True):
            if index is table.full or not _NAMES_GO_ON.match(text, len(name)):
                return index[found[name]][name], _trim(text[len(name) :])
        if _longest(index["**"], text, ambiguous=True) and index is table.full:
            break  # 鼓楼区: clear enough not to be read as something shorter
    return "", text


def _skip_repeated(code: str, text: str) -> str:
    """上海市上海市浦东新区, 北京市市辖区朝阳区: a name given twice, or a parent that exists in the code only."""
    name = divisions().names[code]
    repeated = [name, *PSEUDO_CITIES]
    if code[:2] in MUNICIPALITIES and not _NAMES_GO_ON.match(text, len(short_name(name))):
        repeated.append(short_name(name))
    found = next((prefix for prefix in repeated if text.startswith(prefix)), "")
    return _trim(text.removeprefix(found))


def _contradiction(code: str, rest: str) -> str:
    """The full name of a city or county elsewhere that follows where one of this place should."""
    if not rest or not code.endswith("00") or code[:2] in _OUTSIDE_CUSTOMS:
        return ""
    table = divisions()
    if city := _longest(table.full["*"], rest):
        return city
    county = _longest(table.full["**"], rest)
    # 东区 and 城区 are said of any town, and 东莞 has no counties but a 东城区 in people's mouths.
    return county if len(county) > 2 and table.children.get(code) else ""


def _place(code: str, rest: str) -> Place:
    names = divisions().names
    province = names[province_of(code)]
    city_code = city_of(code)
    city = "" if code.endswith("0000") else names.get(city_code, "")
    if is_pseudo(city):
        city = province if province.endswith("市") else ""
    return Place(code, province, city, names[code] if code != city_code else "", rest)


# -- lists and scopes ---------------------------------------------------------------------------


def region_place(code: str) -> Place | None:
    """The place of a code of 2, 4 or 6 digits, in its parts; of the nearest known place above an unknown one."""
    padded = code.ljust(6, "0")
    if padded == ABROAD_CODE:
        return Place(ABROAD_CODE, "境外")
    names = divisions().names
    known = next((up for up in (padded, city_of(padded), province_of(padded)) if up in names), "")
    return _place(known, "") if known else None


def region_label(code: str) -> str:
    """The full name of a place by its code; "" for one that is not known."""
    place = region_place(code)
    return place.label() if place else ""


def provinces() -> tuple[tuple[str, str], ...]:
    return children("")


def children(code: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the places right below; a municipality's are its counties."""
    table = divisions()
    return tuple((child, table.names[child]) for child in table.children.get(code and code.ljust(6, "0"), ()))


def city_prefix(code: str) -> str:
    """What all codes of the same city begin with: two digits of a municipality or a place outside the customs, four of a
    city, all six of a county right below its province. A province without its city has "00" behind it; "" stays ""."""
    return code[:2] if code[:2] in _OUTSIDE_CUSTOMS else _city_key(code) if code else ""


@lru_cache(maxsize=1)
def prefixes() -> dict[str, str]:
    """Every beginning of codes that names a place (a province, :func:`city_prefix`, a county), with its full name."""
    found = {ABROAD_CODE[:2]: "境外"}
    for code in divisions().names:
        for prefix in (code[:2], city_prefix(code), code):
            if prefix not in found and (name := region_label(prefix)):
                unknown = len(prefix) == 4 and prefix.endswith("00")
                found[prefix] = f"{name}（市不明）" if unknown else name
    return found


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
    if code[:2] in MUNICIPALITIES:
        return code[:2]
    return code if code[2:4] == "90" else code[:4]
