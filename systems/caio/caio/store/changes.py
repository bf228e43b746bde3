"""The journal of changes to the registry, by which instances that share a folder follow one another."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from caio.store import outcomes
from caio.store.database import BUSY_SECONDS, Database, identity

KEPT = 10_000
"""Changes in the journal. Who has missed more reads all services again."""


CONTRACT, OUTCOMES = "contract", "outcomes"
"""What of a service has changed."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened up to a revision: contracts by service id, None for one that was removed, and outcomes of calls.

    ``whole`` says that this is all there is, not just what changed.
    """

    revision: int
    contracts: dict[str, str | None] = field(default_factory=dict)
    outcomes: dict[str, tuple[bool, ...]] = field(default_factory=dict)
    whole: bool = False

    @property
    def overtakes(self) -> bool:
        """Whether what was decided without knowing them must be decided anew."""
        return self.whole or bool(self.contracts)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal of a file has come; another file at the same path has another journal."""

    file: tuple[int, int] | None
    revision: int


def note(connection: sqlite3.Connection, service_id: str, what: str) -> Changes:
    """Write into the journal that something of a service has changed. Gives the new revision."""
    noted = connection.execute("INSERT INTO changes (service_id, what) VALUES (?, ?)", (service_id, what))
    revision = noted.lastrowid or 0
    connection.execute("DELETE FROM changes WHERE revision <= ?", (revision - KEPT,))
    return Changes(revision)


def since(connection: sqlite3.Connection, revision: int | None) -> Changes:
    """What happened after a revision; all that is there for None, or when the journal does not reach back so far."""
    # Each by itself: for both at once SQLite looks at every row.
    ends = "SELECT (SELECT min(revision) FROM changes), (SELECT max(revision) FROM changes)"
    first, last = connection.execute(ends).fetchone()
    if revision is None or not (first or 1) - 1 <= revision <= (last or 0):
        return everything(connection, last or 0)
    rows = connection.execute("SELECT DISTINCT service_id, what FROM changes WHERE revision > ?", (revision,))
    changed = rows.fetchall()
    return Changes(
        last or 0,
        {name: contract_of(connection, name) for name, what in changed if what == CONTRACT},
        {name: outcomes.of(connection, name) for name, what in changed if what == OUTCOMES},
    )


def everything(connection: sqlite3.Connection, revision: int) -> Changes:
    """All services in the order in which they came, and all outcomes."""
    rows = connection.execute("SELECT service_id, contract FROM services ORDER BY position")
    known = {name: outcomes.of(connection, name) for name in outcomes.names(connection)}
    return Changes(revision, dict(rows.fetchall()), known, whole=True)


def contract_of(connection: sqlite3.Connection, service_id: str) -> str | None:
    """A service's contract, or None if it is not registered."""
    row = connection.execute("SELECT contract FROM services WHERE service_id = ?", (service_id,)).fetchone()
    return str(row[0]) if row else None


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
