"""Tokens that callers may spend: reserved before a call and settled after it, in one SQLite file for all workers.

Reserving and comparing is one transaction, so that requests at the same time cannot together spend more than there is.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from chassis.shared_window import BUSY_SECONDS

FILE_NAME = "budgets.db"
TABLE = "CREATE TABLE IF NOT EXISTS spent (caller TEXT PRIMARY KEY, tokens INTEGER NOT NULL)"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens set aside for one request."""

    caller: str
    tokens: int


class Budgets:
    """What callers have spent and reserved. Without a file it is counted in memory."""

    def __init__(self, file: Path | None) -> None:
        where = ":memory:" if file is None else str(file)
        self._connection = sqlite3.connect(
            where, timeout=BUSY_SECONDS * 20, isolation_level=None, check_same_thread=False
        )
        if file is not None:
            self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(TABLE)

    def reserve(self, caller: str, budget: int, tokens: int, *, rest: bool = False) -> Reservation | None:
        """Set tokens aside, or with ``rest`` all that are left; None if there are not so many."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            left = budget - self._spent(caller)
            taken = left if rest else tokens
            if left >= tokens:
                self._add(caller, taken)
        finally:
            self._connection.execute("COMMIT")
        return Reservation(caller, taken) if left >= tokens else None

    def settle(self, reservation: Reservation, used: int) -> None:
        """Count what was used in place of what was reserved."""
        self._add(reservation.caller, used - reservation.tokens)

    def _spent(self, caller: str) -> int:
        found = self._connection.execute("SELECT tokens FROM spent WHERE caller = ?", (caller,)).fetchone()
        return 0 if found is None else int(found[0])

    def _add(self, caller: str, tokens: int) -> None:
        self._connection.execute(
            "INSERT INTO spent VALUES (?, ?) ON CONFLICT (caller) DO UPDATE SET tokens = tokens + excluded.tokens",
            (caller, tokens),
        )
