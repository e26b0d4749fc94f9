"""Everybody who comes to an address, and one of everything that an address can name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.models import ApiToken, Grant, User
from branches.models import Organisation, Post
from branches.rules import set_rule
from core import clock
from core.actors import ANONYMOUS, SYSTEM, Actor
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
from tests.meta.doors import DOORS, HERE, NEXT_DOOR


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
