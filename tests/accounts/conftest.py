from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from audit.models import Event
from branches.models import Organisation, Post, RuleSetting
from core import clock
from core.actors import SYSTEM


@pytest.fixture
def set_rule(county: Organisation) -> Callable[..., None]:
    """``set_rule("sign_in_tries", 3)``: the county's value since 2020."""

    def make(key: str, value: Any) -> None:
        RuleSetting.objects.create(
            organisation=county, key=key, value=value, starts_on=dt.date(2020, 1, 1), set_by=SYSTEM.ref,
            set_at=clock.now(),
        )  # fmt: skip

    return make


@pytest.fixture
def make_post() -> Callable[..., Post]:
    def make(organisation: Organisation, title: str, name: str, phone: str, **more: Any) -> Post:
        post = Post(organisation=organisation, title=title, holder_name=name, **more)
        post.put_sealed("phone", phone)
        post.save()
        return post

    return make


@pytest.fixture
def kinds_of() -> Callable[[User], list[str]]:
    """The kinds of the events about an account, oldest first."""

    def read(user: User) -> list[str]:
        return list(Event.objects.filter(subject_id=user.public_id).order_by("at", "pk").values_list("kind", flat=True))

    return read
