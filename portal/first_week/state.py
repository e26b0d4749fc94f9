"""What is done and what is missing in the first week: read from the record each time, kept nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from branches.models import Organisation, Post
from core import clock
from core.actors import Actor
from core.components import Link
from core.permissions import Permission
from exchange.enums import State
from exchange.models import ImportBatch, ImportRow
from members.enums import Direction
from members.models import Journey, Member

SHOWN = 12  # of the organisations that lack something; the rest is counted
# Why rows of the register of organisations were left, in the words of the wizard.
PARENTS = ("parent_unknown", "parent_missing", "parent_ambiguous")
DOUBLES = ("organisation_double", "organisation_ambiguous")


@dataclass(frozen=True)
class Count:
    label: str
    value: int
    url: str
    unit: str


@dataclass(frozen=True)
class Missing:
    """Something to be done: a sentence, the places it speaks of as links, how many more there are."""

    text: str
    links: tuple[Link, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Standing:
    """``begun``: something is there; ``missing``: what it lacks yet."""

    begun: bool
    counts: tuple[Count, ...]
    missing: tuple[Missing, ...]

    @property
    def is_done(self) -> bool:
        return self.begun and not self.missing


@dataclass(frozen=True)
class FirstWeekStep:
    """``begun``: the first part of ``standing`` alone, one cheap query for the home page."""

    key: str
    label: str
    begun: Callable[[Actor], bool]
    standing: Callable[[Actor], Standing]

    @property
    def url_name(self) -> str:
        return f"first-week-{self.key}"


def address(name: str, *args: str) -> str:
    """ "" where the page is switched off."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def towns(actor: Actor) -> list[Organisation]:
    """The committees right below the county: who keeps records and sends ledgers."""
    below = Organisation.objects.open().within(actor).filter(parent__isnull=False, parent__parent__isnull=True)
    return list(below.filter(kind__in=Organisation.COMMITTEE_KINDS).official())


def _lacking(text: str, places: Iterable[Organisation], url_name: str = "organisation-detail") -> tuple[Missing, ...]:
    """One entry for all the places that lack the same, with a link to each of the first; none for none."""
    found = list(places)
    if not found:
        return ()
    links = tuple(Link(one.short_name, address(url_name, one.public_id)) for one in found[:SHOWN])
    return (Missing(text.format(len(found)), links, len(found) - len(links)),)


def _without(found: list[Organisation], paths: Iterable[str]) -> list[Organisation]:
    """Those under whose path none of ``paths`` lies."""
    known = tuple(paths)
    return [one for one in found if not any(path.startswith(one.path) for path in known)]


def has_branches(actor: Actor) -> bool:
    return Organisation.objects.within(actor).branches().exists()


def has_members(actor: Actor) -> bool:
    return Member.objects.visible_to(actor).exists()


def has_accounts(actor: Actor) -> bool:
    """Accounts of units below the county: its own two are there from the start."""
    return User.objects.manageable_by(actor).filter(organisation__parent__isnull=False, is_active=True).exists()


def has_journeys(actor: Actor) -> bool:
    return Journey.objects.visible_to(actor).exists()


def organisations(actor: Actor) -> Standing:
    own = Organisation.objects.open().within(actor)
    branches = own.branches()
    upper = towns(actor)
    today = clock.today()
    led = Post.objects.visible_to(actor).filter(organisation=OuterRef("pk"), title=Post.Title.SECRETARY)
    led = led.exclude(ends_on__lt=today)
    url = address("organisation-list")
    return Standing(
        has_branches(actor),
        (
            Count("乡镇、街道和直属党委", len(upper), url, "个"),
            Count("党支部", branches.count(), url, "个"),
            Count("全部党组织", own.count(), url, "个"),
        ),
        (
            *_unsettled_rows(actor),
            *_lacking("{} 个党委下面还没有党支部", _without(upper, branches.values_list("path", flat=True))),
            *_lacking("{} 个党支部还没有登记书记", branches.exclude(Exists(led)).official()),
        ),
    )


def _unsettled_rows(actor: Actor) -> tuple[Missing, ...]:
    """Rows of the register that was given last and are not in: their parent is unknown, or they are doubles."""
    latest = (
        ImportBatch.objects.visible_to(actor, Permission.IMPORT)
        .filter(kind="organisations", state__in=(State.CHECKED, State.APPLIED))
        .order_by("-pk")
        .first()
    )
    if latest is None or not latest.stopped_rows:
        return ()
    rows = ImportRow.objects.visible_to(actor, Permission.IMPORT).filter(batch=latest, outcome__in=("held", "error"))
    reasons: Counter[str] = Counter()
    for codes in rows.values_list("codes", flat=True):
        found = set(codes.split())
        reasons["找不到上级" if found & set(PARENTS) else "重复或重名" if found & set(DOUBLES) else "有其他问题"] += 1
    detail = "，".join(f"{reason} {number} 行" for reason, number in reasons.items())
    text = f"党组织名册“{latest.file_name}”还有 {latest.stopped_rows} 行没有导入：{detail}"
    return (Missing(text, (Link("去处理", address("import-detail", latest.public_id)),)),)


def members(actor: Actor) -> Standing:
    people = Member.objects.visible_to(actor)
    branches = Organisation.objects.open().within(actor).branches()
    homed = Member.objects.visible_to(actor).filter(home=OuterRef("pk"))
    empty = branches.exclude(Exists(homed))
    bare = _without(towns(actor), people.values_list("home_path", flat=True).distinct())
    inside = [town.path for town in bare]
    rest = [one for one in empty.official() if not any(one.path.startswith(path) for path in inside)]
    return Standing(
        has_members(actor),
        (Count("党员", people.count(), address("member-list"), "人"),),
        (
            *_lacking("{} 个党委还没有党员", bare),
            *_lacking("{} 个党支部还没有党员", rest),
        ),
    )


def accounts(actor: Actor) -> Standing:
    users = User.objects.manageable_by(actor).exclude(public_id=actor.id).filter(is_active=True)
    bare = _without(towns(actor), users.values_list("organisation__path", flat=True).distinct())
    unused = users.filter(last_login=None, organisation__parent__isnull=False).count()
    printing = Link("去打印", f"{address('account-list')}?state=new")
    waiting = (Missing(f"{unused} 个账号还没有登录过：打印账号条，当面交给本人", (printing,)),)
    return Standing(
        has_accounts(actor),
        (Count("账号", users.count(), address("account-list"), "个"),),
        (
            *_lacking("{} 个党委还没有账号，点名称按职务一次开通", bare, "account-from-posts"),
            *(waiting if unused else ()),
        ),
    )


def ledgers(actor: Actor) -> Standing:
    batches = ImportBatch.objects.visible_to(actor, Permission.IMPORT).applied().filter(kind__in=("outflow", "inflow"))
    journeys = Journey.objects.visible_to(actor)
    paths = {
        *batches.values_list("path", flat=True),
        *journeys.values_list("home_path", flat=True).distinct(),
        *journeys.values_list("host_path", flat=True).distinct(),
    }
    return Standing(
        has_journeys(actor),
        (
            Count("流出记录", journeys.filter(direction=Direction.OUT).count(), address("outflow-list"), "条"),
            Count("流入记录", journeys.filter(direction=Direction.IN).count(), address("inflow-list"), "条"),
        ),
        _lacking("{} 个党委还没有报来台账", _without(towns(actor), paths)),
    )


STEPS = (
    FirstWeekStep("organisations", "党组织", has_branches, organisations),
    FirstWeekStep("members", "党员", has_members, members),
    FirstWeekStep("accounts", "账号", has_accounts, accounts),
    FirstWeekStep("ledgers", "台账", has_journeys, ledgers),
)


def step(key: str) -> FirstWeekStep:
    """Raises StopIteration for a key that is none."""
    return next(one for one in STEPS if one.key == key)
