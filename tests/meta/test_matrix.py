"""Every address × everybody × GET and POST: who gets in, who is told "not found", who is refused, and that nothing breaks.

``DOORS`` says of each URL name what it takes to open it. An address that is not listed fails, a listed one that is
gone fails. The objects asked for belong to the cast's branch; names of two members, one of it and one of the branch
next door, may appear in no answer to somebody who does not look after them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actors import actor_for
from accounts.models import ApiToken, Grant, User
from branches.models import Organisation, Post
from core import clock
from core.actors import ANONYMOUS, SYSTEM, Actor
from core.permissions import Permission as P  # noqa: N817 the table below reads better
from exchange.actions.batches import upload
from exchange.actions.checks import check
from exchange.models import Export, ImportBatch, LearnedMapping, LearnedValue
from files import actions as files
from inbox.actions import tell
from jobs.models import Job
from members.models import Journey, LostContact, SavedFilter
from portal.first_week.state import STEPS
from tests.conftest import make_identity

FORM = "application/x-www-form-urlencoded"
HERE, NEXT_DOOR = "鸑鷟甲", "驊騮乙"
ADMIN = "admin"


@dataclass(frozen=True)
class Door:
    """``kind``: public | signed_in | right (somewhere) | scope (at the branch) | own (the secretary's alone).

    ``needs``: what opens it; for "scope" whoever may not even ``sees`` it is told "not found", and whoever sees it
    without ``needs`` is refused. ``args``: names of things in the fixture ``things``. ``query``: for both methods, with
    names of things in braces. ``body``: of the POST. ``never``: who is refused whatever the rights say.
    """

    kind: str
    needs: P | None = None
    args: tuple[str, ...] = ()
    sees: P | None = P.VIEW
    query: str = ""
    body: str = ""
    never: tuple[str, ...] = ()


def right(needs: P, *args: str, **more: Any) -> Door:
    return Door("right", needs, args, **more)


def scope(needs: P, *args: str, **more: Any) -> Door:
    return Door("scope", needs, args, **more)


def account(*args: str, **more: Any) -> Door:
    """Of the secretary: whoever looks after no accounts is refused, who does so elsewhere finds nothing."""
    return Door("scope", P.ACCOUNTS, args, sees=None, **more)


PUBLIC, SIGNED_IN = Door("public"), Door("signed_in")


def own(*args: str, needs: P | None = None) -> Door:
    return Door("own", needs, args)


# A secretary is the town's and the county's to look after: whoever prints a slip for an account can become its holder.
NOT_THEIRS = ("system",)

DOORS: dict[str, Door] = {
    "home": SIGNED_IN,
    "set-up": PUBLIC,
    "set-up-county": PUBLIC,
    "first-week": right(P.SETTINGS),
    **{one.url_name: right(P.SETTINGS) for one in STEPS},
    "first-week-finish": right(P.SETTINGS),
    "help": PUBLIC,
    "feedback": SIGNED_IN,
    "text-size": PUBLIC,
    "gallery": PUBLIC,
    "health": PUBLIC,
    "event-list": right(P.AUDIT),
    "subject-events": right(P.AUDIT, "member"),
    "organisation-list": SIGNED_IN,
    "organisation-detail": Door("signed_in", args=("branch",)),
    "organisation-branch": Door("signed_in", args=("branch",)),
    "organisation-new": scope(P.ORGANISE, "branch"),
    "organisation-edit": scope(P.ORGANISE, "branch"),
    "organisation-move": scope(P.ORGANISE, "branch"),
    "organisation-close": scope(P.ORGANISE, "branch"),
    "organisation-reopen": scope(P.ORGANISE, "branch"),
    "organisation-order": scope(P.ORGANISE, "branch"),
    "post-new": scope(P.ORGANISE, "branch"),
    "post-edit": scope(P.ORGANISE, "post"),
    "post-end": scope(P.ORGANISE, "post"),
    "post-phone": scope(P.FULL_NUMBERS, "post"),
    "rule-list": right(P.SETTINGS),
    "rule-edit": right(P.SETTINGS, "rule"),
    "sign-in": PUBLIC,
    "sign-in-pin": PUBLIC,
    "sign-in-code": PUBLIC,
    "sign-in-slip": PUBLIC,
    "sign-in-slip-secret": PUBLIC,
    "sign-in-slip-done": SIGNED_IN,
    "sign-out": PUBLIC,
    "account": SIGNED_IN,
    "account-password": SIGNED_IN,
    "account-pin": SIGNED_IN,
    "account-phone-forget": SIGNED_IN,
    "account-factor": SIGNED_IN,
    "account-factor-remove": SIGNED_IN,
    "account-list": right(P.ACCOUNTS),
    "account-new": right(P.ACCOUNTS),
    "account-tokens": right(P.ACCOUNTS),
    "account-slips-print": right(P.ACCOUNTS),
    "account-from-posts": account("branch"),
    "account-detail": account("account"),
    "account-grant": account("account"),
    "account-slip": account("account", never=NOT_THEIRS),
    "account-disable": account("account", never=NOT_THEIRS),
    "account-enable": account("account", never=NOT_THEIRS),
    "grant-withdraw": account("grant", never=NOT_THEIRS),
    "grant-stand-in": account("grant"),
    "account-token-withdraw": own("token"),
    "file-download": own("file"),
    "job-list": SIGNED_IN,
    "job-detail": own("job"),
    "job-cancel": own("job"),
    "job-retry": own("job"),
    "inbox": SIGNED_IN,
    "message-read-all": SIGNED_IN,
    "message-read": own("message"),
    "import-list": right(P.IMPORT),
    "import-learned": right(P.IMPORT),
    "import-remember": right(P.IMPORT),
    "import-forget-column": scope(P.IMPORT, "learned"),
    "import-forget-word": scope(P.IMPORT, "word"),
    "import-detail": scope(P.IMPORT, "batch"),
    "import-columns": scope(P.IMPORT, "batch"),
    "import-check": scope(P.IMPORT, "batch"),
    "import-marks": scope(P.IMPORT, "batch"),
    "import-errors": scope(P.IMPORT, "batch"),
    "import-row": scope(P.IMPORT, "batch", "sheet", "row"),
    "import-apply": scope(P.IMPORT, "batch"),
    "import-result": scope(P.IMPORT, "batch"),
    "import-undo": scope(P.IMPORT, "batch"),
    "import-cancel": scope(P.IMPORT, "batch"),
    "export-list": right(P.EXPORT),
    "export-new": right(P.EXPORT, query="?kind=outflow"),
    "export-template": right(P.EXPORT, "ledger"),
    "export-detail": own("export", needs=P.EXPORT),
    "own-workbook": scope(P.EXPORT, "batch"),
    "member-list": right(P.VIEW),
    "mobile-list": right(P.VIEW),
    "outflow-list": right(P.VIEW),
    "inflow-list": right(P.VIEW),
    "lost-list": right(P.VIEW),
    "member-search": right(P.VIEW, body=f"q={quote(HERE[:2])}"),
    "list-columns": right(P.VIEW, "list"),
    "saved-filter-new": right(P.VIEW, "list"),
    "saved-filter-delete": own("saved"),
    "member-new": right(P.EDIT),
    "double-list": right(P.EDIT),
    "member-detail": scope(P.VIEW, "member"),
    "member-show": scope(P.FULL_NUMBERS, "member", body="field=identity"),
    "member-edit": scope(P.EDIT, "member"),
    "member-move": scope(P.EDIT, "member"),
    "member-status": scope(P.EDIT, "member"),
    "member-merge": scope(P.EDIT, "member", "twin"),
    "merge-undo": scope(P.EDIT, "merged"),
    "journey-new-out": scope(P.EDIT, query="?member={member}"),
    "journey-new-in": scope(P.EDIT, query="?member={member}"),
    "journey-detail": scope(P.VIEW, "journey"),
    "journey-show": scope(P.FULL_NUMBERS, "journey", body="field=contact_phone"),
    "journey-edit": scope(P.EDIT, "journey"),
    "journey-end": scope(P.EDIT, "journey"),
    "lost-new": scope(P.EDIT, query="?member={member}"),
    "lost-edit": scope(P.EDIT, "lost"),
    "lost-found": scope(P.EDIT, "lost"),
    "api-members": right(P.VIEW),
}


def patterns(resolver: Any = None, above: tuple[str, ...] = ()) -> Iterator[URLPattern]:
    """Every address of the portal; those of the system administrator's tables have their own test."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace != ADMIN:
                yield from patterns(one)
        else:
            yield one


NAMES = [one.name or str(one.pattern) for one in patterns()]


def test_every_address_is_listed_and_every_listed_one_exists():
    assert len(set(NAMES)) == len(NAMES), "two addresses of one name"
    assert set(NAMES) - set(DOORS) == set(), "say in DOORS who may open it"
    assert set(DOORS) - set(NAMES) == set(), "gone: take it out of DOORS"


@dataclass
class Somebody:
    name: str
    user: User | None = None
    client: Client = field(default_factory=Client)

    @property
    def actor(self) -> Actor:
        return actor_for(self.user, clock.today()) if self.user and self.user.is_active else ANONYMOUS


@pytest.fixture
def cast(
    make_user: Callable[..., User], county, town, other_town, branch, other_branch, secretary_user, town_user, other_town_user,
    county_user, auditor_user, system_user,
) -> list[Somebody]:  # fmt: skip
    disabled = make_user(branch, "secretary", "离任甲")
    people = [
        Somebody("disabled", disabled),
        Somebody("secretary", secretary_user),
        Somebody("neighbour", make_user(other_branch, "secretary", "吕书记")),
        Somebody("town", town_user),
        Somebody("other town", other_town_user),
        Somebody("county", county_user),
        Somebody("auditor", auditor_user),
        Somebody("system", system_user),
    ]
    for one in people:
        one.client.force_login(one.user)
    disabled.is_active, disabled.disabled_at, disabled.disabled_by = False, clock.now(), SYSTEM.ref
    disabled.save()
    for one in people:
        one.client.raise_request_exception = False
    return [Somebody("anonymous", None, Client(raise_request_exception=False)), *people]


def batch_of(branch: Organisation, by: Actor) -> ImportBatch:
    """A ledger of one row, read and checked for real."""
    table = (
        f"姓名,身份证号码,联系电话,外出时间,流出地\n{HERE},{make_identity(7)},19900990098,2024-07,江苏省苏州市昆山市\n"
    )
    (batch,) = upload(data=table.encode(), name="流出党员台账.csv", by=by, under=branch, kind="outflow")
    return check(batch=batch, by=by)


@pytest.fixture
def things(request, branch: Organisation, other_branch, make_member, secretary_user: User) -> dict[str, Any]:
    """What the addresses speak of, by the names that ``DOORS`` uses; all of it of the branch, most of it the secretary's."""
    now = clock.now()
    by = actor_for(secretary_user, clock.today())
    member, twin = make_member(branch, name=HERE), make_member(branch, name=HERE)
    make_member(other_branch, name=NEXT_DOOR)
    merged = make_member(branch, name=HERE, merged_into=member)
    post = Post(organisation=branch, title=Post.Title.SECRETARY, holder_name="何书记")
    post.put_sealed("phone", "19900990099")
    post.save()
    stamps = {"created_at": now, "updated_at": now}
    journey = Journey.objects.create(
        member=member, direction="out", state="away", home=branch, home_path=branch.path, region_code="320583",
        destination_text="江苏省苏州市昆山市", **stamps,
    )  # fmt: skip
    lost = LostContact.objects.create(member=member, state="counting", home_path=branch.path, **stamps)
    learned = LearnedMapping.objects.create(
        organisation=branch,
        path=branch.path,
        learned_at=now,
        learned_by=by.ref,
        kind="outflow",
        heading="大名",
        key="name",
    )
    word = LearnedValue.objects.create(
        organisation=branch, path=branch.path, learned_at=now, learned_by=by.ref, key="reason", text="打工", value="1"
    )
    token = ApiToken.objects.create(
        user=secretary_user, title="试", token="t", scopes=["view"], made_at=now, made_by=by.ref,
        expires_at=now + dt.timedelta(days=9),
    )  # fmt: skip
    job = Job.objects.create(
        kind="exchange.check",
        title="核对",
        owner=by.id,
        by=by.ref,
        created_at=now,
        queued_at=now,
        state="failed",
        finished_at=now,
    )
    export = Export.objects.create(
        kind="outflow",
        organisation=branch,
        path=branch.path,
        purpose="试",
        owner=by.id,
        requested_at=now,
        requested_by=by.ref,
    )
    saved = SavedFilter.objects.create(owner=by.id, list="members", name="试", query="", created_at=now)
    needs_batch = "batch" in DOORS[request.node.callspec.params["name"]].args  # reading a file takes a while
    return {
        "branch": branch, "member": member, "twin": twin, "merged": merged, "post": post, "journey": journey, "lost": lost,
        "batch": batch_of(branch, by) if needs_batch else None, "learned": learned, "word": word, "sheet": 0, "row": 2, "token": token, "job": job,
        "export": export, "saved": saved, "list": "members", "ledger": "outflow", "rule": "branch_term_years",
        "account": secretary_user, "grant": Grant.objects.get(user=secretary_user),
        "file": files.store(b"abc", name="a.csv", purpose="upload", by=by),
        "message": tell(secretary_user, "试"),
    }  # fmt: skip


def expected(door: Door, somebody: Somebody, path: str, owner: User) -> str:
    """in | sign_in | missing | refused | nothing: refused or not found, as long as it says nothing of the record."""
    actor = somebody.actor
    if door.kind == "public":
        return "in"
    if actor is ANONYMOUS:
        return "sign_in"
    if somebody.name in door.never:
        return "refused"
    if door.kind == "own":
        return "in" if somebody.user == owner else "nothing" if door.needs and not actor.can(door.needs) else "missing"
    if door.needs is None:
        return "in"
    if door.kind == "right":
        return "in" if actor.can(door.needs) else "refused"
    if actor.reaches(path, door.needs):
        return "in"
    if door.sees and actor.reaches(path, door.sees):
        return "refused"
    return "missing" if actor.can(door.needs) else "nothing"


def is_right(wanted: str, response: Any) -> bool:
    """A method that a page does not serve (405) tells nobody anything."""
    status = response.status_code
    if wanted == "sign_in":
        return status == 401 or (status == 302 and response["Location"].startswith("/sign-in/"))
    if wanted == "missing":
        return status in (404, 405)
    if wanted == "refused":
        return status in (403, 405)
    if wanted == "nothing":
        return status in (403, 404, 405)
    return status < 400 or status in (405, 409)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in NAMES if name in DOORS])
def test_who_gets_in(name: str, cast: list[Somebody], things: dict[str, Any], branch, other_branch, secretary_user):
    door = DOORS[name]
    ids = {key: str(getattr(thing, "public_id", thing)) for key, thing in things.items()}
    address = reverse(name, args=[ids[one] for one in door.args]) + door.query.format(**ids)
    problems, served = [], set()
    for somebody in cast:
        wanted = expected(door, somebody, branch.path, secretary_user)
        for method in ("GET", "POST"):
            response = ask(somebody.client, method, address, door.body)
            if response.status_code != 405:
                served.add(method)
            what = f"{somebody.name} {method}: {response.status_code}"
            if not is_right(wanted, response):
                problems.append(f"{what}, wanted {wanted}")
            for canary, home in ((HERE, branch), (NEXT_DOOR, other_branch)):
                if canary.encode() in response.content and not somebody.actor.reaches(home.path, P.VIEW):
                    problems.append(f"{what}, names somebody of {home.short_name}")
    assert not problems, "\n".join([address, *problems])
    assert served, "neither GET nor POST is served"


def ask(client: Client, method: str, address: str, body: str) -> Any:
    """The answer, and nothing that it did."""
    with transaction.atomic():
        response = client.get(address) if method == "GET" else client.post(address, body, content_type=FORM)
        transaction.set_rollback(True)
    return response


@pytest.mark.django_db
def test_the_canaries_are_shown_to_those_who_look_after_them(cast, make_member, branch, other_branch):
    """A test that finds nothing would prove nothing."""
    make_member(branch, name=HERE)
    make_member(other_branch, name=NEXT_DOOR)
    for somebody in cast:
        page = somebody.client.get(reverse("member-list")).content.decode()
        for canary, home in ((HERE, branch), (NEXT_DOOR, other_branch)):
            assert (canary in page) == somebody.actor.reaches(home.path, P.VIEW), (somebody.name, canary)
