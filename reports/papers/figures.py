"""The figures that the prose of a paper may name, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from django.db.models import Count, Q

from branches.enums import COUNTY
from branches.models import Organisation
from core.domain.codes import INDUSTRY, LEAVING_REASON
from core.domain.region_table import short_name
from core.domain.regions import provinces
from core.paths import subtree
from core.scoping import in_ranges
from members.enums import Mobility
from reports.quarter import books
from reports.quarter.edition import Edition
from reports.quarter.people import Stay
from reports.tables import bands
from reports.tables.county import Summary
from sweeps.enums import EDITABLE, Term
from sweeps.models import Return

TOP = 5


class Figures:
    """Of one edition; what costs a query is asked once."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    @cached_property
    def totals(self) -> Counter[str]:
        """The sums of the summary: what stands in the prose is what stands in the table."""
        found: Counter[str] = Counter()
        for row in Summary().rows(self.edition):
            found.update({key: value for key, value in row.items() if isinstance(value, int)})
        return found

    @cached_property
    def out(self) -> list[Stay]:
        return [one for one in self.edition.stays if one.is_out and not one.short]

    def words(self) -> dict[str, str]:
        return {name: str(value) for name, value in (self._common() | self._people() | self._books()).items()}

    def _common(self) -> dict[str, object]:
        edition = self.edition
        day = f"{edition.on.year}年{edition.on.month}月{edition.on.day}日"
        made = edition.now.astimezone(edition.as_of.tzinfo).date()
        return {
            "季度": edition.period.label, "年份": edition.period.year, "单位": edition.organisation.short_name,
            "单位全称": edition.organisation.name, "主送机关": _above(edition.organisation), "县名": edition.place, "截至日期": day,
            "成文日期": f"{made.year}年{made.month}月{made.day}日", "数字口径": edition.state_words,
        }  # fmt: skip

    def _people(self) -> dict[str, object]:
        out, totals, on = self.out, self.totals, self.edition.on
        ages = Counter(bands.age(one.born, on) for one in out)
        schooling = Counter(bands.schooling(one.education) for one in out)
        near = (Mobility.CITY, Mobility.COUNTY, Mobility.TOWN)
        names = {code[:2]: short_name(name) for code, name in provinces()}
        return {
            "党员总数": totals["members"], "流动党员总数": totals["out"] + totals["in"], "流出人数": totals["out"],
            "流入人数": totals["in"], "短期外出人数": totals["short"], "流出占比": percent(totals["out"], totals["members"]),
            "男": sum(one.sex == "1" for one in out), "女": sum(one.sex == "2" for one in out),
            **{band.label: ages[band.key] for band in bands.AGES},
            "大专及以上": schooling[bands.COLLEGE], "中专高中中技": schooling[bands.SECONDARY], "初中及以下": schooling[bands.LOWER],
            "跨省人数": totals["out_province"], "省内人数": sum(totals[f"out_{one.value}"] for one in near),
            "境外人数": totals["out_abroad"], "去向不明人数": totals["out_nowhere"],
            "主要去向": top(names.get(one.region[:2], "") for one in out),
            "主要行业": top(INDUSTRY.label(one.industry) for one in out),
            "主要原因": top(LEAVING_REASON.label(one.reason) for one in out),
            "持证人数": totals["certificate"], "有联系人人数": totals["paired"], "结对率": percent(totals["paired"], totals["out"]),
            "已报到人数": totals["arrived"], "已纳入支部人数": totals["placed"], "失联人数": totals["lost"],
            "停止党籍人数": totals["stopped"],
        }  # fmt: skip

    def _books(self) -> dict[str, object]:
        totals, counted = self.totals, books.figures(self.edition.names)
        asked, silent = self._returns()
        return {
            "应联系人数": totals["asked"], "已联系人数": totals["reached"], "已联系率": percent(totals["reached"], totals["asked"]),
            "上季末": counted[Term.OPENING], "新增": counted["came"], "减少": counted["went"], "本季末": counted[Term.CLOSING],
            "返乡人数": counted[Term.RETURNED], "转走人数": counted[Term.TRANSFERRED], "应上报单位数": asked, "未上报单位数": silent,
        }  # fmt: skip

    def _returns(self) -> tuple[int, int]:
        edition = self.edition
        if edition.sweep is None:
            return 0, 0
        below = Return.objects.visible_to(edition.reader).filter(
            in_ranges(["path"], [subtree(edition.organisation.path)]), sweep=edition.sweep,
            organisation__closed_on__isnull=True,
        ).exclude(path=edition.organisation.path)  # fmt: skip
        counted = below.aggregate(asked=Count("pk"), silent=Count("pk", filter=Q(state__in=EDITABLE)))
        return counted["asked"], counted["silent"]


def _above(organisation: Organisation) -> str:
    """To whom an organisation reports."""
    if organisation.parent is None:
        return "市委组织部"
    return "县委组织部" if organisation.parent.kind == COUNTY else organisation.parent.short_name


def percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def top(words: Iterable[str]) -> str:
    """江苏120名、上海80名: those most often named, as many names as say something."""
    counted = Counter(word for word in words if word)
    return "、".join(f"{word}{number}名" for word, number in counted.most_common(TOP)) or "没有登记"
