"""SHA-256 digests of many files, read piece by piece: evidence may be larger than memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.base.outcomes import UsageError

PIECE = 1 << 18
WORKERS = 2
"""Digesting and reading let other threads work, so the cores share them."""
PORTION = 64
"""Files that a thread takes at once; most are small, and handing over costs as much as reading one."""


def of_files(files: Mapping[str, Path | str]) -> dict[str, str]:
    """The digest of each file, by the name it was given under. Raises UsageError naming a file that cannot be read."""
    names = list(files)
    portions = [names[start : start + PORTION] for start in range(0, len(names), PORTION)]
    with ThreadPoolExecutor(WORKERS) as pool:
        digests = pool.map(lambda portion: _of_portion([files[name] for name in portion]), portions)
        return dict(zip(names, (digest for portion in digests for digest in portion), strict=True))


def of_bytes(content: bytes) -> str:
    """The digest of what is in memory already."""
    return hashlib.sha256(content).hexdigest()


def of_tree(digests: Mapping[str, str]) -> str:
    """One digest for many files, as ``sha256sum * | sha256sum`` makes it of the sorted names."""
    return of_bytes("".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode())


def _of_portion(paths: Sequence[Path | str]) -> list[str]:
    return [_of_file(path) for path in paths]


def _of_file(path: Path | str) -> str:
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            digest = hashlib.sha256()
            while piece := os.read(handle, PIECE):
                digest.update(piece)
            return digest.hexdigest()
        finally:
            os.close(handle)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
