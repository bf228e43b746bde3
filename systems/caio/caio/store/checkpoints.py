"""Moves what was committed from the write-ahead log into the database file, aside from the thread that commits.

That takes two waits for the disk, tens of milliseconds on a busy one. SQLite has every 1,000th page or so wait for it,
and with it all who gather meanwhile. It still does where this thread does not keep up, but then little is left to move.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

PAUSE_SECONDS = 0.05
"""Between two looks at whether there is enough to move."""

ENOUGH = 100
"""Rows that were written. A decision takes two to five pages of 4 KB."""


class Checkpoints:
    """Of one database file, which others may use as well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def written(self, rows: int) -> None:
        """Take note of how many rows the connection has written that commits; a new one begins at zero."""
        self._written = rows

    def close(self) -> None:
        """Move nothing any more."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        seen = 0
        while not self._ended.wait(PAUSE_SECONDS):
            if not 0 <= self._written - seen < ENOUGH:
                seen = self._written
                move(self._path)


def move(path: Path) -> bool:
    """Move what is in the log, as far as nobody has to wait for it. False if somebody else does, or nobody can."""
    connection: sqlite3.Connection | None = None
    try:
        # Never to make a new file where the old one has gone.
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error:
        # Whoever commits finds out what is wrong with the file, and tells.
        return False
    finally:
        if connection is not None:
            connection.close()
    return not busy
