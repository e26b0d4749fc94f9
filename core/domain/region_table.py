"""The divisions of GB/T 2260, indexed for :mod:`core.domain.regions`.

``data/regions.csv`` holds the statistical divisions as of 2023-06-30 and codes 71, 81, 82, six digits each.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from core.domain.codes import NATION

# Parents that exist in the code only: counties below them belong to the municipality or the province.
PSEUDO_CITIES = ("市辖区", "省直辖县级行政区划", "自治区直辖县级行政区划")
_PSEUDO_COUNTIES = "县"  # the second pseudo city of 重庆, too short a word to skip in an address
MUNICIPALITIES = ("11", "12", "31", "50")
_SHORT_PROVINCES = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "香港特别行政区": "香港",
    "澳门特别行政区": "澳门",
}
_NATIONS = sorted(
    {form for label in NATION.labels() for form in (label, label.removesuffix("族")) if len(form) > 1},
    key=len,
    reverse=True,
)
# As often the district of 北京 as the city of 辽宁. (西安 and 大同 are districts too, but nobody means those.)
_UNCLEAR_CITIES = ("朝阳",)


class Names(dict[str, str]):
    """Names below one parent with their codes; a name of two places leads to "" and is no answer."""

    longest = 0

    def put(self, name: str, code: str) -> None:
        self[name] = code if self.get(name, code) == code else ""
        self.longest = max(self.longest, len(name))


@dataclass(frozen=True)
class Table:
    """``full`` and ``short`` are indexes of names: "" provinces, "*" all cities, "**" all counties, a code
    its children, ``code + "*"`` all counties of a province."""

    names: dict[str, str]
    full: dict[str, Names]
    short: dict[str, Names]
    children: dict[str, list[str]]


def is_pseudo(name: str | None) -> bool:
    return name in PSEUDO_CITIES or name == _PSEUDO_COUNTIES


def city_of(code: str) -> str:
    return f"{code[:4]}00"


def province_of(code: str) -> str:
    return f"{code[:2]}0000"


@cache
def divisions() -> Table:
    with (Path(__file__).parent / "data" / "regions.csv").open(encoding="utf-8", newline="") as source:
        names = {row["code"]: row["name"] for row in csv.DictReader(source)}
    full: dict[str, Names] = defaultdict(Names)
    short: dict[str, Names] = defaultdict(Names)
    children: dict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        if is_pseudo(name):
            continue
        for parent in _parents(code, names):
            full[parent].put(name, code)
            if (brief := short_name(name)) != name:
                short[parent].put(brief, "" if parent == "*" and brief in _UNCLEAR_CITIES else code)
        children[_upper(code, names)].append(code)
    return Table(names, dict(full), dict(short), dict(children))


def _upper(code: str, names: dict[str, str]) -> str:
    """The nearest place above that people know; "" for a province."""
    if code.endswith("0000"):
        return ""
    city = city_of(code)
    return province_of(code) if code == city or is_pseudo(names.get(city)) else city


def _parents(code: str, names: dict[str, str]) -> tuple[str, ...]:
    """The indexes a place is found in. A county is found below its city, anywhere in its province,
    and in the whole country; one that bears its city's name (嘉峪关市) below the city only."""
    upper = _upper(code, names)
    if not upper or code == city_of(code):
        return (upper, "*") if upper else ("",)
    if names.get(upper) == names[code]:
        return (upper,)
    province = province_of(code)
    return (upper, f"{province}*", "**") if upper != province else (upper, "**")


@lru_cache(maxsize=10_000)
def short_name(name: str) -> str:
    """青岛市 → 青岛, 延边朝鲜族自治州 → 延边, 浦东新区 → 浦东; unchanged when one character would be left."""
    if name in _SHORT_PROVINCES:
        return _SHORT_PROVINCES[name]
    brief, cut = re.subn(r"(自治州|自治县|自治旗)$", "", name)
    while cut and (nation := next((n for n in _NATIONS if brief.endswith(n) and len(brief) > len(n) + 1), None)):
        brief = brief.removesuffix(nation)
    if not cut:
        brief = re.sub(r"(?<=..)(特别行政区|新区|地区|林区|矿区|省|市|县|区|盟|旗)$", "", name)
    return brief if len(brief) > 1 else name
