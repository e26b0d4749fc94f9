"""The lists of the register: whose people they show, in which orders, with which filters and columns.

Every list reads one scope column, so that a page is one walk along one index; people whom an organisation sees
only through a mobile branch have a list of their own and are counted at home.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField as Text
from django.db.models import FilteredRelation, Q, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.paths import subtree
from members.enums import AWAY_STATES, OPEN_LOST_STATES, Direction, JourneyState
from members.filters import REPORTED, Around, Chosen
from members.models import Journey, LostContact, Member

SIZES = (20, 50, 100)
DEFAULT_SIZE = 20  # a card each on a phone: more are a very long page


@dataclass(frozen=True)
class Column:
    """A column to choose; ``shown``: without anybody choosing."""

    key: str
    label: str
    shown: bool = True


BRANCH = Column("branch", "所在支部")
PHONE = Column("phone", "联系电话")
STATE = Column("state", "核实情况")
VERIFIED = Column("verified", "最近核实")
PERSON = (
    Column("age", "年龄", shown=False),
    Column("education", "学历", shown=False),
    Column("kind", "人员类别", shown=False),
)
TRAVEL = (Column("place", "去向"), Column("left_on", "外出时间"), Column("work", "单位与行业"))
MEMBER_COLUMNS = (
    BRANCH, Column("age", "年龄"), Column("education", "学历", shown=False), Column("kind", "人员类别", shown=False),
    Column("joined_on", "入党日期", shown=False), PHONE, Column("place", "去向"), STATE, VERIFIED,
)  # fmt: skip
OUT_COLUMNS = (
    BRANCH, *TRAVEL, Column("reason", "外出原因", shown=False), Column("mobility", "流动范围", shown=False), *PERSON,
    PHONE, STATE, VERIFIED,
)  # fmt: skip


@dataclass(frozen=True)
class PeopleList:
    """One list. ``organisation``: look-up of the organisation whose official order it follows; ``column``: its scope column.

    ``member``: look-up prefix of the member; ``export``: kind of ledger that the list goes out as. ``shows_stay``: a name
    leads to the stay and not to the person file, which its reader may not see.
    """

    key: str
    title: str
    url_name: str
    model: type[Any]
    base: Any
    column: str
    organisation: str
    filters: tuple[str, ...]
    columns: tuple[Column, ...]
    export: str
    member: str = ""
    shows_stay: bool = False
    empty: str = "导入台账以后，这里会列出有关的党员。"

    @property
    def is_of_members(self) -> bool:
        return self.model is Member

    def orders(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """key -> (label, columns); the first is the usual one. No column may be null."""
        orders = {
            "official": ("官方顺序", (f"{self.organisation}__order_path",)),
            "name": ("姓名拼音", (f"{self.member}initials",)),
            "updated": ("最近修改", ("-updated_at",)),
        }
        if self.model is Journey:
            orders["left_on"] = ("外出时间", ("-left_key",))
        return orders

    def queryset(self, actor: Actor, chosen: Chosen, *, path: str = "") -> Any:
        """The people of the list whom ``actor`` sees, by ``chosen`` filters, under ``path``."""
        rows = self.base(self.model.objects.all(), chosen).visible_by(self.column, actor)
        rows = rows.annotate(**self._relations())
        if path:
            low, high = subtree(path)
            rows = rows.filter(**{f"{self.column}__gte": low, f"{self.column}__lt": high})
        around = Around(self.member, "open_out__" if self.is_of_members else "", clock.today())
        return rows.filter(chosen.condition(around))

    def _relations(self) -> dict[str, Any]:
        """Joined only where a filter asks for them; a constraint keeps each to one row."""
        lost = f"{self.member}lost_contacts"
        relations: dict[str, Any] = {}
        if self.model is not LostContact:
            relations["open_lost"] = FilteredRelation(lost, condition=Q(**{f"{lost}__state__in": OPEN_LOST_STATES}))
        if self.is_of_members:
            relations["open_out"] = FilteredRelation(
                "journeys", condition=Q(journeys__direction=Direction.OUT, journeys__state__in=AWAY_STATES)
            )
        return relations

    def ordered(self, rows: Any, order: str, path: str = "") -> tuple[Any, Sequence[str]]:
        """``rows`` (under ``path``) made ready for :func:`core.keyset.page`, and the columns to order by."""
        columns = self.orders()[order][1]
        if order == "official" and path:
            # The path says it already; said of the organisation too, few of them are joined instead of all.
            low, high = subtree(path)
            rows = rows.filter(**{f"{self.organisation}__path__gte": low, f"{self.organisation}__path__lt": high})
        if "-left_key" in columns:
            rows = rows.annotate(left_key=Coalesce("left_on", Value(""), output_field=Text()))
        return rows, columns

    def fetch(self, actor: Actor, ids: Sequence[int]) -> list[Any]:
        """The rows of one page with everything it shows, in the order of ``ids``: one query."""
        related = {
            "": ("home__parent", "care__parent", "freshness", "open_lost", "open_out"),
            "member__": ("member__freshness", "member__home__parent", "member__care__parent"),
        }[self.member]
        rows = self.model.objects.visible_to(actor).annotate(**self._relations()).select_related(*related)
        if self.model is Journey:
            rows = rows.select_related(*related, "open_lost", "host__parent", "home")
        found = {row.pk: row for row in rows.filter(pk__in=ids)}
        return [found[pk] for pk in ids if pk in found]


def _out(journeys: Any, chosen: Chosen) -> Any:
    """Those who are away; those who have only reported that they will leave where the filter asks for them."""
    if chosen.values.get("term") == REPORTED:
        return journeys.out().filter(state=JourneyState.REPORTED)
    return journeys.under_way().out()


def _registered(members: Any, chosen: Chosen) -> Any:
    """Our members; those whose membership has ended only where the filter asks for them."""
    return members.current().filter(home__isnull=False) if "status" in chosen.values else members.registered()


MEMBERS = PeopleList(
    "members", "党员", "member-list", Member, _registered, "home_path", "home",
    ("kind", "sex", "age", "party_age", "schooling", "education", "status", "away", "lost", "dues", "gap"), MEMBER_COLUMNS, "members",
)  # fmt: skip
MOBILE = PeopleList(
    "mobile", "流动支部联系的党员", "mobile-list", Member,
    lambda members, _chosen: members.registered().filter(care__isnull=False), "care_path", "care",
    ("kind", "sex", "age", "away", "lost", "gap"), MEMBER_COLUMNS, "",
)  # fmt: skip
OUT = PeopleList(
    "out", "流出党员", "outflow-list", Journey, _out, "home_path", "home",
    ("province", "region", "mobility", "reason", "industry", "term", "care", "lost", "dues", "gap", "kind", "sex", "age", "party_age",
     "schooling", "education"), OUT_COLUMNS, "outflow", "member__",
)  # fmt: skip
IN = PeopleList(
    "in", "流入党员", "inflow-list", Journey, lambda journeys, _chosen: journeys.open().inward(), "host_path", "host",
    ("reason", "industry", "lost", "gap", "kind", "sex", "age", "education"),
    (Column("branch", "接收支部"), Column("from", "组织关系所在党组织"), *TRAVEL[1:], *PERSON, PHONE, STATE, VERIFIED), "inflow", "member__",
)  # fmt: skip
HERE = PeopleList(
    "here", "本县来此的党员", "hosted-list", Journey, lambda journeys, _chosen: journeys.open().out().filter(host__isnull=False),
    "host_path", "host", ("reason", "industry", "lost", "kind", "sex", "age"),
    (Column("branch", "接收党组织"), Column("from_home", "组织关系所在支部"), *TRAVEL[1:], Column("arrival", "报到"), *PERSON, PHONE),
    "", "member__", shows_stay=True, empty="外出报备时流入地党组织填的是本县的，人就列在那个党组织名下。",
)  # fmt: skip
LOST = PeopleList(
    "lost", "联系不上与失联", "lost-list", LostContact,
    lambda spells, _chosen: spells.filter(state__in=OPEN_LOST_STATES), "home_path", "member__home",
    ("state", "kind", "sex", "age"),
    (BRANCH, STATE, Column("since", "失去联系时间"), Column("steps", "查找经过"), *PERSON, PHONE, VERIFIED), "lost", "member__",
)  # fmt: skip
LISTS = {one.key: one for one in (MEMBERS, MOBILE, OUT, IN, HERE, LOST)}


def organisation_in_scope(actor: Actor, public_id: str) -> Organisation:
    """Raises Http404: unknown, or outside the scope."""
    found = None
    if public_id.isascii() and public_id.isalpha():  # else no public id at all, and maybe no text for a database
        found = Organisation.objects.within(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
