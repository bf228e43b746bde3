"""A moving window that several processes count in: a storage for the `limits` library in one SQLite file.

The library's own storages are the memory of one process, or servers such as Redis.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from limits.storage import MovingWindowSupport

BUSY_SECONDS = 0.05
"""How long a request waits for another process that counts just then; that takes microseconds."""

OPENING_SECONDS = 0.5
"""How long to wait for another process that makes the file just then."""

TABLE = """
CREATE TABLE IF NOT EXISTS hits (caller TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS hits_of_caller ON hits (caller, at);
CREATE INDEX IF NOT EXISTS hits_by_time ON hits (at);
"""


class SharedWindow(MovingWindowSupport):
    """Every method raises sqlite3.Error when the file cannot be used. Used by one thread."""

    base_exceptions = sqlite3.Error
    wrap_exceptions = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` calls, unless there would be more than ``limit`` within ``expiry`` seconds."""
        connection = self._open()
        now = time.time()
        connection.execute("BEGIN IMMEDIATE")
        try:
            (count,) = connection.execute(
                "SELECT count(*) FROM hits WHERE caller = ? AND at > ?", (key, now - expiry)
            ).fetchone()
            admitted = bool(count + amount <= limit)
            if admitted:
                connection.execute("DELETE FROM hits WHERE at <= ?", (now - expiry,))
                connection.executemany("INSERT INTO hits VALUES (?, ?)", [(key, now)] * amount)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return admitted

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest call that counts was made, and how many count."""
        now = time.time()
        (first, count) = (
            self._open()
            .execute("SELECT min(at), count(*) FROM hits WHERE caller = ? AND at > ?", (key, now - expiry))
            .fetchone()
        )
        return (now if first is None else float(first)), int(count)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = opened(self._path)
        return self._connection


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is made if it is not there. Raises sqlite3.Error."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        # After a power cut nobody minds how often somebody had called.
        connection.execute("PRAGMA synchronous=OFF")
        set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def set_up(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on and make the table. SQLite itself does not wait where another process does it."""
    ends = time.monotonic() + OPENING_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(TABLE)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
            time.sleep(0.001)
        else:
            return
