"""Canaries in a foreign branch: whoever has no business there meets none of them, wherever the pages lead.

A secretary of another branch, the staff and an auditor of another town, and the system administrator follow every link
there is, try every filter, search, fragment, interface and export, bring a ledger that speaks of the canaries, and
register one of them anew. No answer, header, file, log or address may hold a canary; no table may hold a whole number.
"""

from __future__ import annotations

import html
import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.actors import actor_for
from accounts.models import User
from branches.models import Post
from core import clock, ledgers
from exchange.actions.batches import upload
from exchange.actions.checks import check
from exchange.actions.learned import learn_value
from exchange.models import Export
from files import actions as files
from inbox.actions import raise_todo, tell
from jobs.actions import enqueue
from jobs.runner import run_waiting
from members.actions.journeys import open_journey
from members.actions.looking import opened, show_number
from members.actions.lost import open_lost
from members.actions.people import edit_member
from members.filters import FILTERS
from members.listing import LISTS
from members.models import Member
from tests.conftest import make_identity
from tests.meta.doors import patterns

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # what a page says is the same on every database

IDENTITY, PHONE, OTHER = make_identity(871), "19900773311", "19900773322"
POST_PHONE, CONTACT_PHONE = "19900773344", "19900773355"
OWN_IDENTITY, OWN_PHONE = make_identity(877), "19900885566"
NUMBERS = (IDENTITY, PHONE, OTHER, POST_PHONE, CONTACT_PHONE)
WORDS = (
    "鸑鷟甲", "驊騮乙", "鸂鶒丙", "魍魎丁", "饕餮戊", "獬豸己", "螭魅庚", "貔貅辛", "狻猊壬", "麒麟癸", "鶺鴒子", "199****3311",
    "199****3322", "199****3344", "199****3355",
)  # fmt: skip
LINK = re.compile(r"""(?:href|hx-get|src|action|data-url)="([^"#]+)""")
LONG_NUMBER = re.compile(r"(?<![\w.])\d{7,}")
TIDE = re.compile(r'csrfmiddlewaretoken" value="\w+|X-CSRFToken": "\w+|\d\d:\d\d(:\d\d)?')  # another at each answer
ENOUGH, ALIKE = 600, 2


@dataclass
class Crawler:
    """One reader. ``found``: what leaked, with where; ``seen``: addresses asked for."""

    user: User
    canaries: tuple[str, ...]
    is_thorough: bool = False  # one of them tries every filter and form: the code is the same for all
    client: Client = field(default_factory=Client)
    seen: set[str] = field(default_factory=set)
    shapes: Counter[Any] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def look(self, what: str, response: Any) -> Any:
        headers = "\n".join(f"{name}: {unquote(value)}" for name, value in response.items())
        text = html.unescape(response.content.decode(errors="ignore")) + headers + str(response.cookies)
        if response.content[:2] == b"PK":
            text += "".join(unzipped(response.content))
        self.found += [f"{what}: {canary}" for canary in self.canaries if canary in text]
        if response.status_code >= 500:
            self.found.append(f"{what}: {response.status_code}")
        return response

    def get(self, address: str, **more: Any) -> Any:
        self.seen.add(address)
        return self.look(f"GET {address}", self.client.get(address, **more))

    def post(self, address: str, data: Any, **more: Any) -> Any:
        return self.look(f"POST {address}", self.client.post(address, data, **more))

    def is_like_others(self, address: str) -> bool:
        """Filters can be combined without end, and a log grows with every page that is looked at: of a page with the same
        parameters and other values two are enough."""
        parts = urlsplit(address)
        if not parts.query:
            return False
        shape = (parts.path, tuple(sorted(parse_qs(parts.query, keep_blank_values=True))))
        self.shapes[shape] += 1
        return self.shapes[shape] > ALIKE

    def crawl(self, *starts: str) -> None:
        """Every link of every page, breadth first; a page and its fragment are two."""
        waiting = list(starts)
        while waiting and len(self.seen) < ENOUGH:
            address = waiting.pop(0).partition("#")[0]
            if address in self.seen or "size=" in address or self.is_like_others(address):
                continue
            response = self.get(address)
            if response.status_code in (301, 302):
                waiting.append(urljoin(address, response["Location"]))
            elif response.get("Content-Type", "").startswith("text/html"):
                here = [urljoin(address, html.unescape(one)) for one in LINK.findall(response.content.decode())]
                waiting += [one for one in here if one.startswith("/") and not one.startswith("/static/")]
                if LONG_NUMBER.search(unquote(urlsplit(address).query)):
                    self.found.append(f"a number in the address {address}")
        assert len(self.seen) < ENOUGH, "the crawl did not come to its end"


def unzipped(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield name + html.unescape(archive.read(name).decode(errors="ignore"))


def ledger_of(name: str, *lines: str) -> tuple[bytes, str]:
    return "\n".join(["姓名,身份证号码,联系电话,外出时间,流出地", *lines, ""]).encode(), name


@pytest.fixture
def canaries(make_user: Callable[..., User], make_member: Callable[..., Member], branch: Any) -> tuple[str, ...]:
    """Somebody about whom everything is told that can be told, and what those who look after him do."""
    keeper = make_user(branch, "secretary", "饕餮戊")
    by = actor_for(keeper, clock.today())
    person = make_member(branch, name="鸑鷟甲", identity=IDENTITY, phone=PHONE, birth_date="1985-03-12")
    twin = make_member(branch, name="鸑鷟甲", birth_date="1985-03-12")
    edit_member(member=person, values={"other_phones": OTHER, "home_address": "獬豸己"}, by=by)
    values = {
        "left_on": "2024-07", "region_code": "320583", "destination_text": "螭魅庚", "employer": "貔貅辛", "reason": "work",
        "contact_name": "鸂鶒丙", "contact_phone": CONTACT_PHONE,
    }  # fmt: skip
    open_journey(member=person, direction="out", values=values, by=by)
    open_lost(member=twin, values={"since": "2026-05", "steps": "狻猊壬"}, by=by)
    opened(member=person, by=by)
    show_number(record=person, field="identity", by=by)
    post = Post(organisation=branch, title=Post.Title.SECRETARY, holder_name="驊騮乙")
    post.put_sealed("phone", POST_PHONE)
    post.save()
    data, name = ledger_of("魍魎丁.csv", f"鸑鷟甲,{IDENTITY},{PHONE},2024-08,螭魅庚", "麒麟癸,,,2024-08,螭魅庚")
    (batch,) = upload(data=data, name=name, by=by, kind="outflow")
    check(batch=batch, by=by)
    learn_value(batch=batch, key="reason", text="鶺鴒子", value="work", by=by)
    files.store(b"x", name="魍魎丁.csv", purpose="upload", by=by)
    export = Export.objects.create(
        kind="outflow", organisation=branch, path=branch.path, purpose="魍魎丁", owner=by.id, requested_at=clock.now(),
        requested_by=by.ref,
    )  # fmt: skip
    enqueue("exchange.export", {"export": export.public_id}, by=by, title="导出魍魎丁")
    tell(branch, "魍魎丁", "鸑鷟甲")
    raise_todo("canary", branch, "鸑鷟甲待核实")
    return (*WORDS, *NUMBERS)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def argless() -> list[str]:
    names = [one.name for one in patterns() if one.name and "<" not in str(one.pattern) and one.name != "sign-out"]
    return [reverse(name) for name in names]


def try_everything(crawler: Crawler, home: Any, foreign: Any) -> None:
    crawler.client.force_login(crawler.user)
    crawler.crawl("/", *argless())
    lists(crawler, foreign)
    searches(crawler)
    exports(crawler, home, foreign)
    imports(crawler, home, foreign)


def lists(crawler: Crawler, foreign: Any) -> None:
    """Every filter of every list, the foreign branch as the place, and the interface with the same."""
    for people in LISTS.values():
        address = reverse(people.url_name)
        for query in (
            f"organisation={foreign.public_id}",
            f"part=tree&organisation={foreign.public_id}",
            "sort=name",
            "sort=updated",
        ):
            crawler.get(f"{address}?{query}")
        for key in people.filters if crawler.is_thorough else ("kind",):
            for value, _label in list(FILTERS[key].choices())[: 3 if people.key == "members" else 1]:
                crawler.get(f"{address}?{key}={value}")
    for query in (
        "",
        "?size=200",
        f"?organisation={foreign.public_id}",
        "?away=out",
        "?lost=any",
        "?name=鸑鷟甲",
        "?at=x",
    ):
        crawler.get(f"/api/v1/members/{query}")
    for method in (crawler.client.options, crawler.client.head):
        crawler.look("/api/v1/members/", method("/api/v1/members/"))
    crawler.look("api as a page", crawler.client.get("/api/v1/members/", headers={"Accept": "text/html"}))
    for address in ("organisations", "journeys", "sweeps", "returns"):
        crawler.get(f"/api/v1/{address}/")
    for query in ("?side=in", "?side=here", f"?organisation={foreign.public_id}", "?state=returned"):
        crawler.get(f"/api/v1/journeys/{query}")


def searches(crawler: Crawler) -> None:
    """The answer about somebody else's person is that about nobody."""
    address = reverse("member-search")
    for there, nowhere in ((IDENTITY, make_identity(999)), (PHONE, "19900000001"), ("yzj", "qqq"), ("3311", "0001")):
        answers = [crawler.client.post(address, {"q": typed}, follow=True) for typed in (there, nowhere)]
        for typed, answer in zip((there, nowhere), answers, strict=True):
            crawler.look(f"search {typed}", answer)
        texts = [answer.content.decode().replace(there, "_").replace(nowhere, "_") for answer in answers]
        plain = [TIDE.sub("", text) for text in texts]
        if answers[0].status_code != 403 and plain[0] != plain[1]:
            crawler.found.append(f"search {there} answers otherwise than for nobody")
    crawler.client.post(address, {"q": "鸑鷟甲"})  # by name: the page repeats what was typed, so only links count
    if "/members/" in "".join(
        re.findall(
            r'class="card-title"><a href="([^"]+)', crawler.client.get(address, {"q": "鸑鷟甲"}).content.decode()
        )
    ):
        crawler.found.append("search by name finds somebody")


def exports(crawler: Crawler, home: Any, foreign: Any) -> None:
    for ledger in ledgers.ledgers():
        address = f"{reverse('export-new')}?kind={ledger.kind}"
        asked = {"purpose": "核对名单用", "form": "official", "numbers": "full"}
        ways = [(home, "official", "xlsx"), (foreign, "official", "xlsx"), (home, "list", "csv")]
        for place, form, kind in ways if crawler.is_thorough else ways[:2]:
            more = {
                "organisation": place.public_id,
                "form": form,
                "format": kind,
                "key": f"{ledger.kind}{place.pk}{kind}",
            }
            crawler.post(address, {**asked, **more})
        crawler.get(f"{address}&organisation={foreign.public_id}")
    run_waiting()
    for export in Export.objects.filter(owner=crawler.user.public_id):
        assert export.file, "every export that was asked for was made"
        if not export.path.startswith(home.path):
            crawler.found.append(f"an export of {export.path}")
        crawler.get(reverse("file-download", args=[export.file]))


def imports(crawler: Crawler, home: Any, foreign: Any) -> None:
    """A ledger with the canary's numbers under another name; a new record with his number; another branch as its place."""
    wrong = IDENTITY[:9] + str((int(IDENTITY[9]) + 1) % 10) + IDENTITY[10:]
    data, name = ledger_of(
        "流出.csv",
        f"贾一,{IDENTITY},,2024-08,江苏省苏州市",
        f"贾二,{wrong},,2024-08,江苏省",
        f"贾三,,{PHONE},2024-08,江苏省",
    )
    typed_in = (IDENTITY, PHONE, "199****3311")
    hidden = tuple(one for one in crawler.canaries if one not in typed_in)
    guest = Crawler(crawler.user, hidden, client=crawler.client)
    for place in (home, foreign):
        file = io.BytesIO(data)
        file.name = name
        guest.post(reverse("import-list"), {"files": file, "organisation": place.public_id}, follow=True)
    guest.crawl(reverse("import-list"))
    for place in (home, foreign):
        for number in (IDENTITY, OWN_IDENTITY):
            typed = {"name": "贾四", "identity": number, "branch": place.public_id, "belongs": "home", "kind": "1"}
            guest.post(reverse("member-new"), typed)
    crawler.found += guest.found


@pytest.fixture
def readers(
    canaries, make_user, make_member, other_branch, foreign_branch, other_town, county, secretary_user
) -> list[tuple[User, Any]]:  # fmt: skip
    make_member(other_branch, name="吕自", identity=OWN_IDENTITY, phone=OWN_PHONE)
    make_member(foreign_branch, name="冯自")
    return [
        (make_user(other_branch, "secretary", "吕书记"), other_branch),
        (make_user(other_town, "committee", "孙丽"), other_town),
        (make_user(other_town, "auditor", "周查"), other_town),
        (make_user(county, "system", "吴工"), county),
    ]


@pytest.mark.parametrize("who", [0, 1, 2, 3], ids=["secretary next door", "other town", "its auditor", "system"])
def test_no_canary_is_met(who, canaries, readers, branch, logged):
    user, home = readers[who]
    # The administrator keeps accounts: names of those who hold one or an office are theirs to see, members never.
    kept = tuple(one for one in canaries if not (who == 3 and one in ("饕餮戊", "驊騮乙")))
    crawler = Crawler(user, kept, is_thorough=who == 0)
    try_everything(crawler, home, branch)
    assert not crawler.found, "\n".join(crawler.found)
    assert len(crawler.seen) > 60, "the crawl saw the portal"
    said = "\n".join(record.getMessage() for record in logged.records if record.name != "django.db.backends")
    assert [one for one in canaries if one in said] == []
    if who == 0:
        require_no_number_at_rest(crawler)


def test_those_who_look_after_him_meet_every_word(canaries, branch, secretary_user):
    """A crawl that finds nothing would prove nothing."""
    crawler = Crawler(secretary_user, canaries)
    crawler.client.force_login(secretary_user)
    crawler.crawl("/", *argless())
    met = {one.rpartition(": ")[2] for one in crawler.found}
    assert {
        "鸑鷟甲",
        "驊騮乙",
        "鸂鶒丙",
        "獬豸己",
        "螭魅庚",
        "貔貅辛",
        "狻猊壬",
        "魍魎丁",
        "199****3311",
        "199****3355",
    } <= met
    assert met & set(NUMBERS) == set(), "a whole number only where somebody asks for it"


def require_no_number_at_rest(crawler: Crawler) -> None:
    """After all that: sessions, log, jobs, messages, rows of imports, history, everything."""
    own = Member.objects.get(name="吕自")
    assert OWN_PHONE in crawler.post(reverse("member-show", args=[own.public_id]), {"field": "phone"}).content.decode()
    kept = [("session", str(one.get_decoded())) for one in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept += [
                (table, str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])) for row in cursor
            ]
    assert {"session", "audit_event", "exchange_importrow", "jobs_job"} <= {table for table, _ in kept}
    numbers = (*NUMBERS, OWN_IDENTITY, OWN_PHONE)
    assert {(table, one) for table, text in kept for one in numbers if one in text} == set()
