"""Services, outcomes and decisions as records: what is written, and how it is read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from caio.store import changes, outcomes
from caio.store.changes import CONTRACT, OUTCOMES, Changes, Position, Watch
from caio.store.database import Database

FILE_NAME = "caio.db"

KEPT_IN_MEMORY = 10_000
"""Decisions kept where there is no data folder."""

REMOVED_TOGETHER = 1_000
"""Decisions removed in one transaction, so that no caller waits for more than that."""

TRIAL_BYTES = 16_384
"""What health tries to write; a decision between 20 services takes as much."""


@dataclass(frozen=True, slots=True)
class StoredService:
    """A registered contract, as the text it was registered with."""

    service_id: str
    contract: str


class Records:
    """All tables. Every method gives a future that is done once the work is committed."""

    def __init__(self, folder: Path | None) -> None:
        self._most = KEPT_IN_MEMORY if folder is None else None
        self._database = Database(folder / FILE_NAME if folder is not None else None)
        self.shared = folder is not None
        """Whether other instances may read and write the same records."""
        self._watch = Watch(folder / FILE_NAME) if folder is not None else None

    def position(self) -> Position | None:
        """How far the journal of changes has come, at once; None in memory, which nobody shares."""
        return self._watch.position() if self._watch is not None else None

    def changes(self, revision: int | None) -> Future[Changes]:
        """What has changed after a revision, or all services."""
        return self._database.submit(lambda connection: changes.since(connection, revision), writes=False)

    def save_service(self, service: StoredService, revision: int) -> Future[Changes]:
        """Keep a service; one of the same id is replaced in its place.

        Decided on what was known at a revision: if there are newer changes they are given, and nothing is kept.
        """
        return self._database.submit(lambda connection: write_service(connection, service, revision))

    def delete_service(self, service_id: str, revision: int) -> Future[Changes]:
        """Forget a service, unless there are changes newer than the revision: then they are given."""
        return self._database.submit(lambda connection: erase_service(connection, service_id, revision))

    def add_outcome(self, service_id: str, ok: bool) -> Future[Changes]:
        """Keep how a call of a service ended."""
        return self._database.submit(lambda connection: write_outcome(connection, service_id, ok))

    def forget_outcomes(self, service_id: str) -> Future[Changes]:
        """Forget how the calls of a service ended."""
        return self._database.submit(lambda connection: erase_outcomes(connection, service_id))

    def save_decisions(self, decisions: Sequence[tuple[str, bytes]]) -> Future[list[bytes]]:
        """Keep signed decisions, all or none, and give those kept: of equal decisions, which share an id, the first."""
        return self._database.submit(
            lambda found: write_decisions(found, decisions, self._most), whole=self._most is None
        )

    def trim_decisions(self, most: int) -> Future[int]:
        """Remove some of the oldest decisions beyond the newest ``most``. Gives how many; 0 when there are no more."""
        return self._database.submit(lambda connection: erase_decisions(connection, most))

    def decision(self, decision_id: str) -> Future[bytes | None]:
        """A decision's document, or None."""
        return self._database.submit(lambda connection: read_decision(connection, decision_id), writes=False)

    def decisions(self, limit: int) -> Future[list[dict[str, Any]]]:
        """The latest decisions, newest first."""
        return self._database.submit(lambda connection: read_decisions(connection, limit), writes=False)

    def try_read(self) -> Future[None]:
        """Try to read; needs no more than a readable file."""
        return self._database.submit(try_read, writes=False)

    @property
    def failures(self) -> int:
        """Pieces of work that the store has failed to do since the start."""
        return self._database.failures

    def try_write(self) -> Future[None]:
        """Try a write that takes as much room as a decision of common size."""
        return self._database.submit(try_write)

    def close(self) -> None:
        """Finish what was submitted."""
        self._database.close()
        if self._watch is not None:
            self._watch.close()


def write_service(connection: sqlite3.Connection, service: StoredService, revision: int) -> Changes:
    """Insert or replace one service, unless something newer is there."""
    missed = changes.since(connection, revision)
    if missed.overtakes:
        return missed
    # The last to come has the highest position, and is found by its rowid without a look at all others.
    connection.execute(
        "INSERT INTO services (service_id, contract, position)"
        " VALUES (?, ?, 1 + coalesce("
        "  (SELECT position FROM services WHERE rowid = (SELECT max(rowid) FROM services)), 0))"
        " ON CONFLICT (service_id) DO UPDATE SET contract = excluded.contract",
        (service.service_id, service.contract),
    )
    return begin_anew(connection, service.service_id, missed)


def erase_service(connection: sqlite3.Connection, service_id: str, revision: int) -> Changes:
    """Delete one service, unless something newer is there."""
    missed = changes.since(connection, revision)
    if missed.overtakes:
        return missed
    connection.execute("DELETE FROM services WHERE service_id = ?", (service_id,))
    return begin_anew(connection, service_id, missed)


def begin_anew(connection: sqlite3.Connection, service_id: str, missed: Changes) -> Changes:
    """Forget how the calls of a changed service ended, and note the change. Gives the outcomes of others missed."""
    outcomes.forget(connection, service_id)
    noted = changes.note(connection, service_id, CONTRACT)
    return replace(noted, outcomes={name: recent for name, recent in missed.outcomes.items() if name != service_id})


def write_outcome(connection: sqlite3.Connection, service_id: str, ok: bool) -> Changes:
    """Insert the outcome of one call."""
    outcomes.add(connection, service_id, ok)
    return changes.note(connection, service_id, OUTCOMES)


def erase_outcomes(connection: sqlite3.Connection, service_id: str) -> Changes:
    """Delete all outcomes of one service."""
    outcomes.forget(connection, service_id)
    return changes.note(connection, service_id, OUTCOMES)


def write_decisions(
    connection: sqlite3.Connection, decisions: Sequence[tuple[str, bytes]], most: int | None = None
) -> list[bytes]:
    """Insert decisions unless equal ones are there; give what is there now. Beyond ``most`` the oldest go.

    In one statement, as after each the thread has to wait until the interpreter is free again.
    """
    values = ", ".join(["(?, ?)"] * len(decisions))
    inserted = connection.execute(
        f"INSERT OR IGNORE INTO decisions (decision_id, document) VALUES {values}",
        [part for decision_id, document in decisions for part in (decision_id, document.decode())],
    )
    if most is not None:
        connection.execute("DELETE FROM decisions WHERE position <= (SELECT max(position) FROM decisions) - ?", (most,))
    if inserted.rowcount == len(decisions):
        return [document for _, document in decisions]
    return [read_decision(connection, decision_id) or document for decision_id, document in decisions]


def erase_decisions(connection: sqlite3.Connection, most: int) -> int:
    """Delete the oldest decisions beyond ``most``, no more at once than others can wait for."""
    # Each by itself: for both at once SQLite looks at every row.
    ends = "SELECT (SELECT min(position) FROM decisions), (SELECT max(position) FROM decisions)"
    first, last = connection.execute(ends).fetchone()
    if first is None or last - first < most:
        return 0
    end = min(last - most, first + REMOVED_TOGETHER - 1)
    return connection.execute("DELETE FROM decisions WHERE position <= ?", (end,)).rowcount


def read_decision(connection: sqlite3.Connection, decision_id: str) -> bytes | None:
    """One decision."""
    row = connection.execute("SELECT document FROM decisions WHERE decision_id = ?", (decision_id,)).fetchone()
    return str(row[0]).encode() if row else None


def read_decisions(connection: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """The latest decisions."""
    rows = connection.execute("SELECT document FROM decisions ORDER BY position DESC LIMIT ?", (limit,))
    return [orjson.loads(document) for (document,) in rows]


def try_read(connection: sqlite3.Connection) -> None:
    """Read a row, if there is one: shows that the file is there and holds what it should."""
    connection.execute("SELECT 1 FROM services WHERE rowid = (SELECT max(rowid) FROM services)").fetchone()


def try_write(connection: sqlite3.Connection) -> None:
    """Write as much as a decision takes: shows that the file is there, is not locked and has room."""
    connection.execute("INSERT OR REPLACE INTO trials (only, filling) VALUES (1, randomblob(?))", (TRIAL_BYTES,))
