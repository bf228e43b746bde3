"""Backups of the audit log: made while it is written, listed, verified, and restored without losing newer records."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import re
import secrets
import zlib
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from automation.audit.log import LockedAuditLog

FOLDER = Path("backups") / "audit"
NAME = re.compile(r"audit-\d{8}T\d{6}\d{3}Z-[0-9a-f]{4}\.jsonl(\.gz)?")
META = ".meta.json"


class NoSuchBackup(Exception):
    """There is no backup of that name."""


class UnusableBackup(Exception):
    """A backup is not what was once written. The message says in which way."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What is known of a backup; ``sha256`` is that of the log in it, uncompressed."""

    name: str
    created_at: str
    created_by: str
    compressed: bool
    records: int
    bytes: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to: records of the backup, how many had been missing, and newer ones that were kept."""

    records: int
    added: int
    kept: int


class Backups:
    """The backups in a data folder."""

    def __init__(self, folder: Path, log: LockedAuditLog) -> None:
        self.folder = folder / FOLDER
        self._log = log

    def make(self, who: str, compress: bool) -> Backup:
        """Back the log up as it is now. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = whole_lines(read(self._log.file))
        now = datetime.now(UTC)
        stamp = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z"
        name = f"audit-{stamp}-{secrets.token_hex(2)}.jsonl{'.gz' if compress else ''}"
        packed = gzip.compress(content, 6, mtime=0) if compress else content
        made = Backup(
            name=name,
            created_at=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            created_by=who,
            compressed=compress,
            records=content.count(b"\n"),
            bytes=len(content),
            size=len(packed),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        write(self.folder / name, packed)
        # Written last: what has no description is not listed.
        write(self.folder / f"{name}{META}", orjson.dumps(asdict(made), option=orjson.OPT_INDENT_2))
        return made

    def all(self) -> list[Backup]:
        """Every backup, the newest first. Descriptions that cannot be read are left out."""
        found = []
        for file in self.folder.glob(f"*{META}"):
            try:
                found.append(self.find(file.name.removesuffix(META)))
            except (NoSuchBackup, UnusableBackup):
                continue
        return sorted(found, key=lambda backup: (backup.created_at, backup.name), reverse=True)

    def find(self, name: str) -> Backup:
        """One backup. Raises NoSuchBackup, also for a name that leaves the folder, and UnusableBackup."""
        if not NAME.fullmatch(name) or not (self.folder / name).is_file():
            raise NoSuchBackup(f"there is no backup {name[:80]!r}")
        try:
            return Backup(**orjson.loads((self.folder / f"{name}{META}").read_bytes()))
        except (OSError, orjson.JSONDecodeError, TypeError):
            raise UnusableBackup(f"the description of {name} cannot be read") from None

    def content(self, name: str) -> bytes:
        """The log in a backup, verified. Raises NoSuchBackup and UnusableBackup."""
        known = self.find(name)
        try:
            packed = (self.folder / name).read_bytes()
            content = gzip.decompress(packed) if known.compressed else packed
        except (OSError, EOFError, zlib.error) as error:
            raise UnusableBackup(f"{name} cannot be read: {error}") from None
        if hashlib.sha256(content).hexdigest() != known.sha256:
            raise UnusableBackup(f"{name} is corrupt: its SHA-256 is not the one that was recorded")
        return content

    def restore(self, name: str) -> Restored:
        """Put a backup's records back. Records that the log has besides stay, after them.

        Raises NoSuchBackup and UnusableBackup, and then the log is as it was, and OSError.
        """
        content = self.content(name)
        wanted = content.splitlines(keepends=True)
        with self._log.held(fcntl.LOCK_EX):
            present = read(self._log.file)
            if present.startswith(content):
                return Restored(len(wanted), 0, present.count(b"\n") - len(wanted))
            lines = whole_lines(present).splitlines(keepends=True)
            newer = without(lines, wanted)
            write(self._log.file, b"".join([*wanted, *newer]))
        return Restored(len(wanted), len(wanted) - (len(lines) - len(newer)), len(newer))


def without(lines: list[bytes], others: list[bytes]) -> list[bytes]:
    """The lines that are not among the others, each of which stands for one."""
    known = Counter(others)
    left = []
    for line in lines:
        if known[line] > 0:
            known[line] -= 1
        else:
            left.append(line)
    return left


def read(file: Path) -> bytes:
    """What a file holds; nothing if it is not there."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def whole_lines(content: bytes) -> bytes:
    """Without a last line that is still being written."""
    return content[: content.rfind(b"\n") + 1]


def write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    new = file.with_name(f"{file.name}.{secrets.token_hex(4)}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
