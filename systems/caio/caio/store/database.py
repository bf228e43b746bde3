"""One SQLite connection in one thread; what is asked for at the same time is committed together.

An acknowledged write has been committed to the write-ahead log, so it survives ``kill -9`` of the process. The
write-ahead log is not forced to the disk for each commit (synchronous=NORMAL): only a power cut could lose the last
moments.
"""

from __future__ import annotations

import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from caio.errors import CaioError
from caio.store.checkpoints import Checkpoints

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Any]

BUSY_SECONDS = 0.5
"""How long a commit waits for another process that holds the database."""

PAUSE_SECONDS = 0.0002
"""Between two tries to begin a write. SQLite's own pauses are longer and grow: one instance would starve another."""

TOGETHER = 256
"""Most pieces of work in one transaction."""

SCHEMA_VERSION = 1
"""Of what lies in the file. Instances of one schema may share a folder; a file of 0 is new, or made by CAIO 1.0.0."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS services (
    service_id TEXT PRIMARY KEY, contract TEXT NOT NULL, position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions (
    position INTEGER PRIMARY KEY AUTOINCREMENT, decision_id TEXT NOT NULL UNIQUE, document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS changes (
    revision INTEGER PRIMARY KEY AUTOINCREMENT, service_id TEXT NOT NULL, what TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS outcomes (
    position INTEGER PRIMARY KEY AUTOINCREMENT, service_id TEXT NOT NULL, ok INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS outcomes_of_service ON outcomes (service_id, position);
CREATE TABLE IF NOT EXISTS trials (
    only INTEGER PRIMARY KEY CHECK (only = 1), filling BLOB NOT NULL
);
"""


class StoreUnavailable(CaioError):
    """The database cannot be read or written now; nothing was acknowledged."""

    problem: ClassVar[str] = "store-unavailable"
    title: ClassVar[str] = "The store is unavailable"
    status: ClassVar[int] = 503


@dataclass(slots=True)
class Job:
    """A piece of work and where its result goes. ``whole`` says that its first statement is all that it writes."""

    work: Work
    future: Future[Any]
    writes: bool = True
    whole: bool = False


class Database:
    """Runs work on the database. ``path`` None keeps everything in memory. ``failures`` counts work that failed."""

    def __init__(self, path: Path | None) -> None:
        self.failures = 0
        self._path = path
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._patience_ms = -1
        self._checkpoints = Checkpoints(path) if path is not None else None
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def submit(
        self, work: Callable[[sqlite3.Connection], Result], writes: bool = True, whole: bool = False
    ) -> Future[Result]:
        """Run work in a transaction; the future is done once it is committed. Fails with StoreUnavailable.

        ``whole`` says that its first statement is all that it writes, and may be repeated: alone, that is a transaction
        by itself. So nothing that needs the interpreter is done while other processes wait for the database.
        """
        future: Future[Result] = Future()
        self._jobs.put(Job(work, future, writes, whole))
        return future

    def close(self) -> None:
        """Finish what was submitted and close the file."""
        self._jobs.put(None)
        self._thread.join()
        if self._checkpoints is not None:
            self._checkpoints.close()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            last = False
            while len(batch) < TOGETHER and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    last = True
                    break
                batch.append(following)
            # Apart, so that readers do not fail together with writers when another process holds the database.
            self._serve([waiting for waiting in batch if not waiting.writes], writes=False)
            self._serve([waiting for waiting in batch if waiting.writes], writes=True)
            if last:
                break
        if self._connection is not None:
            self._connection.close()

    def _serve(self, batch: list[Job], writes: bool) -> None:
        """Run a batch in one transaction; should a piece of it fail, run each by itself so that none harms another."""
        running = [job for job in batch if job.future.set_running_or_notify_cancel()]
        if not running:
            return
        try:
            if len(running) == 1 and running[0].whole:
                results = [self.commit_whole(running[0].work)]
            else:
                results = self.commit([job.work for job in running], writes)
        except (sqlite3.Error, OSError, StoreUnavailable) as error:
            if len(running) > 1 and not isinstance(error, sqlite3.OperationalError | OSError | StoreUnavailable):
                for job in running:
                    self._alone(job)
                return
            failure = self.unavailable(error)
            self.failures += len(running)
            for job in running:
                job.future.set_exception(failure)
            return
        if self._checkpoints is not None and self._connection is not None:
            self._checkpoints.written(self._connection.total_changes)
        for job, result in zip(running, results, strict=True):
            job.future.set_result(result)

    def _alone(self, job: Job) -> None:
        try:
            job.future.set_result(self.commit([job.work], job.writes)[0])
        except (sqlite3.Error, OSError) as error:
            self.failures += 1
            job.future.set_exception(self.unavailable(error))

    def commit(self, works: list[Work], writes: bool) -> list[Any]:
        """Run pieces of work in one transaction. Readers do not wait for another process that writes."""
        connection = self.connection()
        self.wait_for_others(connection, writes)
        begin(connection, writes)
        try:
            results = [work(connection) for work in works]
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return results

    def commit_whole(self, work: Work) -> Any:
        """Run a piece of work whose first statement is its transaction."""
        connection = self.connection()
        self.wait_for_others(connection, writes=True)
        return patiently(lambda: work(connection))

    def wait_for_others(self, connection: sqlite3.Connection, writes: bool) -> None:
        """Set how long SQLite itself waits for other processes."""
        patience = 0 if writes else round(BUSY_SECONDS * 1000)
        if patience != self._patience_ms:
            connection.execute(f"PRAGMA busy_timeout={patience}")
            self._patience_ms = patience

    def connection(self) -> sqlite3.Connection:
        """The open connection; opened anew when the file was replaced. Raises OSError when the file has gone."""
        if self._connection is not None and self._path is not None and identity(self._path) != self._identity:
            self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection = self.open()
        return self._connection

    def open(self) -> sqlite3.Connection:
        """Open the file and see to the schema. A file that was there before must still be there."""
        if self._path is not None and self._identity is not None:
            identity(self._path)
        connection = sqlite3.connect(
            self._path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._patience_ms = -1
        patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))
        connection.execute("PRAGMA synchronous=NORMAL")
        set_up(connection)
        if self._path is not None:
            self._identity = identity(self._path)
        return connection

    @staticmethod
    def unavailable(error: Exception) -> StoreUnavailable:
        """What a caller is told; the path stays in the log of the operator."""
        if isinstance(error, StoreUnavailable):
            return error
        reason = getattr(error, "strerror", None) or str(error)
        return StoreUnavailable(f"the store cannot be used now: {reason}")


def begin(connection: sqlite3.Connection, writes: bool) -> None:
    """Begin a transaction; to write, as soon as no other process does."""
    if writes:
        patiently(lambda: connection.execute("BEGIN IMMEDIATE"))
    else:
        connection.execute("BEGIN")


def patiently(action: Callable[[], Result]) -> Result:
    """Do what SQLite itself does not wait long enough for, when another process is at it."""
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
            time.sleep(PAUSE_SECONDS)


def set_up(connection: sqlite3.Connection) -> None:
    """Make what is missing of the tables. Raises StoreUnavailable for a file of another schema."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found == SCHEMA_VERSION:
        return
    if found != 0:
        connection.close()
        raise StoreUnavailable(
            f"the data folder is of schema {found}, this CAIO reads schema {SCHEMA_VERSION}: start the version that"
            " wrote it, or use another folder"
        )
    begin(connection, writes=True)
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")


def identity(path: Path) -> tuple[int, int]:
    """Which file lies at a path. Raises OSError if none does."""
    found = os.stat(path)
    return found.st_dev, found.st_ino
