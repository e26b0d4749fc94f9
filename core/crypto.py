"""Sealing of personal data: SM4-GCM or AES-GCM, with keys from a file outside the database.

A sealed value is ``<key id>.<base64 of nonce + ciphertext + tag>``. Its context (model, field and
public id of the row) is authenticated, so a value copied to another row does not open.
Blind indexes are HMAC-SM3 under a second key, cut to 128 bits: equality can be asked, nothing else.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import zlib
from binascii import b2a_base64
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from core.randomness import Randomness

NONCE = 12
TAG = 16
SMALL = 4096
_TO_ADDRESS = bytes.maketrans(b"+/", b"-_")
CIPHERS = {"sm4-gcm": 16, "aes-gcm": 32}


class KeysMissing(RuntimeError):
    """The key file is not there or not readable. Without it nothing personal can be read or written."""


class CannotOpen(ValueError):
    """A sealed value was altered, moved to another row, or sealed under a key that is not in the file."""


@dataclass(frozen=True)
class Key:
    id: str
    cipher: str
    secret: bytes


@dataclass(frozen=True)
class KeyRing:
    current: Key
    keys: dict[str, Key]
    index: bytes


def make_keys(path: Path, cipher: str = "sm4-gcm") -> bool:
    """Write a fresh key file, readable by its owner only. False where one is there already."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    text = {
        "current": "k1",
        "keys": {"k1": {"cipher": cipher, "key": _b64(secrets.token_bytes(CIPHERS[cipher]))}},
        "index_key": _b64(secrets.token_bytes(32)),
    }
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(text, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.link(temporary, path)
    temporary.unlink()
    return True


def add_key(path: Path, cipher: str = "sm4-gcm") -> str:
    """Add a key and make it current; older ones stay for reading until everything is re-encrypted."""
    text = json.loads(path.read_text("ascii"))
    name = f"k{len(text['keys']) + 1}"
    text["keys"][name] = {"cipher": cipher, "key": _b64(secrets.token_bytes(CIPHERS[cipher]))}
    text["current"] = name
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(text, file, indent=1)
    temporary.replace(path)
    keyring.cache_clear()
    return name


@cache
def keyring() -> KeyRing:
    """Raises KeysMissing with the sentence that says what to do."""
    path = Path(settings.KEYS_FILE)
    try:
        text = json.loads(path.read_text("ascii"))
        keys = {
            name: Key(name, entry["cipher"], base64.b64decode(entry["key"])) for name, entry in text["keys"].items()
        }
        return KeyRing(keys[text["current"]], keys, base64.b64decode(text["index_key"]))
    except FileNotFoundError as error:
        raise KeysMissing(
            f"找不到密钥文件 {path.name}。首次安装请运行 python manage.py make_keys；"
            "已有数据时请从备份中恢复原来的密钥文件，换一把新钥匙打不开旧数据。"
        ) from error
    except (OSError, KeyError, ValueError) as error:
        raise KeysMissing(f"密钥文件 {path.name} 读不了或已损坏，请从备份中恢复。") from error


def _b64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


_nonces = Randomness(NONCE)
_sm4 = cache(algorithms.SM4)


def _encrypt(key: Key, data: bytes, context: bytes) -> bytes:
    nonce = _nonces.take()
    if key.cipher == "aes-gcm":
        return nonce + AESGCM(key.secret).encrypt(nonce, data, context)
    encryptor = Cipher(_sm4(key.secret), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context)
    return nonce + encryptor.update(data) + encryptor.finalize() + encryptor.tag


def _decrypt(key: Key, data: bytes, context: bytes) -> bytes:
    nonce, body = data[:NONCE], data[NONCE:]
    try:
        if key.cipher == "aes-gcm":
            return AESGCM(key.secret).decrypt(nonce, body, context)
        decryptor = Cipher(_sm4(key.secret), modes.GCM(nonce, body[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(context)
        return decryptor.update(body[:-TAG]) + decryptor.finalize()
    except (InvalidTag, ValueError) as error:  # altered, moved, or too short to hold a nonce and a tag
        raise CannotOpen("sealed value does not open in this place") from error


def seal(value: str, context: str) -> str:
    """ "" stays "". ``context`` is "<app>.<model>.<field>:<public id>"."""
    if not value:
        return ""
    key = keyring().current
    return f"{key.id}.{_b64(_encrypt(key, value.encode(), context.encode()))}"


def unseal(token: str, context: str) -> str:
    """Raises CannotOpen."""
    if not token:
        return ""
    key_id, _, body = token.partition(".")
    key = keyring().keys.get(key_id)
    if key is None:
        raise CannotOpen(f"key {key_id} is not in the key file")
    try:
        data = base64.b64decode(body)
    except ValueError as error:
        raise CannotOpen("sealed value is not whole") from error
    return _decrypt(key, data, context.encode()).decode()


def seal_bytes(data: bytes, context: str) -> bytes:
    """For files and row blobs: compressed, then sealed; the key id leads."""
    key = keyring().current
    return key.id.encode() + b"." + _encrypt(key, _compress(data), context.encode())


def _compress(data: bytes) -> bytes:
    """A row blob is a kilobyte: setting up zlib's full window would take longer than the compression itself."""
    if len(data) > 8192:
        return zlib.compress(data, 1)
    small = zlib.compressobj(1, zlib.DEFLATED, 12, 5)
    return small.compress(data) + small.flush()


def unseal_bytes(data: bytes, context: str) -> bytes:
    """Raises CannotOpen."""
    key_id, _, body = data.partition(b".")
    key = keyring().keys.get(key_id.decode("ascii", "replace"))
    if key is None:
        raise CannotOpen("key is not in the key file")
    return zlib.decompress(_decrypt(key, body, context.encode()))


def blind(value: str, kind: str) -> str:
    """The blind index of a normalised value, 22 characters; "" stays ""."""
    if not value:
        return ""
    code = _index_mac(keyring().index).copy()
    code.update(f"{kind}:{value}".encode())
    return b2a_base64(code.finalize()[:16], newline=False)[:22].translate(_TO_ADDRESS).decode("ascii")


@cache
def _index_mac(key: bytes) -> hmac.HMAC:
    """Begun once: setting one up takes as long as working it out."""
    return hmac.HMAC(key, hashes.SM3())


def mac(data: bytes) -> bytes:
    """HMAC-SM3 of ``data``: for audit rows and short-lived tokens kept in the database."""
    code = hmac.HMAC(keyring().index, hashes.SM3())
    code.update(b"mac:" + data)
    return code.finalize()


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()
