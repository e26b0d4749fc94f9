"""Commands of Django and of libraries that would go past the log are in nobody's hands."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands

REFUSED = {
    "changepassword": ("accounts", "restore_administrator"),
    "createsuperuser": ("accounts", "restore_administrator"),
    "import": ("portal", "import_ledger"),
    "export": ("portal", "import_ledger"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_it_is_refused_with_the_right_command_named(name):
    app, instead = REFUSED[name]
    assert get_commands()[name] == app
    assert instead in get_commands()
    with pytest.raises(CommandError, match=instead):
        call_command(name)


def test_the_options_of_the_command_before_are_refused_with_the_same_sentence():
    line = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username", "boss"]
    done = subprocess.run(line, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "restore_administrator" in done.stderr
    assert "Traceback" not in done.stderr
