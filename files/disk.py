"""Sealed files on disk: written whole or not at all, read only by the id that they were sealed under.

A file is a row of chunks, each with its length (four bytes) before it and sealed under its own number; the last
is empty. So a chunk that was cut off, swapped or moved to another file does not open, and a file of any size
needs the memory of one chunk.
"""

from __future__ import annotations

import errno
import os
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from django.conf import settings

from core import crypto, ids
from core.errors import UserError

CHUNK = 1024 * 1024
_LENGTH = struct.Struct(">I")
_ID = re.compile(rf"[bcdfghjkmnpqrstv]{{{ids.LENGTH}}}")


@dataclass(frozen=True)
class Written:
    size: int
    digest: str


def path_of(public_id: str) -> Path:
    """Raises ValueError for anything but one of our ids, so that no path can be smuggled in.

    Spread over the two last letters: the first ones are the time and nearly the same for all.
    """
    if not _ID.fullmatch(public_id):
        raise ValueError("not a public id")
    return Path(settings.FILES_ROOT) / public_id[-2:] / public_id


def digest_of(chunks: Iterable[bytes]) -> str:
    """The keyed digest that a stored file with this content has."""
    plain = hashes.Hash(hashes.SM3())
    for chunk in chunks:
        plain.update(chunk)
    return crypto.mac(plain.finalize()).hex()


def write(public_id: str, data: bytes | Iterable[bytes]) -> Written:
    """Seal to a temporary file, fsync, rename. Raises UserError where the disk refuses; nothing is left then."""
    path = path_of(public_id)
    temporary = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            written = _write_chunks(temporary, public_id, data)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _fsync_folder(path.parent)
    except OSError as error:
        raise UserError(_why(error), "disk") from error
    return written


def _write_chunks(path: Path, public_id: str, data: bytes | Iterable[bytes]) -> Written:
    size, plain = 0, hashes.Hash(hashes.SM3())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for number, chunk in enumerate(_even(data)):
            size += len(chunk)
            plain.update(chunk)
            sealed = crypto.seal_bytes(chunk, _context(public_id, number))
            file.write(_LENGTH.pack(len(sealed)))
            file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    return Written(size, crypto.mac(plain.finalize()).hex())


def _even(data: bytes | Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of at most CHUNK bytes, then the empty one that ends the file."""
    for piece in [data] if isinstance(data, bytes) else data:
        for start in range(0, len(piece), CHUNK):
            yield bytes(piece[start : start + CHUNK])
    yield b""


def read(public_id: str) -> Iterator[bytes]:
    """Chunk by chunk. Raises UserError where the file is gone or damaged."""
    try:
        with path_of(public_id).open("rb") as file:
            number, chunk = 0, b"-"
            while chunk:
                (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
                chunk = crypto.unseal_bytes(file.read(length), _context(public_id, number))
                number += 1
                yield chunk
    except FileNotFoundError as error:
        raise UserError("这个文件已经不在服务器上。请重新生成或重新上传。", "file_gone") from error
    except OSError as error:
        raise UserError(
            f"文件读不出来（{error.strerror}）。请告诉系统管理员检查文件夹的权限和磁盘。", "disk"
        ) from error
    except (ValueError, struct.error) as error:  # crypto.CannotOpen is a ValueError
        raise UserError("这个文件已损坏，打不开。请重新生成或重新上传，并告诉系统管理员。", "file_damaged") from error


def remove(public_id: str) -> None:
    path_of(public_id).unlink(missing_ok=True)


def stored_before(moment: float) -> Iterator[tuple[str, Path]]:
    """(public id or "" for a stump, path) of everything on disk not touched since ``moment`` (POSIX time)."""
    for path in Path(settings.FILES_ROOT).glob("??/*"):
        if path.stat().st_mtime < moment:
            yield (path.name if _ID.fullmatch(path.name) else "", path)


def _context(public_id: str, number: int) -> str:
    return f"files.storedfile:{public_id}:{number}"


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "服务器的磁盘满了，文件没有存下，什么都没有改动。请告诉系统管理员清理磁盘后再试。"
    return f"服务器存不了文件（{error.strerror}），什么都没有改动。请告诉系统管理员检查文件夹 files 的写入权限。"
