"""The standing cast of the suite: one small county, its people with accounts, and helpers to add more.

The tree: 云湖县委 > 马店镇党委 (何寨村党支部, 吕楼村党支部) and 青石镇党委 (冯屯村党支部). All people are invented:
identity numbers carry the area 379981, which is nobody's, and phones begin with 19900.
"""

from __future__ import annotations

import datetime as dt
import gc
import itertools
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client, TransactionTestCase
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.actors import actor_for
from accounts.models import Grant, User
from audit import triggers
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor
from core.crypto import make_keys
from core.domain.identity import check_digit
from core.domain.names import initials
from members.models import Member, Membership
from tests import browsing
from tests.installation import Installation, prepared

hypothesis_settings.register_profile("ci", max_examples=25, deadline=None)  # small: runs with every suite
hypothesis_settings.register_profile("soak", max_examples=2000, deadline=None)  # make soak
hypothesis_settings.load_profile("ci")

PASSWORD = "Yanyi-sample-2026"
AREA = "379981"
_people = itertools.count(1)


def pytest_collection_finish() -> None:
    """Five thousand tests and all their modules stay to the end: a search for circles need not go through them each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _keys() -> None:
    """One key file for the whole run; every test may seal and open."""
    make_keys(settings.KEYS_FILE)


@pytest.fixture(autouse=True, scope="session")
def _tables_may_be_emptied() -> Iterator[None]:
    """Tests with real transactions end by emptying every table, which the log's triggers rightly refuse, and which takes away
    what the migrations put there: the next test, whichever comes next, finds both again."""
    plain = TransactionTestCase._fixture_teardown
    name_kinds = import_module("stations.migrations.0001_initial").name_kinds

    def teardown(self: TransactionTestCase) -> None:
        triggers.remove(connection)
        try:
            plain(self)
            name_kinds(apps, None)
        finally:
            triggers.install(connection)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = plain


@pytest.fixture(scope="session")
def password_hash() -> str:
    return make_password(PASSWORD)


def make_identity(number: int, *, born: dt.date = dt.date(1985, 3, 12)) -> str:
    """A valid identity number of the area that nobody has; ``number`` 0-999, odd for a man."""
    first17 = f"{AREA}{born:%Y%m%d}{number % 1000:03d}"
    return first17 + check_digit(first17)


def next_identity() -> str:
    """A fresh one at each call: the day of birth counts on when the sequence is used up."""
    number = next(_people)
    return make_identity(number % 1000, born=dt.date(1960, 1, 1) + dt.timedelta(days=number // 1000))


def next_phone() -> str:
    return f"19900{next(_people):06d}"


def plant(name: str, short_name: str, kind: str, parent: Organisation | None, number: int, **more: Any) -> Organisation:
    """An organisation written directly, as the ``number``-th child of ``parent``."""
    path = (parent.path if parent else "") + f"{number:04d}"
    order_path = (parent.order_path if parent else "") + f"{number:04d}"
    return Organisation.objects.create(
        name=name, short_name=short_name, initials=initials(short_name), kind=kind, parent=parent, path=path,
        order_path=order_path, position=number, **more,
    )  # fmt: skip


@pytest.fixture
def county(db: None) -> Organisation:
    return plant("中共云湖县委员会", "云湖县委", "local", None, 1)


@pytest.fixture
def town(county: Organisation) -> Organisation:
    return plant("中共云湖县马店镇委员会", "马店镇党委", "611", county, 1)


@pytest.fixture
def other_town(county: Organisation) -> Organisation:
    return plant("中共云湖县青石镇委员会", "青石镇党委", "611", county, 2)


@pytest.fixture
def branch(town: Organisation) -> Organisation:
    return plant("中共云湖县马店镇何寨村支部委员会", "何寨村党支部", "631", town, 1)


@pytest.fixture
def other_branch(town: Organisation) -> Organisation:
    return plant("中共云湖县马店镇吕楼村支部委员会", "吕楼村党支部", "631", town, 2)


@pytest.fixture
def foreign_branch(other_town: Organisation) -> Organisation:
    return plant("中共云湖县青石镇冯屯村支部委员会", "冯屯村党支部", "631", other_town, 1)


@pytest.fixture
def make_user(password_hash: str) -> Callable[..., User]:
    """``make_user(organisation, role, name="李梅")``: an account with one grant in force since 2020; PASSWORD opens it."""

    def make(organisation: Organisation, role: str, name: str = "李梅", **more: Any) -> User:
        user = User.objects.create(
            username=more.pop("username", f"user{next(_people)}"), name=name, organisation=organisation,
            password=password_hash, **more,
        )  # fmt: skip
        Grant.objects.create(
            user=user, role=role, organisation=organisation, starts_on=dt.date(2020, 1, 1), granted_by=SYSTEM.ref,
            granted_at=clock.now(),
        )  # fmt: skip
        return user

    return make


@pytest.fixture
def county_user(make_user: Callable[..., User], county: Organisation) -> User:
    return make_user(county, "county", "赵敏")


@pytest.fixture
def town_user(make_user: Callable[..., User], town: Organisation) -> User:
    return make_user(town, "committee", "李梅")


@pytest.fixture
def other_town_user(make_user: Callable[..., User], other_town: Organisation) -> User:
    return make_user(other_town, "committee", "孙丽")


@pytest.fixture
def secretary_user(make_user: Callable[..., User], branch: Organisation) -> User:
    return make_user(branch, "secretary", "何建国")


@pytest.fixture
def auditor_user(make_user: Callable[..., User], county: Organisation) -> User:
    return make_user(county, "auditor", "周正")


@pytest.fixture
def system_user(make_user: Callable[..., User], county: Organisation) -> User:
    return make_user(county, "system", "吴工")


@pytest.fixture
def county_actor(county_user: User) -> Actor:
    return actor_for(county_user, clock.today())


@pytest.fixture
def town_actor(town_user: User) -> Actor:
    return actor_for(town_user, clock.today())


@pytest.fixture
def other_town_actor(other_town_user: User) -> Actor:
    return actor_for(other_town_user, clock.today())


@pytest.fixture
def secretary_actor(secretary_user: User) -> Actor:
    return actor_for(secretary_user, clock.today())


@pytest.fixture
def auditor_actor(auditor_user: User) -> Actor:
    return actor_for(auditor_user, clock.today())


@pytest.fixture
def system_actor(system_user: User) -> Actor:
    """The system administrator, a person; the portal itself is ``core.actors.SYSTEM``."""
    return actor_for(system_user, clock.today())


@pytest.fixture
def make_member(db: None) -> Callable[..., Member]:
    """``make_member(branch, name=..., identity=..., phone=...)``: a member at home in ``branch``, written directly.

    Identity number and phone are fresh ones unless given ("" for none); further columns by keyword.
    """

    def make(
        home: Organisation, *, name: str = "何小明", identity: str | None = None, phone: str | None = None, **more: Any
    ) -> Member:
        now = clock.now()
        values = {"kind": "1", "sex": "1", "created_at": now, "updated_at": now, "initials": initials(name), **more}
        member = Member(name=name, home=home, home_path=home.path, **values)
        member.put_sealed("identity", next_identity() if identity is None else identity)
        member.put_sealed("phone", next_phone() if phone is None else phone)
        member.save(force_insert=True)
        Membership.objects.create(member=member, organisation=home, kind="home", made_by=SYSTEM.ref)
        return member

    return make


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """``client_for(user)``: a browser in which that person is signed in."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


USING_A_DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What touches no database need not be run on each."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if not item.get_closest_marker("django_db") and USING_A_DATABASE.isdisjoint(fixtures):
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    yield from browsing.started()


@pytest.fixture
def sit(chromium: Browser, live_server: Any, client_for: Callable[[User], Client]) -> Iterator[Callable[..., Page]]:
    """``sit(user, size)``: a browser of its own in which that person is signed in (None: nobody), at the portal's door."""
    contexts: list[BrowserContext] = []

    def make(user: User | None, size: tuple[int, int] = browsing.DESKTOP, **options: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, base_url=live_server.url, **options
        )
        contexts.append(context)
        if user is not None:
            session = client_for(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def sample_county(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The sample county in a database file of its own, loaded once; copy it (``copy``) to change anything."""
    return prepared(tmp_path_factory.mktemp("sample") / "var")
