"""Faults of files: a database locked or kept busy by another program, a file or folder moved away, a file damaged."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from support.base.outcomes import Broken
from support.faults.base import SETTLE, Fault

_LOCK_PATIENCE = 5.0
"""Seconds in which the database must become free for the fault to lock it."""


class LockedDatabase(Fault):
    """A SQLite database that another program holds exclusively, so that the system can write nothing.

    While it is locked the suite must not open the file in any other way: closing it would free the lock (POSIX).
    """

    def __init__(self, path: Path, steady: Callable[[], object] | None = None, settle: float = SETTLE) -> None:
        super().__init__(f"database {path.name} locked", steady, settle)
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def _inject(self) -> None:
        if not self._path.exists():
            raise Broken(f"there is no database {self._path} to lock")
        self._connection = sqlite3.connect(
            self._path, timeout=_LOCK_PATIENCE, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("BEGIN EXCLUSIVE")

    def _heal(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class BusyDatabase(Fault):
    """A SQLite database that another program takes for itself again and again, for moments: what is written waits."""

    def __init__(
        self,
        path: Path,
        held: float = 0.1,
        free: float = 0.1,
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(f"database {path.name} taken for {held:g} s again and again", steady, settle)
        self._path, self._held, self._free = path, held, free
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="busy database", daemon=True)

    def _inject(self) -> None:
        if not self._path.exists():
            raise Broken(f"there is no database {self._path} to take")
        self._thread.start()

    def _heal(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _go_on(self) -> None:
        with closing(sqlite3.connect(self._path, timeout=_LOCK_PATIENCE, isolation_level=None)) as connection:
            while not self._over.wait(self._free):
                try:
                    connection.execute("BEGIN EXCLUSIVE")
                except sqlite3.OperationalError as error:
                    self.observed(f"it could not be taken: {error}")
                    continue
                self._over.wait(self._held)
                connection.execute("ROLLBACK")


class MovedAway(Fault):
    """A file or folder that is gone from its place; put back when healed, over whatever was made there meanwhile."""

    def __init__(self, path: Path, steady: Callable[[], object] | None = None, settle: float = SETTLE) -> None:
        super().__init__(f"{path.name} moved away", steady, settle)
        self._path = path
        self._aside = path.with_name(f".{path.name}.moved-away")

    def _inject(self) -> None:
        if not self._path.exists():
            raise Broken(f"there is no {self._path} to move away")
        self._path.rename(self._aside)

    def _heal(self) -> None:
        if self._aside.exists():
            if self._path.is_dir() and not self._path.is_symlink():
                shutil.rmtree(self._path)
            else:
                self._path.unlink(missing_ok=True)
            self._aside.rename(self._path)


class Damaged(Fault):
    """A file whose content is not what it was: other content, or by default its middle overwritten; then restored."""

    def __init__(
        self,
        path: Path,
        content: bytes | None = None,
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(f"{path.name} damaged", steady, settle)
        self._path, self._content = path, content
        self._original: bytes | None = None

    def _inject(self) -> None:
        if not self._path.is_file():
            raise Broken(f"there is no file {self._path} to damage")
        self._original = self._path.read_bytes()
        self._path.write_bytes(_damaged(self._original) if self._content is None else self._content)

    def _heal(self) -> None:
        if self._original is not None:
            self._path.write_bytes(self._original)


def _damaged(original: bytes) -> bytes:
    quarter = len(original) // 4
    middle = bytes(byte ^ 0xFF for byte in original[quarter : 3 * quarter + 1])
    return original[:quarter] + middle + original[3 * quarter + 1 :]
