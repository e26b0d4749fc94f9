"""The examples of the guide run as they stand, from top to bottom, against a live server."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from accounts.actions import tokens
from accounts.actors import actor_for
from accounts.models import SecondFactor
from core import clock
from members.models import Journey, Member
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "api.md"


def test_the_examples_run(live_server, county_user, branch, make_member):
    member = make_member(branch, name="何一")
    SecondFactor.objects.create(user=county_user, confirmed_at=clock.now())
    _token, secret = tokens.make_token(
        user=county_user, title="试", scopes=["view", "edit"], days=1, current=PASSWORD,
        by=actor_for(county_user, clock.today()),
    )  # fmt: skip
    examples = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(examples) >= 4
    script = "set -eu\n" + "\n".join(examples)
    environment = {"PATH": os.environ["PATH"], "PORTAL": live_server.url, "TOKEN": secret, "no_proxy": "*"}
    done = subprocess.run(
        ["sh", "-c", script], check=False, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert Member.objects.unscoped().get(pk=member.pk).home_address == "何寨村 3 组"
    journey = Journey.objects.unscoped().get()
    assert (journey.state, str(journey.region_code)) == ("reported", "320583")
