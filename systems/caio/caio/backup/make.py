"""Makes a backup of a data folder that may be in use: all that was acknowledged before it began is in it."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import tarfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import caio
from caio.backup.archive import (
    AUDIT,
    CHUNK,
    DATABASE,
    MANIFEST,
    PARTS,
    POLICIES,
    SIGNING_KEY,
    BackupRefused,
    Manifest,
    contents_of,
    keep,
    part_of,
)

PATIENCE = 10.0
"""Seconds for which a database is waited for that another process holds."""


def back_up(folder: Path, to: Path, signing_key: Path | None = None, policies: Path | None = None) -> Manifest:
    """Write an archive that only its owner can read: it holds the private signing key.

    The files are in the data folder unless other places are given. Raises BackupRefused, and then there is no archive.
    """
    if to.exists():
        raise BackupRefused(f"{to} is there already: give another name")
    try:
        with TemporaryDirectory(prefix=".caio-backup-", dir=to.absolute().parent) as made:
            staging = Path(made)
            copy_database(folder / DATABASE, staging / DATABASE)
            # After the database: whatever that holds has its audit record too. The other way round it might not.
            copy_audit(folder / AUDIT, staging / AUDIT)
            copy_files(staging, signing_key or folder / SIGNING_KEY, policies or folder / POLICIES)
            manifest = manifest_of(staging)
            write_archive(staging, manifest, staging / "archive")
            (staging / "archive").rename(to)
            keep(to.absolute().parent)
    except OSError as error:
        raise BackupRefused(f"{error.filename or to} cannot be used: {error.strerror or error}") from None
    return manifest


def copy_database(source: Path, target: Path) -> None:
    """Copy what is committed as of one moment, also what is in the write-ahead log only. Raises BackupRefused."""
    if not source.is_file():
        raise BackupRefused(f"{source.parent} holds no {DATABASE}: it is no data folder of CAIO")
    try:
        original = sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)
        copy = sqlite3.connect(target)
        try:
            original.backup(copy)
            # One file that needs no other beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
            original.close()
    except sqlite3.Error as error:
        raise BackupRefused(f"{source} cannot be copied: {error}") from None


def copy_audit(source: Path, target: Path) -> None:
    """Copy the audit log up to its last whole line; where there is none yet, an empty one."""
    target.touch(mode=0o600)
    if not source.exists():
        return
    with source.open("rb") as original, target.open("wb") as copy:
        left = os.fstat(original.fileno()).st_size
        while left and (piece := original.read(min(CHUNK, left))):
            copy.write(piece)
            left -= len(piece)
    whole = _whole_lines(target)
    os.truncate(target, whole)


def copy_files(staging: Path, signing_key: Path, policies: Path) -> None:
    """Copy the key, without which no decision could be verified, and the operator's policies if there are any."""
    if not signing_key.is_file():
        raise BackupRefused(f"there is no signing key at {signing_key}: say where it is with --signing-key")
    shutil.copyfile(signing_key, staging / SIGNING_KEY)
    if policies.is_file():
        shutil.copyfile(policies, staging / POLICIES)


def manifest_of(staging: Path) -> Manifest:
    """Describe what has been gathered."""
    holds, schema = contents_of(staging)
    parts = {name: part_of(staging / name) for name in PARTS if (staging / name).exists()}
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Manifest(caio=caio.__version__, schema=schema, created=created, holds=holds, parts=parts)


def write_archive(staging: Path, manifest: Manifest, to: Path) -> None:
    """Write the archive, and see that it is on the disk."""
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
        ):
            text = manifest.to_json()
            _add(tar, MANIFEST, len(text), BytesIO(text))
            for name, part in manifest.parts.items():
                with (staging / name).open("rb") as content:
                    _add(tar, name, part.bytes, content)
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    tar.addfile(entry, content)


def _whole_lines(path: Path) -> int:
    """Bytes up to the end of the last line that has an end."""
    with path.open("rb") as file:
        at = os.fstat(file.fileno()).st_size
        while at > 0:
            begin = max(0, at - CHUNK)
            file.seek(begin)
            found = file.read(at - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            at = begin
    return 0
