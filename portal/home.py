"""The first page, by role: what waits, the figures (each a link to its people), what changed lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from audit import presenters
from audit.models import Event
from core import checklist, clock, counting
from core.actors import Actor
from core.components import Link, Todo
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import readonly
from inbox.models import Level
from inbox.models import Todo as Waiting
from members.models import Member
from reports.overview import lists
from stations.scope import own_station
from sweeps.presenters import standing

MOST_COUNTED = 40_000
RECENT = 6
TOLD_BY_ANOTHER = ("import.received",)  # the import of the file is a line of its own
LOOKED_AT = 5  # times as many events, for those that are not to be shown
WAITING = 8
TONES = {Level.RED: "bad", Level.YELLOW: "warn", Level.BLUE: "info", Level.INFO: "neutral"}


@dataclass(frozen=True)
class Figure:
    """``value``: the number, or "40,000+"."""

    label: str
    value: int | str
    url: str
    tone: str = "plain"
    unit: str = "人"


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    actor = request.actor
    with readonly():
        if station := own_station(actor):
            return redirect(station)
        if actor.can(Permission.EDIT) and actor.can(Permission.VIEW):
            return render(request, "home.html", _for_staff(actor))
        return render(request, "home.html", _for_keepers(actor))


def _for_staff(actor: Actor) -> dict[str, Any]:
    """County, town, branch: people first."""
    return {
        "steps": checklist.for_actor(actor) if actor.can(Permission.SETTINGS) else [],
        "doors": _doors(
            ("党员名单", "member-list"),
            ("流出党员", "outflow-list"),
            ("联系不上", "lost-list"),
            ("导入台账", "import-list"),
        )
        if actor.role == "secretary"
        else [],
        "sweep": standing(actor) if actor.role == "secretary" else None,
        "figures": _figures(actor),
        "overview_url": _address("overview"),
        "waiting": _waiting(actor),
        "inbox_url": _address("inbox"),
        "recent": _recent(actor, Permission.VIEW, "import", "change"),
        "recent_title": "最近的变动",
    }


def _for_keepers(actor: Actor) -> dict[str, Any]:
    """Auditor and system administrator: no person appears on their first page."""
    audits = actor.can(Permission.AUDIT)
    return {
        "steps": [],
        "doors": _doors(
            *((("操作日志", "event-list"),) if audits else ()),
            *((("账号与权限", "account-list"),) if actor.can(Permission.ACCOUNTS) else ()),
            ("后台任务", "job-list"),
            ("我的账号", "account"),
        ),
        "figures": _log_figures(actor) if audits else _account_figures(actor),
        "waiting": [],
        "inbox_url": "",
        "recent": [],
        "recent_title": "",
    }


def _figures(actor: Actor) -> list[Figure]:
    """Counted on the very lists that the overview counts."""
    asked = [
        ("党员", lists.EVERYBODY, "plain"),
        ("流动党员（流出）", lists.MOBILE, "plain"),
        ("短期外出", lists.SHORT, "plain"),
        ("流入党员", lists.HERE, "plain"),
        ("联系不上与失联", lists.SEARCHED, "bad"),
        ("四清有缺项", lists.INCOMPLETE, "plain"),
    ]
    figures = []
    for label, listed, tone in asked:
        number, more = counting.capped(listed.queryset(actor), MOST_COUNTED)
        figures.append(Figure(label, f"{number:,}+" if more else number, listed.url, tone if number else "plain"))
    return figures


def _waiting(actor: Actor) -> list[Todo]:
    today = clock.today()
    todos = Waiting.objects.waiting_for(actor).select_related("organisation").most_urgent_first()[:WAITING]
    return [
        Todo(
            one.text,
            one.url or reverse("inbox"),
            "已超期" if one.is_overdue(today) else one.get_level_display(),
            "bad" if one.is_overdue(today) else TONES[Level(one.level)],
            f"{one.organisation.short_name} · {one.due_on:%m-%d} 前" if one.due_on else one.organisation.short_name,
        )
        for one in todos
    ]


def _recent(actor: Actor, permission: Permission, *groups: str) -> list[presenters.Line]:
    kinds = [kind for group in groups for kind in presenters.kinds_in(group) if kind not in TOLD_BY_ANOTHER]
    found = Event.objects.visible_to(actor, permission).filter(kind__in=kinds).order_by("-at", "-pk")
    events = list(found[: RECENT * LOOKED_AT])
    # An event stays where it happened; its person may be another branch's by now, or known to the county alone.
    people = {event.subject_id for event in events if event.subject_type == Member._meta.label_lower}
    seen = Member.objects.visible_to(actor, permission).filter(public_id__in=people)
    hidden = people - set(seen.values_list("public_id", flat=True))
    return [presenters.line(event) for event in events if event.subject_id not in hidden][:RECENT]


def _log_figures(actor: Actor) -> list[Figure]:
    """Of today: all events, and those an auditor looks at first."""
    midnight = timezone.make_aware(timezone.datetime.combine(clock.today(), timezone.datetime.min.time()))
    today = Event.objects.visible_to(actor, Permission.AUDIT).filter(at__gte=midnight)
    log, since = reverse("event-list"), f"since={clock.today().isoformat()}"
    figures = [Figure("今天的操作", today.count(), f"{log}?{since}", unit="条")]
    for group, label in (("view", "查看完整号码和档案"), ("export", "导出与打印"), ("refusal", "被拒绝的操作")):
        number = today.filter(kind__in=presenters.kinds_in(group)).count()
        figures.append(Figure(label, number, f"{log}?group={group}&{since}", unit="条"))
    return figures


def _account_figures(actor: Actor) -> list[Figure]:
    if not actor.can(Permission.ACCOUNTS):
        return []
    accounts = User.objects.manageable_by(actor).filter(is_active=True).count()
    return [Figure("在用账号", accounts, reverse("account-list"), unit="个")]


def _doors(*doors: tuple[str, str]) -> list[Link]:
    """Large buttons; a page that is switched off leaves none behind."""
    return [Link(label, url) for label, name in doors if (url := _address(name))]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
