"""The StatusStore in one file: a JSON record per line, of which the last of each key counts.

Writers append under a lock, after they have read what others appended; so every write is conditional, whatever the
number of processes. What a killed writer left unfinished at the end is cut off by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from sidecar.chaos import ChaosControl
from sidecar.status import rules
from sidecar.status.store import Decide, Item, StoreUnavailable

LOCK_SECONDS = 5.0
"""Longest wait for the lock, which nobody holds for more than some milliseconds."""

COMPACT_FROM = 8 * 1024 * 1024
"""Bytes from which the file is written anew, if most of it is history."""


class JsonLinesStore:
    """One open file per process."""

    def __init__(self, path: Path, chaos: ChaosControl, retention_seconds: float) -> None:
        self._path = path
        self._chaos = chaos
        self._retention = retention_seconds
        self._guard = threading.RLock()
        self._items: dict[str, Item] = {}
        self._open: dict[str, Item] = {}
        self._offset = 0
        self._file = -1
        self._compact_at = COMPACT_FROM

    def create(self, item: Item) -> bool:
        """Add a record. False if there is one of that key."""
        with self._writing():
            if item["key"] in self._items:
                return False
            self._append({**item, "version": 1})
            return True

    def get(self, key: str) -> Item | None:
        """The present record."""
        with self._reading():
            found = self._items.get(key)
            return dict(found) if found is not None else None

    def change(self, key: str, decide: Decide) -> Item | None:
        """Write what ``decide`` makes of the record. Raises RuleBroken."""
        with self._writing():
            before = self._items.get(key)
            after = decide(dict(before)) if before is not None else None
            if before is None or after is None:
                return None
            rules.check(before, after)
            written = {**after, "version": before["version"] + 1}
            self._append(written)
            return dict(written)

    def group(self, kind: str, tenant: str) -> list[Item]:
        """All records of a kind and tenant, the oldest first."""
        start = f"{kind}#{tenant}#"
        with self._reading():
            found = [dict(item) for key, item in self._items.items() if key.startswith(start)]
        return sorted(found, key=_created)

    def pending(self, kind: str) -> list[Item]:
        """Records of a kind that somebody has to work on, the oldest first."""
        with self._reading():
            return sorted((dict(item) for item in self._open.values() if item["kind"] == kind), key=_created)

    def ping(self) -> None:
        """Find out whether it can be used."""
        with self._reading():
            pass

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            if self._file >= 0:
                os.close(self._file)
            self._file = -1

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        self._chaos.slow_store()
        with self._guard, usable(self._path):
            self._catch_up()
            yield

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._chaos.slow_store()
        with self._guard, usable(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self._path.with_name(self._path.name + ".lock")):
                self._catch_up()
                yield
                if self._offset > self._compact_at:
                    self._compact()

    def _catch_up(self) -> None:
        """Read what others have appended; everything, if the file is another one than before."""
        if self._file < 0 or not self._is_same_file():
            self._reopen()
        size = os.fstat(self._file).st_size
        if size <= self._offset:
            return
        read = os.pread(self._file, size - self._offset, self._offset)
        whole = read.rfind(b"\n") + 1
        for line in read[:whole].splitlines():
            self._take(orjson.loads(line))
        self._offset += whole

    def _is_same_file(self) -> bool:
        try:
            return os.stat(self._path).st_ino == os.fstat(self._file).st_ino
        except FileNotFoundError:
            return False

    def _reopen(self) -> None:
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._items, self._open, self._offset = {}, {}, 0

    def _take(self, item: Item) -> None:
        self._items[item["key"]] = item
        if item.get("open"):
            self._open[item["key"]] = item
        else:
            self._open.pop(item["key"], None)

    def _append(self, item: Item) -> None:
        line = orjson.dumps(item) + b"\n"
        # Behind what is whole; a killed writer may have left a part of a line there.
        if os.fstat(self._file).st_size > self._offset:
            os.ftruncate(self._file, self._offset)
        written = os.pwrite(self._file, line, self._offset)
        if written < len(line):
            os.ftruncate(self._file, self._offset)
            raise StoreUnavailable(f"{self._path}: no space left on the device")
        self._offset += len(line)
        self._take(item)

    def _compact(self) -> None:
        """Write the file anew without history and without what has ended long ago."""
        oldest = time.time() - self._retention
        kept = [
            item for item in self._items.values() if item.get("open") or (item.get("ended") or time.time()) >= oldest
        ]
        text = b"".join(orjson.dumps(item) + b"\n" for item in kept)
        self._compact_at = max(COMPACT_FROM, 4 * len(text))
        if len(text) > self._offset // 2:
            return
        new = self._path.with_name(self._path.name + ".new")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            new.rename(self._path)
        except OSError:
            # The old file is as good as before.
            new.unlink(missing_ok=True)


def _created(item: Item) -> float:
    return float(item["created"])


@contextlib.contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into StoreUnavailable."""
    try:
        yield
    except (OSError, orjson.JSONDecodeError) as error:
        raise StoreUnavailable(f"{path}: {error}") from error


@contextlib.contextmanager
def locked(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold a file's lock alone. Raises StoreUnavailable if it cannot be had in time."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        ends = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > ends:
                    raise StoreUnavailable(f"{path}: somebody holds the lock") from None
                time.sleep(0.0005)
        yield
    finally:
        os.close(file)
