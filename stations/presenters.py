"""What the pages on stations show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse

from accounts.models import Grant
from audit import presenters as audit
from audit.models import Change
from branches.models import Organisation
from core import clock, keyset
from core.actors import Actor
from core.components import Entry, Fact, FilterChip, Link
from core.domain.phones import mask_phone
from core.domain.regions import region_label
from core.permissions import Permission
from members import rows as member_rows
from members.listing import BRANCH, MEMBERS, PHONE, VERIFIED, Column
from stations.actions.asking import Question
from stations.enums import Line, PostTitle, Why
from stations.forms import WhyFilter
from stations.models import CheckIn, Presence, ServiceLine, Station, StationKind, StationPost, WaitingGuest

LATEST = 5
PAGE = 50
COLUMNS = (BRANCH, Column("place", "去向"), PHONE, VERIFIED)


@dataclass(frozen=True)
class PostLine:
    public_id: str
    title: str
    name: str
    also: str  # 交叉任职: what else the same person heads here
    phone: str
    since: Any
    until: Any


@dataclass(frozen=True)
class WhyFigure:
    label: str
    number: int
    url: str


def crumbs(station: Station | None = None, last: str = "") -> list[Link]:
    links = [Link("红色驿站", reverse("station-list") if station or last else "")]
    if station is not None:
        links.append(Link(station.name, station.get_absolute_url() if last else ""))
    return [*links, *([Link(last)] if last else [])]


def facts(station: Station) -> list[Fact]:
    core_url = station.core.get_absolute_url() if station.core else ""
    found = [
        Fact("地址", station.full_address),
        Fact("开放时间", station.hours),
        Fact("联系电话", station.reveal("phone")),
        Fact("类型", station.kind.title),
        Fact("依托党组织", station.core.short_name if station.core else station.core_text, url=core_url),
        Fact("依托单位", station.host_unit),
        Fact("挂牌日期", station.opened_on.chinese() if station.opened_on else ""),
        Fact("管理党组织", station.keeper.short_name),
    ]
    if station.facilities:
        found.append(Fact("设施和服务", station.facilities))
    return found


def posts(station: Station, actor: Actor) -> list[PostLine]:
    """Those in office first. Numbers masked."""
    rows = StationPost.objects.visible_to(actor).filter(station=station)
    titles = list(PostTitle.values)
    heads = {one.head_name: one.get_line_display() for one in reversed(lines(station)) if one.head_name}
    ranked = sorted(rows, key=lambda post: (post.ends_on is not None, titles.index(post.title), -post.pk))
    return [
        PostLine(
            post.public_id, post.get_title_display(), post.holder_name,
            "" if post.ends_on else _also(post, heads, ranked), mask_phone(post.reveal("phone")) if post.phone else "",
            post.starts_on, post.ends_on,
        )
        for post in ranked
    ]  # fmt: skip


def _also(post: StationPost, heads: dict[str, str], posts: list[StationPost]) -> str:
    others = [
        one.get_title_display()
        for one in posts
        if one.pk != post.pk and one.ends_on is None and one.holder_name == post.holder_name
    ]
    if post.holder_name in heads:
        others.append(f"{heads[post.holder_name]}负责人")
    return f"兼{'、'.join(others)}" if others else ""


def lines(station: Station) -> list[ServiceLine]:
    """All three, also those that nobody heads yet, in their order."""
    known = {one.line: one for one in ServiceLine.objects.filter(station=station)}
    return [known.get(line) or ServiceLine(station=station, line=line) for line in Line]


def people_figures(station: Station, actor: Actor) -> tuple[int, list[WhyFigure]]:
    """Who is here, in all and by why; each number leads to its list."""
    rows = Presence.objects.visible_to(actor).filter(path=station.path)
    numbers = dict(rows.order_by().values_list("why").annotate(Count("pk")))
    url = reverse("station-people", args=[station.public_id])
    figures = [WhyFigure(why.label, numbers.get(why.value, 0), f"{url}?why={why.value}") for why in Why]
    return sum(numbers.values()), figures


def numbers_here(stations: Sequence[Station], actor: Actor) -> dict[int, int]:
    """How many people each of these stations has, of those whose people the reader sees."""
    reached = {one.pk for one in Station.objects.within(actor).filter(pk__in=[one.pk for one in stations])}
    rows = Presence.objects.visible_to(actor).filter(path__in=[one.path for one in stations if one.pk in reached])
    numbers = dict(rows.order_by().values_list("station").annotate(Count("pk")))
    return {pk: numbers.get(pk, 0) for pk in reached}


def people_page(station: Station, actor: Actor, query: Mapping[str, str], today: dt.date) -> dict[str, Any]:
    """One page of the people of a station, by key."""
    form = WhyFilter(query)
    why = form.cleaned_data["why"] if form.is_valid() else ""
    here = Presence.objects.visible_to(actor).filter(path=station.path)
    if why:
        here = here.filter(why=why)
    page = keyset.page(
        here, ["member__initials"], token=query.get("at", ""), size=PAGE, where=f"station:{station.pk}:{why}"
    )
    people = MEMBERS.fetch(actor, page.ids)
    url = reverse("station-people", args=[station.public_id])
    keep = f"why={why}&" if why else ""
    return {
        "station": station, "form": form, "total": here.count(), "list_url": url,
        "columns": COLUMNS, "rows": member_rows.rows(MEMBERS, people, COLUMNS, today),
        "why": Why(why).label if why else "",
        "first": page.first, "last": page.last,
        "previous_url": f"{url}?{keep}at={page.previous}" if page.previous else "",
        "next_url": f"{url}?{keep}at={page.next}" if page.next else "",
        "chips": [FilterChip(f"为什么在这里：{Why(why).label}", url)] if why else [],
    }  # fmt: skip


def arrivals(station: Station, actor: Actor) -> list[CheckIn]:
    rows = CheckIn.objects.visible_to(actor).filter(station=station).select_related("member")
    return list(rows.order_by("-at", "-pk")[:LATEST])


def waiting_guests(station: Station, actor: Actor) -> list[WaitingGuest]:
    """Whom nobody has received yet, the longest first."""
    rows = WaitingGuest.objects.visible_to(actor).waiting().filter(station=station)
    return list(rows.order_by("at", "pk"))


def guest_words(guest: WaitingGuest) -> str:
    """What the clerk wrote down, in one sentence. The number masked."""
    wish = guest.get_wish_display() + (f"（{guest.wish_text}）" if guest.wish_text else "")
    parts = (
        f"{guest.name}，{guest.on.month} 月 {guest.on.day} 日到{guest.station.name}报到",
        f"手机 {mask_phone(guest.reveal('phone'))}",
        f"说组织关系在“{guest.home_text}”",
        guest.destination_text and f"住{guest.destination_text}",
        guest.employer and f"在{guest.employer}工作",
        wish and f"希望{wish}",
    )
    return "，".join(filter(None, parts)) + "。"


def question_words(question: Question) -> str:
    """Enough to recognise somebody by, and whom to call about it. The number masked."""
    one, station = question.check_in, question.check_in.station
    number = mask_phone(one.member.reveal("phone")) if one.member.phone else "没有登记"
    call = f"，驿站电话 {station.reveal('phone')}" if station.phone else ""
    return (
        f"{one.member.name}，{one.on.month} 月 {one.on.day} 日到{station.name}报到，手机 {number}，说组织关系在"
        f"“{one.journey.home_text}”。姓名和号码与档案没有对上，请看看名册{call}。"
    )


def clerks(station: Station, actor: Actor) -> list[Grant]:
    """Whose accounts work at the station: for those who look after accounts."""
    if not actor.reaches(station.keeper.path, Permission.ACCOUNTS):
        return []
    grants = Grant.objects.in_force(clock.today()).filter(outpost_path=station.path)
    return list(grants.select_related("user").order_by("pk"))


def history(station: Station, actor: Actor) -> list[Entry]:
    """Of the record of the station itself, newest first."""
    changes = list(Change.objects.of(station, actor))
    wanted = {
        name: {value for one in changes for value in one.fields.get(name, []) if value} for name in ("core", "keeper")
    }
    names = Organisation.objects.in_bulk(wanted["core"] | wanted["keeper"])
    kinds = StationKind.objects.in_bulk()
    shown = {
        "core": lambda value: names[value].short_name if value in names else "",
        "keeper": lambda value: names[value].short_name if value in names else "",
        "kind": lambda value: kinds[value].title if value in kinds else "",
        "region_code": lambda value: region_label(value or ""),
    }
    made = audit.history(changes, Station, shown=shown, hidden=["phone_tail"], secret=["phone"])
    return sorted(made, key=lambda one: one.at, reverse=True)
