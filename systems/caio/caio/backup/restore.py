"""Restores a backup into an empty folder: all of it is verified first, and then all of it is there, or nothing."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from caio.backup.archive import (
    CHUNK,
    DATABASE,
    MANIFEST,
    PARTS,
    REQUIRED,
    SIGNING_KEY,
    BackupRefused,
    Manifest,
    contents_of,
    keep,
    part_of,
)
from caio.store import keys
from caio.store.database import SCHEMA_VERSION

LARGEST_MANIFEST = 64 * 1024
"""Bytes; more cannot be a manifest of ours."""


class FolderNotEmpty(BackupRefused):
    """The folder holds something; a restore never writes over anything."""


def restore(archive: Path, folder: Path) -> Manifest:
    """Restore an archive. Raises BackupRefused, and then the folder is as it was."""
    check_empty(folder)
    with staging_for(folder) as staging:
        manifest = unpack(archive, staging)
        verify(manifest, staging)
        settle(staging, folder)
    return manifest


def check_empty(folder: Path) -> None:
    """Raises FolderNotEmpty if there is a file in the folder; empty folders, as mounts have them, do not count."""
    if folder.exists() and not folder.is_dir():
        raise FolderNotEmpty(f"{folder} is no folder")
    found = next((path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()), None)
    if found is not None:
        raise FolderNotEmpty(f"{folder} is not empty, it holds {found.relative_to(folder)}: give an empty folder")


@contextmanager
def staging_for(folder: Path) -> Iterator[Path]:
    """A folder on the same file system for what is not verified yet: in the folder if that is there, else beside it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(mkdtemp(prefix=".restoring-", dir=folder if folder.exists() else folder.parent))
    except OSError as error:
        raise BackupRefused(f"{folder} cannot be written to: {error.strerror}") from None
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def unpack(archive: Path, staging: Path) -> Manifest:
    """Write the parts into the staging folder, under known names only. Raises BackupRefused."""
    try:
        with gzip.open(archive) as unzipped:
            with tarfile.open(fileobj=unzipped, mode="r|") as tar:
                manifest = take_all(tar, staging)
            while unzipped.read(CHUNK):  # the checksum over everything stands at the end
                pass
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, UnicodeError) as error:
        raise BackupRefused(f"it is damaged or cut short: {error}") from None
    except OSError as error:
        raise BackupRefused(f"{error.filename or archive} cannot be used: {error.strerror or error}") from None
    return manifest


def take_all(tar: tarfile.TarFile, staging: Path) -> Manifest:
    """The manifest, which comes first, and each part that it lists, once, of the size it says."""
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > LARGEST_MANIFEST:
        raise BackupRefused("it does not begin with a manifest: it is no backup that CAIO has made")
    content = tar.extractfile(first)
    manifest = Manifest.from_json(content.read() if content else b"")
    taken: set[str] = set()
    while (member := tar.next()) is not None:
        known = member.name in PARTS and member.name not in taken and member.name in manifest.parts
        if not known or not member.isreg() or member.size != manifest.parts[member.name].bytes:
            raise BackupRefused(f"{member.name!r} does not belong into it as its manifest lists it")
        taken.add(member.name)
        if content := tar.extractfile(member):
            write(staging / member.name, content)
    return manifest


def write(path: Path, content: IO[bytes]) -> None:
    """Write a file that only its owner can read, and see that it is on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())


def verify(manifest: Manifest, staging: Path) -> None:
    """Raises BackupRefused unless every part is there, is what it was, and can be used by this CAIO."""
    for name in dict.fromkeys((*REQUIRED, *manifest.parts)):
        if name not in manifest.parts or not (staging / name).is_file():
            raise BackupRefused(f"it is incomplete: {name} is missing")
        if part_of(staging / name) != manifest.parts[name]:
            raise BackupRefused(f"it is damaged: {name} is not what it was when the backup was made")
    holds, schema = contents_of(staging)
    if holds != manifest.holds:
        raise BackupRefused(f"it is damaged: it should hold {manifest.holds} and holds {holds}")
    if schema != manifest.schema or schema > SCHEMA_VERSION:
        raise BackupRefused(
            f"it was made by CAIO {manifest.caio} with schema {schema}; this one knows {SCHEMA_VERSION}"
        )
    try:
        keys.read(staging / SIGNING_KEY)
    except keys.UnusableKey as error:
        raise BackupRefused(f"it is damaged: {error}") from None


def settle(staging: Path, folder: Path) -> None:
    """Move everything to its place: the folder as a whole, or else file by file, the database last.

    A folder that is there stays the folder it is: it may be a mount, and belong to another user.
    """
    check_empty_but(staging, folder)
    if not folder.exists():
        staging.rename(folder)
        keep(folder.absolute().parent)
        return
    owner = folder.stat()
    for name in sorted((path.name for path in staging.iterdir()), key=lambda name: (name == DATABASE, name)):
        if os.geteuid() == 0:
            os.chown(staging / name, owner.st_uid, owner.st_gid)
        (staging / name).rename(folder / name)
    keep(folder)


def check_empty_but(staging: Path, folder: Path) -> None:
    """Raises FolderNotEmpty if something has come into the folder meanwhile, such as a CAIO that was started on it."""
    for path in folder.iterdir() if folder.exists() else ():
        if path != staging:
            if path.is_dir():
                check_empty(path)
            else:
                raise FolderNotEmpty(f"{folder} is not empty any more, it holds {path.name}")
