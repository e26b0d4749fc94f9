"""Every kind of event that the code writes has words for the log page."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from audit import presenters

KIND = re.compile(r"""(?:\brecord|_event|_save)\(\s*(?:locked, before, )?["']([a-z_.]+)["']""")
APPS_WITH_WORDS = ("branches",)


@pytest.mark.parametrize("app", APPS_WITH_WORDS)
def test_every_kind_is_registered(app):
    written = {
        kind for path in (Path(settings.BASE_DIR) / app).rglob("*.py") for kind in KIND.findall(path.read_text("utf-8"))
    }
    assert written
    assert written - presenters.registered() == set()
