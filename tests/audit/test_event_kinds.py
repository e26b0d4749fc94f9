"""Every kind of event that the code writes has words for the log page, and a group by which an auditor finds it."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from audit import presenters

KIND = re.compile(
    r"""(?:(?:\brecord|_event|_save|\b_?tell|_told)\(\s*(?:locked, before, |before, )?|\bevent(?:: str)? ?= ?)["']([a-z]+[._][a-z_.]+)["']"""
)
ROOT = Path(settings.BASE_DIR)
WRITERS = {"accounts", "branches", "exchange", "files", "members", "portal", "reports", "stations", "sweeps"}


def written(app: str) -> set[str]:
    return {kind for path in (ROOT / app).rglob("*.py") for kind in KIND.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("app", sorted(WRITERS))
def test_every_kind_is_registered(app):
    assert written(app)
    assert written(app) - presenters.registered() == set()


def test_no_other_app_writes_events():
    own = {config.name for config in apps.get_app_configs() if (ROOT / config.name).is_dir()}
    assert {app for app in own - WRITERS if written(app)} == set()


@pytest.mark.parametrize(
    ("group", "kinds"),
    [
        ("view", {"member_opened", "number_shown", "phone_shown"}),
        ("export", {"export.made", "file.downloaded", "rules_exported"}),
        ("refusal", {"sign_in_failed", "sign_in_locked", "slip_refused", "factor_failed", "set_up_refused"}),
    ],
)
def test_what_an_auditor_looks_at_first_is_in_its_group(group, kinds):
    assert kinds <= set(presenters.kinds_in(group))
