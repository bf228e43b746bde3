"""How the last calls of each service ended, on whatever instance: kept, so that all instances rank alike."""

from __future__ import annotations

import sqlite3

from caio.history import RECENT_CALLS


def add(connection: sqlite3.Connection, service_id: str, ok: bool) -> None:
    """Keep how a call ended; the oldest beyond those that count goes."""
    connection.execute("INSERT INTO outcomes (service_id, ok) VALUES (?, ?)", (service_id, ok))
    connection.execute(
        "DELETE FROM outcomes WHERE service_id = ?1 AND position <= ("
        " SELECT position FROM outcomes WHERE service_id = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)",
        (service_id, RECENT_CALLS),
    )


def forget(connection: sqlite3.Connection, service_id: str) -> None:
    """Keep nothing of a service."""
    connection.execute("DELETE FROM outcomes WHERE service_id = ?", (service_id,))


def of(connection: sqlite3.Connection, service_id: str) -> tuple[bool, ...]:
    """How the last calls of a service ended, oldest first."""
    rows = connection.execute("SELECT ok FROM outcomes WHERE service_id = ? ORDER BY position", (service_id,))
    return tuple(bool(ok) for (ok,) in rows)


def names(connection: sqlite3.Connection) -> list[str]:
    """The services of which anything is kept."""
    return [name for (name,) in connection.execute("SELECT DISTINCT service_id FROM outcomes")]
