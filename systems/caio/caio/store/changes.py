"""The journal of changes to the registry, by which instances that share a folder follow one another."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from caio.store.database import BUSY_SECONDS, Database, identity

KEPT = 10_000
"""Changes in the journal. Who has missed more reads all services again."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened up to a revision: contracts by service id, None for one that was removed.

    ``whole`` says that these are all services there are, not just those that changed.
    """

    revision: int
    contracts: dict[str, str | None] = field(default_factory=dict)
    whole: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to take over."""
        return self.whole or bool(self.contracts)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal of a file has come; another file at the same path has another journal."""

    file: tuple[int, int] | None
    revision: int


def note(connection: sqlite3.Connection, service_id: str) -> Changes:
    """Write into the journal that a service has changed. Gives the new revision."""
    revision = connection.execute("INSERT INTO changes (service_id) VALUES (?)", (service_id,)).lastrowid or 0
    connection.execute("DELETE FROM changes WHERE revision <= ?", (revision - KEPT,))
    return Changes(revision)


def since(connection: sqlite3.Connection, revision: int | None) -> Changes:
    """What happened after a revision; all that is there for None, or when the journal does not reach back so far."""
    first, last = connection.execute("SELECT min(revision), max(revision) FROM changes").fetchone()
    if revision is None or not (first or 1) - 1 <= revision <= (last or 0):
        rows = connection.execute("SELECT service_id, contract FROM services ORDER BY position")
        return Changes(last or 0, dict(rows.fetchall()), whole=True)
    rows = connection.execute(
        "SELECT DISTINCT changes.service_id, contract FROM changes LEFT JOIN services USING (service_id)"
        " WHERE revision > ?",
        (revision,),
    )
    return Changes(last or 0, dict(rows.fetchall()))


class Watch:
    """Sees on a connection of its own, within microseconds, whether the journal has gone on. Used by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def position(self) -> Position:
        """Where the journal is now. Raises StoreUnavailable."""
        try:
            file = identity(self._path)
            if self._connection is None or file != self._file:
                self._open(file)
            assert self._connection is not None
            (last,) = self._connection.execute("SELECT max(revision) FROM changes").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise Database.unavailable(error) from None
        return Position(file, last or 0)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self, file: tuple[int, int]) -> None:
        self.close()
        # Read and write, because readers of a write-ahead log mark in it what they read; never to make a new file.
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        self._connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._file = file
