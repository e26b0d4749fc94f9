"""Changing the key: every number opens as before, sealed under the new one; a second run finds nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core import crypto
from members.models import Member


@pytest.mark.django_db
def test_numbers_are_sealed_again_under_a_new_key(
    branch: Any, make_member: Any, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    settings.KEYS_FILE = tmp_path / "keys.json"
    crypto.make_keys(settings.KEYS_FILE)
    crypto.keyring.cache_clear()
    try:
        member = make_member(branch, phone="19900123123")
        number, index = member.reveal("identity"), member.identity_index
        call_command("reencrypt", new_key=True)
        member = Member.objects.get()
        assert member.identity.startswith("k2.")
        assert member.phone.startswith("k2.")
        assert (member.reveal("identity"), member.reveal("phone")) == (number, "19900123123")
        assert member.identity_index == index
        capsys.readouterr()
        call_command("reencrypt")
        assert "党员：0 格" in capsys.readouterr().out
    finally:
        crypto.keyring.cache_clear()
