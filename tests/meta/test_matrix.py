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
from branches.rules import set_rule
from core import clock
from core.actors import ANONYMOUS, SYSTEM, Actor
from core.permissions import Permission as P  # noqa: N817 the table below reads better
from exchange.actions.batches import upload
from exchange.actions.checks import check
from exchange.models import Export, ImportBatch, LearnedMapping, LearnedValue
from files import actions as files
from inbox.actions import raise_todo, tell
from jobs.models import Job
from jobs.runner import run_waiting
from members.actions.check_in import check_in
from members.enums import EVIDENCE
from members.models import Journey, JourneyStep, LostContact, SavedFilter, Transfer
from portal.first_week.state import STEPS
from reports.models import Paper
from stations.actions import agreements
from stations.actions.foundings import begin
from stations.models import CheckIn, Presence, ServicePoint, Station, StationKind, StationPost, WaitingGuest
from sweeps.actions.answering import Given, answer
from sweeps.actions.backchecks import draw
from sweeps.actions.canvassing import confirm_canvass
from sweeps.actions.opening import open_sweep
from sweeps.actions.printing import attach_scan, print_return
from sweeps.actions.returns import submit
from sweeps.models import Explanation, Finding, Return
from tests.conftest import make_identity

pytestmark = pytest.mark.once  # who may open a page is the same on every database, and there are many pages

FORM = "application/x-www-form-urlencoded"
API = "/api/"
HERE, NEXT_DOOR = "鸑鷟甲", "驊騮乙"
ADMIN = "admin"


@dataclass(frozen=True)
class Door:
    """``kind``: public | signed_in | right (somewhere) | scope (at the branch) | own (the secretary's alone).

    ``needs``: what opens it; for "scope" whoever may not even ``sees`` it is told "not found", and whoever sees it
    without ``needs`` is refused. ``args``: names of things in the fixture ``things``. ``query``: for both methods, with
    names of things in braces. ``body``: of the POST. ``never``: who is refused whatever the rights say. ``outposts``: open
    to whoever holds the right at a station alone, too.
    """

    kind: str
    needs: P | None = None
    args: tuple[str, ...] = ()
    sees: P | None = P.VIEW
    query: str = ""
    body: str = ""
    never: tuple[str, ...] = ()
    outposts: bool = False


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
# A back-check is the level above's, until its result is shown to those who were checked.
OWN_RETURN = ("secretary",)
# The host's steps, on a journey that names no host: those who may edit it are not the host.
HOSTS = ("secretary", "town", "county")

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
    "member-search": right(P.VIEW, body=f"q={quote(HERE[:2])}", outposts=True),
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
    "hosted-list": right(P.VIEW),
    "arrival-new": right(P.EDIT),
    "member-mobile": scope(P.EDIT, "member"),
    "member-mobile-quit": scope(P.EDIT, "member"),
    "member-admit": scope(P.EDIT, "member"),
    "journey-report": scope(P.EDIT, query="?member={member}"),
    "journey-new-out": scope(P.EDIT, query="?member={member}"),
    "journey-new-in": scope(P.EDIT, query="?member={member}"),
    "journey-detail": scope(P.VIEW, "journey"),
    "journey-show": scope(P.FULL_NUMBERS, "journey", body="field=contact_phone"),
    "journey-edit": scope(P.EDIT, "journey"),
    "journey-end": scope(P.EDIT, "journey"),
    "journey-depart": scope(P.EDIT, "journey"),
    "journey-arrive": scope(P.EDIT, "journey"),
    "journey-refuse": scope(P.EDIT, "journey"),
    "journey-note": scope(P.EDIT, "journey"),
    "journey-change": scope(P.EDIT, "journey"),
    "journey-undo": scope(P.EDIT, "step"),
    "transfer-list": right(P.VIEW),
    "clears": right(P.VIEW),
    "duty-lists": right(P.VIEW),
    "duty-edit": right(P.SETTINGS, "side"),
    "duty-confirm": scope(P.EDIT, "branch"),
    "transfer-new": scope(P.EDIT, query="?member={member}"),
    "transfer-detail": scope(P.VIEW, "transfer"),
    "transfer-receive": scope(P.EDIT, "transfer"),
    "transfer-refuse": scope(P.EDIT, "transfer"),
    "transfer-withdraw": scope(P.EDIT, "transfer"),
    "lost-new": scope(P.EDIT, query="?member={member}"),
    "lost-edit": scope(P.EDIT, "lost"),
    "lost-detail": scope(P.VIEW, "lost"),
    "lost-found": scope(P.EDIT, "lost"),
    "lost-step": scope(P.EDIT, "lost"),
    "lost-decide": scope(P.EDIT, "lost", "decision"),
    "lost-undo": scope(P.EDIT, "lost"),
    "lost-paper": scope(P.EXPORT, "lost"),
    "monitor": right(P.VIEW),
    "monitor-run": right(P.SETTINGS),
    "monitor-todos": right(P.VIEW, "cause"),
    "monitor-list": scope(P.VIEW, "cause", "branch"),
    "api-schema": SIGNED_IN,
    "api-organisations": right(P.VIEW),
    "api-organisation": scope(P.VIEW, "branch"),
    "api-members": right(P.VIEW),
    "api-member": scope(P.VIEW, "member"),
    "api-member-departures": scope(P.EDIT, "member", body='{{"left_on": "2026-01"}}'),
    "api-member-journeys": scope(P.EDIT, "member", body='{{"direction": "out"}}'),
    "api-journeys": right(P.VIEW),
    "api-journey": scope(P.VIEW, "journey"),
    "api-journey-depart": scope(P.EDIT, "journey", body='{{"on": "2026-01"}}'),
    "api-journey-arrive": scope(P.EDIT, "journey", body='{{"on": "2026-01"}}', never=HOSTS),
    "api-journey-refuse": scope(P.EDIT, "journey", body='{{"reason": "本人没有来"}}', never=HOSTS),
    "api-journey-change": scope(P.EDIT, "journey", body='{{"on": "2026-01"}}'),
    "api-journey-notes": scope(P.EDIT, "journey", body='{{"kind": "contact", "on": "2026-01"}}'),
    "api-journey-end": scope(P.EDIT, "journey", body='{{"outcome": "returned", "on": "2026-01"}}'),
    "api-stations": right(P.VIEW),
    "api-station": scope(P.VIEW, "station"),
    "api-sweeps": right(P.VIEW),
    "api-sweep": right(P.VIEW, "sweep"),
    "api-returns": right(P.VIEW),
    "api-return": scope(P.VIEW, "of"),
    "api-return-people": scope(P.VIEW, "of"),
    "api-return-canvass": scope(P.EDIT, "of", body="{{}}"),
    "api-return-submit": scope(P.EDIT, "of", body="{{}}"),
    "api-return-take-back": scope(P.EDIT, "of", body="{{}}"),
    "api-item": scope(P.VIEW, "sweep", "member"),
    "api-item-answer": scope(P.EDIT, "sweep", "member", body='{{"way": "phone"}}'),
    "api-item-not-reached": scope(P.EDIT, "sweep", "member", body='{{"reason": "off"}}'),
    "api-item-undo": scope(P.EDIT, "sweep", "member", body="{{}}"),
    "sweep-list": right(P.VIEW),
    "sweep-new": right(P.SETTINGS),
    "sweep-detail": right(P.VIEW, "sweep"),
    "sweep-people": right(P.VIEW, "sweep"),
    "sweep-returns": right(P.VIEW, "sweep"),
    "sweep-remind": right(P.EDIT, "sweep", never=("secretary", "neighbour")),
    "sweep-openings": right(P.EDIT, "sweep", never=("secretary", "neighbour")),
    "sweep-openings-read": right(P.EDIT, "sweep", never=("secretary", "neighbour")),
    "sweep-close": right(P.SETTINGS, "sweep"),
    "sweep-again": right(P.SETTINGS, "sweep"),
    "sweep-card": scope(P.EDIT, "sweep", "member"),
    "sweep-call": scope(P.FULL_NUMBERS, "sweep", "member", body="field=phone"),
    "sweep-undo": scope(P.EDIT, "sweep", "member"),
    "return-detail": scope(P.VIEW, "of"),
    "return-queue": scope(P.EDIT, "of"),
    "return-table": scope(P.EDIT, "of"),
    "return-fresh": scope(P.EDIT, "of"),
    "return-canvass": scope(P.EDIT, "of"),
    "return-canvass-back": scope(P.EDIT, "of", "found"),
    "return-submit": scope(P.EDIT, "of"),
    "return-nil": scope(P.EDIT, "of"),
    "return-take-back": scope(P.EDIT, "of"),
    "return-review": scope(P.VIEW, "of"),
    "return-accept": scope(P.EDIT, "of", never=("secretary",)),
    "return-send-back": scope(P.EDIT, "of", never=("secretary",), body=f"comment={quote('漏了人')}"),
    "return-balance": scope(P.VIEW, "of"),
    "return-names": scope(P.VIEW, "of", "term"),
    "return-opening": scope(P.EDIT, "of"),
    "return-explain-more": scope(P.EDIT, "of"),
    "return-explain-fewer": scope(P.EDIT, "of"),
    "return-explain-gone": scope(P.EDIT, "of", body="member={member}"),
    "return-explain-not": scope(P.EDIT, "of", body="explanation={explanation}"),
    "return-erratum": scope(P.EDIT, "of"),
    "sweep-paper": right(P.EDIT, "sweep"),
    "sweep-backchecks": right(P.VIEW, "sweep"),
    "return-find": right(P.EDIT),
    "return-paper": scope(P.EDIT, "of"),
    "return-key": scope(P.EDIT, "of"),
    "return-print": scope(P.VIEW, "handed_in"),
    "return-print-new": scope(P.EDIT, "handed_in"),
    "return-printed": scope(P.VIEW, "handed_in", "printing"),
    "return-scan-file": scope(P.VIEW, "handed_in", "printing"),
    "return-scan": scope(P.EDIT, "handed_in"),
    "return-backcheck": scope(P.VIEW, "handed_in"),
    "return-backcheck-draw": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-sheet": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-results": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-share": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-reply": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "overview": right(P.VIEW),
    "overview-leaders": right(P.VIEW),
    "gathering": right(P.VIEW),
    "gathering-proposal": scope(P.VIEW, "proposal", query="?organisation={branch}"),
    "gathering-aside": scope(P.ORGANISE, "proposal", query="?organisation={branch}", body=f"reason={quote('再等等')}"),
    "founding-list": right(P.VIEW),
    "founding-new": right(P.ORGANISE),
    "founding-detail": scope(P.VIEW, "founding"),
    "founding-step": scope(P.ORGANISE, "founding", "founding_step"),
    "founding-paper": scope(P.ORGANISE, "founding", "paper"),
    "founding-submit": scope(P.ORGANISE, "founding"),
    "founding-take-back": scope(P.ORGANISE, "founding"),
    "founding-reopen": scope(P.ORGANISE, "founding"),
    "founding-withdraw": scope(P.ORGANISE, "founding"),
    "founding-approve": scope(P.ORGANISE, "founding", never=("town",)),
    "founding-refuse": scope(P.ORGANISE, "founding", never=("town",)),
    "founding-complete": scope(P.ORGANISE, "founding", never=("town",)),
    "paper-list": right(P.EXPORT),
    "paper-table": right(P.EXPORT, "grid"),
    "paper-names": right(P.EXPORT, "grid", "line", "column"),
    "paper-detail": own("paper", needs=P.EXPORT),
    "paper-people": right(P.EXPORT, query="?kind=outflow"),
    "paper-person": scope(P.EXPORT, "member"),
    "paper-text": right(P.ORGANISE, "prose"),
    "station-list": SIGNED_IN,
    "station-new": right(P.ORGANISE),
    "station-detail": Door("signed_in", args=("station",)),
    "station-card": Door("signed_in", args=("station",)),
    "station-arrive": Door("public", args=("station",)),
    "station-people": scope(P.VIEW, "station"),
    "station-check-in": scope(P.CHECK_IN, "station"),
    "station-edit": scope(P.ORGANISE, "station"),
    "station-close": scope(P.ORGANISE, "station"),
    "station-reopen": scope(P.ORGANISE, "station"),
    "station-lines": scope(P.ORGANISE, "station"),
    "station-post-new": scope(P.ORGANISE, "station"),
    "station-clerk-new": scope(P.ACCOUNTS, "station"),
    "station-post-edit": scope(P.ORGANISE, "station_post"),
    "station-post-end": scope(P.ORGANISE, "station_post"),
    "station-answer": scope(P.EDIT, "asked"),
    "station-guest": scope(P.EDIT, "station_guest"),
    "point-new": scope(P.ORGANISE, "station"),
    "point-edit": scope(P.ORGANISE, "point"),
    "point-close": scope(P.ORGANISE, "point"),
    "agreement-list": right(P.VIEW),
    "agreement-new": right(P.EDIT),
    "agreement-detail": scope(P.VIEW, "agreement"),
    "agreement-edit": scope(P.EDIT, "agreement"),
    "agreement-end": scope(P.EDIT, "agreement"),
    "agreement-exchange": scope(P.EDIT, "agreement"),
    "agreement-phone": scope(P.FULL_NUMBERS, "agreement"),
    "agreement-scan": scope(P.VIEW, "agreement"),
    "agreement-scan-new": scope(P.EDIT, "agreement"),
    "agreement-withdraw": scope(P.EDIT, "note"),
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
        Somebody("clerk", clerk_elsewhere(county)),
        Somebody("system", system_user),
    ]
    for one in people:
        one.client.force_login(one.user)
    disabled.is_active, disabled.disabled_at, disabled.disabled_by = False, clock.now(), SYSTEM.ref
    disabled.save()
    for one in people:
        one.client.raise_request_exception = False
    return [Somebody("anonymous", None, Client(raise_request_exception=False)), *people]


def clerk_elsewhere(county: Organisation) -> User:
    """Works at a station that has nothing to do with the branch."""
    user = User.objects.create(username="clerk", name="驿站甲", organisation=county)
    Grant.objects.create(
        user=user, role="station", organisation=county, outpost_path="99999998", outpost_label="别的驿站",
        starts_on=dt.date(2020, 1, 1), granted_by=SYSTEM.ref, granted_at=clock.now(),
    )  # fmt: skip
    return user


def batch_of(branch: Organisation, by: Actor) -> ImportBatch:
    """A ledger of one row, read and checked for real."""
    table = (
        f"姓名,身份证号码,联系电话,外出时间,流出地\n{HERE},{make_identity(7)},19900990098,2024-07,江苏省苏州市昆山市\n"
    )
    (batch,) = upload(data=table.encode(), name="流出党员台账.csv", by=by, under=branch, kind="outflow")
    return check(batch=batch, by=by)


def swept(county: Organisation, branch: Organisation, member: Any, by: Actor) -> dict[str, Any]:
    """A sweep over the whole county, and the branch's return in it."""
    sweep = open_sweep(organisation=county, by=SYSTEM)
    run_waiting()
    of = Return.objects.get(sweep=sweep, organisation=branch)
    explanation = Explanation.objects.create(
        of=of, path=of.path, member=member, name=HERE, term="opening", note="试", explained_at=clock.now(), explained_by=by.ref
    )  # fmt: skip
    found = Finding.objects.create(
        of=of, path=of.path, member=member, kind="transferred", found_at=clock.now(), found_by=by.ref
    )
    return {
        "sweep": sweep, "of": of, "term": "opening", "explanation": explanation.pk, "found": found.member.public_id,
    }  # fmt: skip


def on_paper(branch: Organisation, member: Any, by: Actor) -> dict[str, Any]:
    """The branch's return of the sweep handed in, printed, scanned and drawn from."""
    of = Return.objects.select_related("sweep").get(organisation=branch)
    answer(sweep=of.sweep, member=member, given=Given(confirmed=list(EVIDENCE)), by=SYSTEM)
    confirm_canvass(of=of, by=by)
    submit(of=of, by=by)
    printed = print_return(of=of, by=by)
    attach_scan(of=of, data=b"%PDF-1.4", name="a.pdf", by=by)
    draw(of=of, by=SYSTEM)
    return {"handed_in": of, "printing": printed.number}


def stationed(branch: Organisation, member: Any) -> dict[str, Any]:
    """A station that the branch keeps, with somebody in office, a service point, one of the people, somebody who waits, and a
    guest about whom the branch is asked."""
    station = Station.objects.create(
        name="驻京站", number=1, path="99990001", keeper=branch, kind=StationKind.objects.usual(), region_code="110105"
    )
    post = StationPost.objects.create(station=station, title="head", holder_name=HERE)
    point = ServicePoint.objects.create(station=station, name="窗口", kind=station.kind)
    Presence.objects.create(member=member, station=station, path=station.path, why="place")
    guest = WaitingGuest(
        station=station, name=HERE, home_text="某支部", on=clock.today(), at=clock.now(), by=SYSTEM.ref
    )
    guest.put_sealed("phone", "19900123456")
    guest.save()
    come = check_in(
        branch=branch, person={"name": "来者", "phone": "19900123457"}, stay={"home_text": "某支部"}, by=SYSTEM
    )
    asked = CheckIn.objects.create(
        station=station, member=come.member, journey=come, on=clock.today(), at=clock.now(), by=SYSTEM.ref
    )
    raise_todo(f"station-home:{come.public_id}", branch, "请核对")
    return {"station": station, "station_post": post, "point": point, "station_guest": guest, "asked": asked}


def founded(branch: Organisation) -> dict[str, Any]:
    """A founding of the branch's, with a proposal that its one member away makes."""
    set_rule(organisation=branch, key="gathering_contact_point", value=1, by=SYSTEM, starts_on=clock.today())
    founding = begin(organisation=branch, kind="631", region="3205", by=SYSTEM)
    return {"founding": founding, "proposal": "point-3205", "founding_step": "kind", "paper": "application"}


def gathered(branch: Organisation, by: Actor) -> dict[str, Any]:
    """An agreement of the branch with its paper and an exchange."""
    values = {"partner_text": "昆山某支部", "subject": "试", "signed_on": clock.today()}
    agreement = agreements.make(organisation=branch, values=values, by=by)
    agreements.attach_scan(agreement=agreement, data=b"%PDF-1.4", name="a.pdf", by=by)
    note = agreements.note_exchange(agreement=agreement, on=clock.today(), way="call", text="试", by=by)
    return {"agreement": agreement, "note": note}


@pytest.fixture
def things(
    request, county: Organisation, branch: Organisation, other_branch, make_member, secretary_user: User
) -> dict[str, Any]:
    """What the addresses speak of, by the names that ``DOORS`` uses; all of it of the branch, most of it the secretary's."""
    now, today = clock.now(), clock.today()
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
    step = JourneyStep.objects.create(journey=journey, kind="contact", batch="b", by=by.ref, at=now)
    transfer = Transfer.objects.create(
        member=member, journey=journey, sender=branch, from_path=branch.path, to_text="昆山某支部", letter_on=today,
        valid_until=today, due_on=today, asked_at=now, asked_by=by.ref, **stamps,
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
    paper = Paper.objects.create(
        kind="summary",
        organisation=branch,
        path=branch.path,
        purpose="试",
        owner=by.id,
        requested_at=now,
        requested_by=by.ref,
    )
    saved = SavedFilter.objects.create(owner=by.id, list="members", name="试", query="", created_at=now)
    args = DOORS[request.node.callspec.params["name"]].args
    needs_batch = "batch" in args  # reading a file takes a while
    return {
        "branch": branch, "member": member, "twin": twin, "merged": merged, "post": post, "journey": journey, "step": step,
        "transfer": transfer, "lost": lost, "cause": "contact",
        "batch": batch_of(branch, by) if needs_batch else None, "learned": learned, "word": word, "sheet": 0, "row": 2, "token": token, "job": job,
        "export": export, "saved": saved, "list": "members", "side": "home", "ledger": "outflow", "rule": "branch_term_years",
        "decision": "confirm", "paper": paper, "grid": "mobile", "prose": "report", "line": "all", "column": "total",
        "account": secretary_user, "grant": Grant.objects.get(user=secretary_user),
        "file": files.store(b"abc", name="a.csv", purpose="upload", by=by),
        "message": tell(secretary_user, "试"), **(swept(county, branch, member, by) if {"sweep", "of", "handed_in"} & set(args) else {}),
        **(on_paper(branch, member, by) if "handed_in" in args else {}),
        **(stationed(branch, member) if {"station", "station_post", "point", "station_guest", "asked"} & set(args) else {}),
        **(founded(branch) if {"founding", "proposal"} & set(args) else {}),
        **(gathered(branch, by) if {"agreement", "note"} & set(args) else {}),
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
        if actor.can(door.needs) or (door.outposts and actor.holds(door.needs)):
            return "in"
        return "nothing" if somebody.name == "clerk" else "refused"
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
    refused_by_action = (405, 409, 412, 422)  # the last two of the interface: whoever is told so was let in
    return status < 400 or status in refused_by_action


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in NAMES if name in DOORS])
def test_who_gets_in(name: str, cast: list[Somebody], things: dict[str, Any], branch, other_branch, secretary_user):
    door = DOORS[name]
    ids = {key: str(getattr(thing, "public_id", thing)) for key, thing in things.items()}
    address = reverse(name, args=[ids[one] for one in door.args]) + door.query.format(**ids)
    body = door.body.format(**ids)
    problems, served = [], set()
    for somebody in cast:
        wanted = expected(door, somebody, branch.path, secretary_user)
        for method in ("GET", "POST"):
            response = ask(somebody.client, method, address, body)
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
        if method == "GET":
            response = client.get(address)
        elif address.startswith(API):
            headers = {"Idempotency-Key": "matrix-of-addresses", "If-Match": '"1"'}
            response = client.post(address, body, content_type="application/json", headers=headers)
        else:
            response = client.post(address, body, content_type=FORM)
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
