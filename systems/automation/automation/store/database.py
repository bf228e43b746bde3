"""The SQLite file: one connection per thread, transactions, and a version that is checked before anything is done."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from chassis.settings import SettingsError

from automation.store.schema import TABLES, VERSION

FILE_NAME = "automation.db"

BUSY_SECONDS = 10.0
"""How long a transaction waits for that of another process."""

Row = sqlite3.Row


class Store:
    """All methods raise sqlite3.Error when the file cannot be used."""

    def __init__(self, folder: Path, synchronous: Literal["full", "normal"] = "full") -> None:
        self.path = folder / FILE_NAME
        self._synchronous = synchronous
        self._local = threading.local()

    @property
    def connection(self) -> sqlite3.Connection:
        """That of this thread, in this process: one that was inherited by a fork is never used."""
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is None or self._local.pid != os.getpid():
            known = self._local.connection = connect(self.path, self._synchronous)
            self._local.pid = os.getpid()
        return known

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Rows of a query."""
        return self.connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Row | None:
        """The first row of a query, if there is any."""
        row: Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def count(self, sql: str, *values: Any) -> int:
        """The number that a query gives."""
        return int(self.connection.execute(sql, values).fetchone()[0])

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that writes: all of it is kept, or nothing."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the connection of this thread."""
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is not None and self._local.pid == os.getpid():
            known.close()
        self._local.connection = None


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection to the file."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def prepare(folder: Path) -> None:
    """Make the data folder and the file's tables where they are not there. Raises SettingsError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = connect(folder / FILE_NAME, "full")
        with contextlib.closing(connection):
            set_up(connection)
    except OSError as error:
        raise unusable(folder, error.strerror or str(error)) from None
    except sqlite3.Error as error:
        raise unusable(folder, f"{FILE_NAME}: {error}") from None


def set_up(connection: sqlite3.Connection) -> None:
    """Bring the file to this version. Raises sqlite3.Error, also for a file of a newer one."""
    turn_log_on(connection)
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        connection.execute("ROLLBACK")
        raise sqlite3.DatabaseError(f"it is of version {version}, newer than the {VERSION} that is known here")
    if version == 0:
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('api_key_secret', ?)", (secrets.token_hex(32),))
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")


def turn_log_on(connection: sqlite3.Connection) -> None:
    """Use a write-ahead log. SQLite itself does not wait where another process does the same."""
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
            time.sleep(0.005)
        else:
            return


def unusable(folder: Path, problem: str) -> SettingsError:
    """The end of a start, because of the data folder."""
    return SettingsError("server.data_dir (AUTOMATION_DATA_DIR)", f"={str(folder)!r} is unusable: {problem}")
