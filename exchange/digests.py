"""Keyed digests of staged rows and of the people in them."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from core import crypto
from exchange.models import ImportBatch


@cache
def row_key() -> bytes:
    """The key of row digests: derived from the index key, so that equal rows are equal in every batch and
    nobody without the key file can try identity numbers against a digest."""
    return crypto.mac(b"exchange.import_row")


@cache
def _begun() -> Any:
    """Begun once: setting one up takes longer than the digest of a short text."""
    return hashlib.blake2b(key=row_key(), digest_size=12)


def hashed(text: str) -> str:
    code = _begun().copy()
    code.update(text.encode("utf-8", "replace"))
    return str(code.hexdigest())


def person_hash(identity: str, batch: ImportBatch) -> str:
    return hashed(f"{batch.public_id}:{identity}") if identity else ""


def digest_of(text: str, mark: str = "") -> str:
    """``text``: see :meth:`exchange.parsing.RowParser.text_of`."""
    return hashed(f"{mark}\x1f{text}")
