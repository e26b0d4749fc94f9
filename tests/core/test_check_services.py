"""What is said before the portal starts, when something it stands on is not there."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from core import crypto
from core.management.commands import check_services


def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.django_db
def test_all_is_well(capsys: Any) -> None:
    call_command("check_services")
    assert capsys.readouterr().err == ""


@pytest.mark.django_db
def test_redis_away_is_said_and_starts_all_the_same(settings: Any, capsys: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{unused_port()}/0"
    call_command("check_services")
    assert "任务先排队" in capsys.readouterr().err


def test_a_database_that_does_not_answer_gets_a_sentence(monkeypatch: Any) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    with pytest.raises(CommandError, match="连不上数据库"):
        call_command("check_services")


def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(CommandError, match="VAR_DIR"):
        check_services.writable(tmp_path / "file" / "var")


@pytest.mark.django_db
def test_a_broken_key_file_gets_a_sentence(settings: Any, tmp_path: Path) -> None:
    settings.KEYS_FILE = tmp_path / "keys.json"
    settings.KEYS_FILE.write_text("{}")
    crypto.keyring.cache_clear()
    try:
        with pytest.raises(CommandError, match="备份"):
            call_command("check_services")
    finally:
        crypto.keyring.cache_clear()
