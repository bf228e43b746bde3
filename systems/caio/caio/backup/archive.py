"""What a backup is: a gzipped tar of known parts, the first of which is a manifest with the digests of the others."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

FORMAT = "caio-backup/1"

MANIFEST = "manifest.json"
DATABASE, AUDIT, SIGNING_KEY, POLICIES = "caio.db", "audit.jsonl", "signing-key.pem", "policies.yaml"
REQUIRED = (DATABASE, AUDIT, SIGNING_KEY)
PARTS = (*REQUIRED, POLICIES)
"""The files that a backup may hold besides its manifest, by their name in the data folder; no other is ever written."""

CHUNK = 1 << 20
"""Bytes that are read at a time."""


class BackupRefused(Exception):
    """A backup cannot be made, or one cannot be restored; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is to lose."""

    services: int
    decisions: int
    audit_records: int

    def __str__(self) -> str:
        told = ((self.services, "service"), (self.decisions, "decision"), (self.audit_records, "audit record"))
        services, decisions, records = (f"{count} {what}{'' if count == 1 else 's'}" for count, what in told)
        return f"{services}, {decisions} and {records}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``schema`` is that of the database, ``caio`` the version that made it."""

    caio: str
    schema: int
    created: str
    holds: Contents
    parts: Mapping[str, Part]
    format: str = FORMAT

    def to_json(self) -> bytes:
        return orjson.dumps({"format": self.format, **asdict(self)}, option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read a manifest strictly. Raises BackupRefused."""
        try:
            read: dict[str, Any] = orjson.loads(text)
            if read["format"] != FORMAT:
                raise BackupRefused(f"its format is {read['format']!r}; this CAIO restores {FORMAT}")
            parts = {str(name): Part(**part) for name, part in read.pop("parts").items()}
            return cls(**{**read, "holds": Contents(**read["holds"]), "parts": parts})
        except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
            raise BackupRefused("its manifest cannot be read") from None


def keep(folder: Path) -> None:
    """See that what was renamed into a folder is on the disk under its new name."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def part_of(path: Path) -> Part:
    """Size and digest of a file."""
    with path.open("rb") as file:
        return Part(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def contents_of(folder: Path) -> tuple[Contents, int]:
    """What database and audit log in a folder hold, and the schema. Raises BackupRefused for a damaged database."""
    try:
        connection = sqlite3.connect(f"{(folder / DATABASE).absolute().as_uri()}?immutable=1", uri=True)
        try:
            (state,) = connection.execute("PRAGMA integrity_check").fetchone()
            services, decisions = (
                int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("services", "decisions")
            )
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise BackupRefused(f"its database cannot be read: {error}") from None
    if state != "ok":
        raise BackupRefused(f"its database is damaged: {state}")
    with (folder / AUDIT).open("rb") as file:
        records = sum(1 for _ in file)
    return Contents(services, decisions, records), schema
