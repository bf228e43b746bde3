"""The circuit of the CRM, one for all workers: after some failures in a row nobody asks but one now and then."""

from __future__ import annotations

import sqlite3
import time

from automation.settings import Crm
from automation.store.database import Store

NAME = "crm"


class Circuit:
    """Kept in the store."""

    def __init__(self, store: Store, settings: Crm) -> None:
        self._store = store
        self._failures = settings.circuit_failures
        self._open_seconds = settings.circuit_open_seconds
        self._probe_seconds = settings.timeout_seconds + 1.0

    def blocked_until(self) -> float | None:
        """Until when nobody may ask; None if this caller may. Of those who come after that time one may."""
        row = self._store.one("SELECT * FROM circuits WHERE name = ?", NAME)
        if row is None or row["failures"] < self._failures:
            return None
        now = time.time()
        if row["open_until"] > now:
            return float(row["open_until"])
        with self._store.writing() as transaction:
            taken = transaction.execute(
                "UPDATE circuits SET open_until = ? WHERE name = ? AND open_until = ?",
                (now + self._probe_seconds, NAME, row["open_until"]),
            )
        return None if taken.rowcount else now + self._probe_seconds

    def works(self, transaction: sqlite3.Connection) -> None:
        """The CRM has answered: close the circuit."""
        transaction.execute("DELETE FROM circuits WHERE name = ?", (NAME,))

    def fails(self, transaction: sqlite3.Connection) -> None:
        """The CRM has not answered, or with an error of its own."""
        until = time.time() + self._open_seconds
        transaction.execute(
            "INSERT INTO circuits VALUES (?, 1, 0) ON CONFLICT (name) DO UPDATE SET failures = failures + 1", (NAME,)
        )
        transaction.execute(
            "UPDATE circuits SET open_until = ? WHERE name = ? AND failures >= ?", (until, NAME, self._failures)
        )
