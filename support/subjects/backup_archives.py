"""Faults of an archive: bytes that flip, an end that is lost, parts that are missing, changed or strange."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from support.base.outcomes import Broken

_PLACES = 9
"""Bytes that are flipped, spread over the archive."""

Change = Callable[[tarfile.TarInfo, bytes], bytes | None]
"""Given an entry and its content: another content, or None to leave the entry out."""


def flip(archive: Path) -> None:
    """Flip one bit in bytes all over it, as a failing disk does."""
    content = bytearray(archive.read_bytes())
    for place in range(1, _PLACES + 1):
        content[len(content) * place // (_PLACES + 1)] ^= 1
    archive.write_bytes(content)


def cut(archive: Path) -> None:
    """Cut off its last tenth, as a copy that was broken off does."""
    content = archive.read_bytes()
    archive.write_bytes(content[: len(content) * 9 // 10])


def without(archive: Path, name: str) -> None:
    """Write it anew without one of its entries. Raises Broken if it has none of that name."""
    _rewrite(archive, name, lambda entry, content: None if entry.name == name else content)


def with_other_content(archive: Path, name: str) -> None:
    """Write it anew with one letter of one of its entries changed."""

    def changed(entry: tarfile.TarInfo, content: bytes) -> bytes:
        if entry.name != name:
            return content
        middle = len(content) // 2
        return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]

    _rewrite(archive, name, changed)


def with_stranger(archive: Path, name: str) -> None:
    """Write it anew with an entry that it should not have."""
    _rewrite(archive, "", lambda _, content: content, stranger=name)


def of_something_else(archive: Path) -> None:
    """Put an archive of another kind of thing in its place."""
    with tarfile.open(archive, "w:gz") as tar:
        _add(tar, tarfile.TarInfo("holiday.txt"), b"There is nothing here but the sea.\n")


def _rewrite(archive: Path, needed: str, change: Change, stranger: str = "") -> None:
    """Read an archive of any compression and write it anew. Raises Broken if it is none or lacks the entry needed."""
    try:
        with tarfile.open(archive) as tar:
            entries = [(entry, _content(tar, entry)) for entry in tar]
    except tarfile.TarError as error:
        raise Broken(f"{archive} is no tar archive, so that no part of it can be damaged: {error}") from error
    if needed and needed not in [entry.name for entry, _ in entries]:
        raise Broken(f"{archive} has no {needed}; it has: {', '.join(entry.name for entry, _ in entries)}")
    with tarfile.open(archive, "w:gz") as tar:
        for entry, content in entries:
            if (new := change(entry, content)) is not None:
                _add(tar, entry, new)
        if stranger:
            _add(tar, tarfile.TarInfo(stranger), b"This should not be here.\n")


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(entry)
    return file.read() if file else b""


def _add(tar: tarfile.TarFile, entry: tarfile.TarInfo, content: bytes) -> None:
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
