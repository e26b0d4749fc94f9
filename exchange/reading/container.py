"""Zip containers, vetted before anything else reads them.

Nothing that a zip directory says about sizes is believed: bytes are counted while inflating.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from exchange.reading.refusals import refusal
from exchange.reading.shapes import MEGABYTE, Limits

BLOCK = MEGABYTE
DIRECTORY_BYTES = MEGABYTE  # 1,000 entries with long names need a fifth of it
WORST_RATIO = 0.01
RATIO_FROM = 10 * MEGABYTE  # small parts of blanks compress better than any bomb
LOCAL_HEADER = 30
SYMLINK = 0o120000


class Container:
    """The entries of a zip held in memory. Raises Refused when its directory is not an honest one."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.inflated = 0
        self.entries = _directory(data, limits)
        self._by_name = {entry.filename: entry for entry in self.entries}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def names(self) -> list[str]:
        return list(self._by_name)

    def read(self, name: str, most: int = 8 * MEGABYTE) -> bytes:
        """A small part as a whole; one larger than ``most`` is refused."""
        blocks, size = [], 0
        for block in self.inflate(self._by_name[name], count=False):
            size += len(block)
            if size > most:
                raise refusal("zip_bomb")
            blocks.append(block)
        return b"".join(blocks)

    def inflate(self, entry: zipfile.ZipInfo, *, count: bool = True) -> Iterator[bytes]:
        """The true content of an entry in blocks, counted against the limits of the whole file."""
        start = entry.header_offset + LOCAL_HEADER + sum(_name_lengths(self.data, entry))
        packed = memoryview(self.data)[start : start + entry.compress_size]
        size = checksum = 0
        for block in _stored(packed) if entry.compress_type == zipfile.ZIP_STORED else _deflated(packed):
            size += len(block)
            checksum = zlib.crc32(block, checksum)
            if count:
                self.inflated += len(block)
            if self.inflated > self.limits.inflated_bytes or size > entry.file_size:
                raise refusal("zip_bomb")
            if size > RATIO_FROM and len(packed) < size * WORST_RATIO:
                raise refusal("zip_bomb")
            yield block
        if size != entry.file_size:
            raise refusal("zip_bomb")
        if checksum != entry.CRC:
            raise refusal("damaged")


def _stored(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), BLOCK):
        yield bytes(packed[start : start + BLOCK])


def _deflated(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pending: bytes | memoryview = packed
    try:
        while not inflater.eof:
            block = inflater.decompress(pending, BLOCK)
            pending = inflater.unconsumed_tail
            if not block and not pending:
                raise refusal("damaged")
            yield block
    except zlib.error as error:
        raise refusal("damaged") from error


def _name_lengths(data: bytes, entry: zipfile.ZipInfo) -> tuple[int, int]:
    """Lengths of name and extra field as the local header has them; they may differ from the directory's."""
    header = data[entry.header_offset : entry.header_offset + LOCAL_HEADER]
    if len(header) < LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise refusal("damaged")
    name_length, extra_length = struct.unpack_from("<HH", header, 26)
    return name_length, extra_length


def _directory(data: bytes, limits: Limits) -> list[zipfile.ZipInfo]:
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or end + 22 > len(data):
        raise refusal("damaged")
    entries, directory_size = struct.unpack_from("<HI", data, end + 10)
    if entries > limits.entries or directory_size > DIRECTORY_BYTES:
        raise refusal("zip_bomb")
    try:
        infos = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, UnicodeError) as error:
        raise refusal("damaged") from error
    if len(infos) > limits.entries:
        raise refusal("zip_bomb")
    _check_entries(infos, limits)
    return infos


def _check_entries(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if any(info.flag_bits & 1 for info in infos):
        raise refusal("encrypted")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise refusal("damaged")
    if sum(info.file_size for info in infos) > limits.inflated_bytes:
        raise refusal("zip_bomb")
    seen: set[str] = set()
    for info in infos:
        name = info.filename.replace("\\", "/")
        climbing = name.startswith("/") or ".." in name.split("/") or ":" in name[:2]
        if not name or climbing or name.lower() in seen or (info.external_attr >> 16) & 0o170000 == SYMLINK:
            raise refusal("zip_names")
        seen.add(name.lower())
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise refusal("zip_bomb")  # entries that share their bytes
        end = info.header_offset + LOCAL_HEADER + info.compress_size
