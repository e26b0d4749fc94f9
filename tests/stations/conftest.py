"""A station of the standing cast, its clerk, and a branch that it leans on."""

import datetime as dt
import itertools

import pytest

from accounts.actors import actor_for
from accounts.models import Grant, User
from core import clock
from core.actors import SYSTEM
from stations.models import Station, StationKind
from tests.conftest import plant

_numbers = itertools.count(1)
CHAOYANG, HAIDIAN, KUNSHAN, HUQIU = "110105", "110108", "320583", "320505"


@pytest.fixture
def mobile_branch(county):
    return plant("中共云湖县驻北京流动党员支部委员会", "驻北京流动党员党支部", "631", county, 9, marks=["mobile"])


@pytest.fixture
def make_station(county):
    """``make_station(region_code=..., core=...)``: an open station of the county, written directly."""

    def make(name="", *, region_code=CHAOYANG, core=None, **more):
        number = next(_numbers)
        return Station.objects.create(
            name=name or f"“云湖·红色驿站”第{number}站", number=more.pop("number", number), path=f"9999{number:04d}",
            keeper=county, core=core, region_code=region_code, kind=StationKind.objects.usual(), **more,
        )  # fmt: skip

    return make


@pytest.fixture
def station(make_station, mobile_branch):
    return make_station(
        "“云湖·红色驿站”驻北京站", core=mobile_branch, hours="工作日 9:00-17:30", address="朝阳区某路1号"
    )


@pytest.fixture
def make_clerk(password_hash, county):
    """``make_clerk(station)``: an account whose one grant is at the station."""

    def make(station, name="顾凤", **more):
        number = next(_numbers)
        user = User.objects.create(
            username=f"clerk{number}", name=name, organisation=county, password=password_hash, **more
        )
        Grant.objects.create(
            user=user, role="station", organisation=county, outpost_path=station.path, outpost_label=station.name,
            starts_on=dt.date(2020, 1, 1), granted_by=SYSTEM.ref, granted_at=clock.now(),
        )  # fmt: skip
        return user

    return make


@pytest.fixture
def clerk_user(make_clerk, station):
    return make_clerk(station)


@pytest.fixture
def clerk(clerk_user):
    return actor_for(clerk_user, clock.today())
