"""Requests made from the published schema, well-formed and not, with ids that are there and ids that are not.

Asked of every answer: no error of the server, nothing without signing in, a status, headers and a body that the schema says. Each
request is undone, so that all meet the same county. ``make soak`` sends some hundred times as many.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from accounts.models import ApiToken, Grant, SecondFactor, User
from core import clock, paths
from core.actors import SYSTEM
from core.api.schema import published
from core.crypto import blind
from members.models import Journey, Member, Membership
from portal.wsgi import application
from stations.models import Station, StationKind
from sweeps.models import Return
from tests.conftest import plant
from tests.sweeps.quarter import opened

pytestmark = [pytest.mark.once, pytest.mark.django_db]
CHECKS = [
    schemathesis.checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_headers_conformance, checks.response_schema_conformance, checks.negative_data_rejection,
]  # fmt: skip
SECRET = "fuzz-secret"
NO_SESSION = {"Cookie": ""}  # a made-up one beside the token
NOBODY = NO_SESSION | {"Authorization": ""}
EXAMPLES = settings.default.max_examples * 2 // 5  # 10 with every suite
OPERATIONS = [(path, method) for path, operations in published()["paths"].items() for method in operations]


@pytest.fixture(autouse=True, scope="module")
def _one_connection() -> Iterator[None]:
    """The handler would close the connection after each request, and with it the transaction that holds the county; Django's
    own test client sees to that as well."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A branch with people at home and away, a quarter that is open, a program that may read and write."""
    with django_db_blocker.unblock(), transaction.atomic():
        now = clock.now()
        county = plant("中共云湖县委员会", "云湖县委", "local", None, 1)
        town = plant("中共云湖县马店镇委员会", "马店镇党委", "611", county, 1)
        branch = plant("中共云湖县马店镇何寨村支部委员会", "何寨村党支部", "631", town, 1)
        mobile = plant("中共云湖县驻外流动支部委员会", "驻外流动支部", "631", county, 2, marks=["mobile"])
        user = User.objects.create(username="fuzz", name="赵敏", organisation=county, must_change_password=False)
        SecondFactor.objects.create(user=user, confirmed_at=now)
        Grant.objects.create(
            user=user,
            role="county",
            organisation=county,
            starts_on=dt.date(2020, 1, 1),
            granted_by=SYSTEM.ref,
            granted_at=now,
        )
        ApiToken.objects.create(
            user=user, title="试", token=blind(SECRET, "api-token"), scopes=["view", "edit"], made_at=now, made_by=SYSTEM.ref,
            expires_at=now + dt.timedelta(days=9), per_minute=30_000,
        )  # fmt: skip
        people, stays = [], []
        for name, state in (("何一", ""), ("何二", "reported"), ("何三", "away"), ("何四", "arrived")):
            member = Member.objects.create(
                name=name, home=branch, home_path=branch.path, created_at=now, updated_at=now, kind="1", sex="1"
            )
            Membership.objects.create(member=member, organisation=branch, kind="home", made_by=SYSTEM.ref)
            people.append(member)
            if state:
                stay = Journey.objects.create(
                    member=member, direction="out", state=state, home=branch, home_path=branch.path, host=mobile,
                    host_path=mobile.path, created_at=now, updated_at=now,
                )  # fmt: skip
                stays.append(stay)
        sweep = opened(county, now)
        of = Return.objects.unscoped().get(organisation=branch)
        kind = StationKind.objects.usual()
        station = Station.objects.create(number=1, name="昆山驿站", kind=kind, keeper=town, path=paths.outpost(1))
        yield SimpleNamespace(
            organisations=[branch, town], members=people, journeys=stays, sweeps=[sweep], returns=[of], stations=[station]
        )  # fmt: skip
        transaction.set_rollback(True)


def real_ids(path: str, world: SimpleNamespace) -> st.SearchStrategy[dict[str, str]]:
    """Ids that are there, for the parameters of an address."""
    (kind,) = re.findall(r"^/api/v1/(\w+)/", path)
    names = re.findall(r"{(\w+)}", path)
    things = {"public_id": getattr(world, kind), "member_id": world.members}
    return st.fixed_dictionaries({name: st.sampled_from([one.public_id for one in things[name]]) for name in names})


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_the_interface_keeps_to_its_schema(path: str, method: str, world: SimpleNamespace):
    schema = schemathesis.openapi.from_dict(published())
    schema.app = application
    operation = schema[path][method]
    signed_in = {"Authorization": f"Bearer {SECRET}"}
    right = signed_in | {"Idempotency-Key": "fuzz-fuzz", "If-Match": '"1"'}

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), well_formed=st.booleans(), somewhere=st.integers(0, 3))
    def ask(data: Any, well_formed: bool, somewhere: int) -> None:
        mode = GenerationMode.POSITIVE if well_formed else GenerationMode.NEGATIVE
        fixed = (
            {"path_parameters": data.draw(real_ids(path, world)), "headers": right}
            if somewhere
            else {"headers": signed_in}
        )
        case = data.draw(operation.as_strategy(generation_mode=mode, **fixed))
        with transaction.atomic():
            assert 400 <= case.call(headers=NOBODY).status_code < 500, "answered without signing in"
            response = case.call_and_validate(checks=CHECKS, headers=NO_SESSION)
            assert response.status_code != 401, "the fuzz itself is not let in"
            transaction.set_rollback(True)

    ask()
