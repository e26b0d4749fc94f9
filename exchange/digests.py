"""Keyed digests of staged rows and of the people in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
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


def _going_on(begun: Any) -> Callable[[bytes], str]:
    """The digest of what was begun and what is given."""

    def digest(content: bytes) -> str:
        code = begun.copy()
        code.update(content)
        return str(code.hexdigest())

    return digest


def persons_of(batch: ImportBatch) -> Callable[[str], str]:
    """What gives the hash of an identity number within this batch, "" for none."""
    begun = _begun().copy()
    begun.update(f"{batch.public_id}:".encode())
    digest = _going_on(begun)
    return lambda identity: digest(identity.encode("utf-8", "replace")) if identity else ""


def person_hash(identity: str, batch: ImportBatch) -> str:
    return persons_of(batch)(identity)


def digests_of(layout: str, mark: str = "") -> Callable[[bytes], str]:
    """What gives the digest of a row of that look by its cells: see :meth:`exchange.parsing.RowParser.digest_of`."""
    begun = _begun().copy()
    begun.update(f"{mark}\x1f{layout}\x1f".encode("utf-8", "replace"))
    return _going_on(begun)
