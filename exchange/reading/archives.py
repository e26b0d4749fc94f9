"""Zips of ledgers, as towns send them: flat, named in GBK by Windows or in UTF-8 by everything else."""

from __future__ import annotations

from exchange.reading.container import Container
from exchange.reading.formats import is_office
from exchange.reading.refusals import Refused, refusal
from exchange.reading.shapes import MEGABYTE, Limits

UTF8_NAME = 0x800
LEFT_BY_SYSTEMS = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


def is_archive(data: bytes, limits: Limits = Limits()) -> bool:  # noqa: B008 (frozen)
    """Whether the bytes are a zip of files, rather than one document that happens to be a zip."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        names = Container(data, limits).names()
    except Refused:
        return False  # opening it as a book says what is wrong
    return not is_office(names) and not any(name.startswith(("xl/", "word/", "ppt/")) for name in names)


def expand_zip(data: bytes, filename: str, *, limits: Limits = Limits()) -> list[tuple[str, bytes]]:  # noqa: B008
    """(name, content) of each file in the zip, in its order. Raises Refused for what cannot be trusted.

    ``filename`` names the zip in sentences. Files that are no tables are given too: opening them says so.
    """
    if len(data) > limits.file_bytes:
        raise refusal("too_large", limit=limits.file_bytes // MEGABYTE)
    container = Container(data, limits)
    files: list[tuple[str, bytes]] = []
    total = 0
    for entry in container.entries:
        name = _readable(entry.filename, entry.flag_bits)
        if entry.is_dir() or _is_litter(name):
            continue
        if len(files) >= limits.archive_files:
            raise refusal("too_many_files", name=filename, limit=limits.archive_files)
        content = b"".join(container.inflate(entry))
        total += len(content)
        if total > limits.archive_bytes:
            raise refusal("zip_bomb")
        if name.lower().endswith(".zip") or is_archive(content, limits):
            raise refusal("nested_zip", name=name.rpartition("/")[2])
        files.append((name, content))
    if not files:
        raise refusal("empty_file")
    return files


def _readable(name: str, flags: int) -> str:
    """The name as its writer saw it; without the UTF-8 flag the zip library shows bytes as code page 437."""
    name = name.replace("\\", "/")
    if flags & UTF8_NAME:
        return name
    raw = name.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _is_litter(name: str) -> bool:
    lowered = name.lower()
    file = lowered.rpartition("/")[2]
    return lowered.startswith(LEFT_BY_SYSTEMS) or file in LEFT_BY_SYSTEMS or file.startswith(("~$", "._"))
