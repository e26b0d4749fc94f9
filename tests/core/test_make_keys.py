"""Keys are made once: never over a file that is there, never beside data that another key has sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def test_a_new_portal_gets_its_keys_once(tmp_path: Path, settings: Any) -> None:
    settings.KEYS_FILE = tmp_path / "keys.json"
    call_command("make_keys")
    first = settings.KEYS_FILE.read_bytes()
    call_command("make_keys")
    assert settings.KEYS_FILE.read_bytes() == first


def test_lost_keys_are_asked_for_and_not_replaced(tmp_path: Path, settings: Any, town_actor: Any) -> None:
    settings.KEYS_FILE = tmp_path / "keys.json"
    with pytest.raises(CommandError, match="备份的密钥文件"):
        call_command("make_keys")
    assert not settings.KEYS_FILE.exists()
