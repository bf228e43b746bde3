"""Services and decisions as records: what is written, and how it is read back."""

from __future__ import annotations

import sqlite3
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from caio.store.database import Database

FILE_NAME = "caio.db"

KEPT_IN_MEMORY = 10_000
"""Decisions kept where there is no data folder; a file keeps all."""


@dataclass(frozen=True, slots=True)
class StoredService:
    """A registered contract, as the text it was registered with."""

    service_id: str
    contract: str


class Records:
    """The two tables. Every method gives a future that is done once the work is committed."""

    def __init__(self, folder: Path | None) -> None:
        self._most = KEPT_IN_MEMORY if folder is None else None
        self._database = Database(folder / FILE_NAME if folder is not None else None)

    @property
    def failures(self) -> int:
        """How many reads and writes have failed since the start."""
        return self._database.failures

    def save_service(self, service: StoredService) -> Future[None]:
        """Keep a service; one of the same id is replaced in its place."""
        return self._database.submit(lambda connection: write_service(connection, service))

    def delete_service(self, service_id: str) -> Future[None]:
        """Forget a service."""
        return self._database.submit(lambda connection: erase_service(connection, service_id))

    def services(self) -> Future[list[StoredService]]:
        """All services in the order in which they came."""
        return self._database.submit(read_services, writes=False)

    def save_decision(self, decision_id: str, document: bytes) -> Future[bytes]:
        """Keep a signed decision and give the one kept: of equal decisions, which share an id, the first stays."""
        return self._database.submit(lambda connection: write_decision(connection, decision_id, document, self._most))

    def decision(self, decision_id: str) -> Future[bytes | None]:
        """A decision's document, or None."""
        return self._database.submit(lambda connection: read_decision(connection, decision_id), writes=False)

    def decisions(self, limit: int) -> Future[list[dict[str, Any]]]:
        """The latest decisions, newest first."""
        return self._database.submit(lambda connection: read_decisions(connection, limit), writes=False)

    def count_services(self) -> Future[int]:
        """How many services are kept; needs no more than a readable file."""
        return self._database.submit(count_services, writes=False)

    def try_write(self) -> Future[None]:
        """Try a write, without leaving anything."""
        return self._database.submit(try_write)

    def close(self) -> None:
        """Finish what was submitted."""
        self._database.close()


def write_service(connection: sqlite3.Connection, service: StoredService) -> None:
    """Insert or replace one service."""
    connection.execute(
        "INSERT INTO services (service_id, contract, position)"
        " VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM services))"
        " ON CONFLICT (service_id) DO UPDATE SET contract = excluded.contract",
        (service.service_id, service.contract),
    )


def erase_service(connection: sqlite3.Connection, service_id: str) -> None:
    """Delete one service."""
    connection.execute("DELETE FROM services WHERE service_id = ?", (service_id,))


def read_services(connection: sqlite3.Connection) -> list[StoredService]:
    """All services."""
    rows = connection.execute("SELECT service_id, contract FROM services ORDER BY position")
    return [StoredService(service_id, contract) for service_id, contract in rows]


def write_decision(connection: sqlite3.Connection, decision_id: str, document: bytes, most: int | None = None) -> bytes:
    """Insert one decision unless an equal one is there; give what is there now. Beyond ``most`` the oldest goes."""
    inserted = connection.execute(
        "INSERT OR IGNORE INTO decisions (decision_id, document) VALUES (?, ?)", (decision_id, document.decode())
    )
    if inserted.rowcount == 1:
        if most is not None:
            connection.execute("DELETE FROM decisions WHERE position <= ?", ((inserted.lastrowid or 0) - most,))
        return document
    return read_decision(connection, decision_id) or document


def read_decision(connection: sqlite3.Connection, decision_id: str) -> bytes | None:
    """One decision."""
    row = connection.execute("SELECT document FROM decisions WHERE decision_id = ?", (decision_id,)).fetchone()
    return str(row[0]).encode() if row else None


def read_decisions(connection: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """The latest decisions."""
    rows = connection.execute("SELECT document FROM decisions ORDER BY position DESC LIMIT ?", (limit,))
    return [orjson.loads(document) for (document,) in rows]


def count_services(connection: sqlite3.Connection) -> int:
    """The number of services."""
    return int(connection.execute("SELECT count(*) FROM services").fetchone()[0])


def try_write(connection: sqlite3.Connection) -> None:
    """Write something and take it back: shows that the file is there, not locked, and has room."""
    connection.execute("SAVEPOINT probe")
    connection.execute("INSERT INTO decisions (decision_id, document) VALUES ('', '')")
    connection.execute("ROLLBACK TO probe")
    connection.execute("RELEASE probe")
