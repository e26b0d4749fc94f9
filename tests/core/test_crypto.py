"""Sealing: values open in their own place only, under every key that is still in the file."""

import base64
import json
import stat

import pytest
from django.conf import settings

from core import crypto

NUMBER = "379981198503121032"
PLACE = "members.member.identity:bcdf"


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "keys.json"
    monkeypatch.setattr(settings, "KEYS_FILE", path)
    crypto.keyring.cache_clear()
    yield path
    crypto.keyring.cache_clear()


@pytest.mark.parametrize("cipher", sorted(crypto.CIPHERS))
def test_a_value_opens_in_its_place_and_nowhere_else(key_file, cipher):
    crypto.make_keys(key_file, cipher)
    sealed = crypto.seal(NUMBER, PLACE)
    assert NUMBER not in sealed
    assert crypto.unseal(sealed, PLACE) == NUMBER
    assert sealed != crypto.seal(NUMBER, PLACE)
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(sealed, "members.member.identity:another")


@pytest.mark.parametrize("cipher", sorted(crypto.CIPHERS))
def test_one_changed_byte_anywhere_is_found(key_file, cipher):
    crypto.make_keys(key_file, cipher)
    key_id, _, body = crypto.seal(NUMBER, PLACE).partition(".")
    data = base64.b64decode(body)
    for index in range(len(data)):
        broken = data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]
        with pytest.raises(crypto.CannotOpen):
            crypto.unseal(f"{key_id}.{base64.b64encode(broken).decode()}", PLACE)


def test_a_new_key_seals_and_the_old_one_still_opens(key_file):
    crypto.make_keys(key_file)
    old, index = crypto.seal(NUMBER, PLACE), crypto.blind(NUMBER, "identity")
    assert crypto.add_key(key_file, "aes-gcm") == "k2"
    assert crypto.seal(NUMBER, PLACE).startswith("k2.")
    assert crypto.unseal(old, PLACE) == NUMBER
    assert crypto.blind(NUMBER, "identity") == index


def test_a_key_that_is_gone_is_named(key_file):
    crypto.make_keys(key_file)
    with pytest.raises(crypto.CannotOpen, match="k9"):
        crypto.unseal("k9.AAAA", PLACE)
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal_bytes(b"k9.AAAA", PLACE)


def test_empty_stays_empty():
    assert crypto.seal("", PLACE) == crypto.unseal("", PLACE) == crypto.blind("", "identity") == ""


def test_bytes_are_sealed_too():
    data = b"PK\x03\x04" * 500
    sealed = crypto.seal_bytes(data, "files.upload:bcdf")
    assert data[:8] not in sealed
    assert crypto.unseal_bytes(sealed, "files.upload:bcdf") == data
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal_bytes(sealed, "files.upload:other")


def test_blind_indexes_tell_equality_of_one_kind_and_nothing_else():
    assert crypto.blind(NUMBER, "identity") == crypto.blind(NUMBER, "identity")
    assert crypto.blind(NUMBER, "identity") != crypto.blind(NUMBER, "phone")
    assert crypto.blind(NUMBER, "identity") != crypto.blind("379981198503121033", "identity")
    assert len(crypto.blind(NUMBER, "identity")) == 22


def test_sm3_gives_the_standard_s_example():
    """GB/T 32905-2016, A.1."""
    assert crypto.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_key_file_is_made_once_and_for_its_owner_only(key_file):
    assert crypto.make_keys(key_file)
    before = key_file.read_text()
    assert not crypto.make_keys(key_file)
    assert key_file.read_text() == before
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_a_missing_or_damaged_key_file_says_what_to_do(key_file):
    with pytest.raises(crypto.KeysMissing, match="make_keys"):
        crypto.seal(NUMBER, PLACE)
    for text in ("not json", "{}", json.dumps({"current": "k1", "keys": {}, "index_key": ""})):
        key_file.write_text(text)
        crypto.keyring.cache_clear()
        with pytest.raises(crypto.KeysMissing, match="备份"):
            crypto.seal(NUMBER, PLACE)
