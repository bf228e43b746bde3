"""The audit log of the chassis under a lock, so that a restore cannot lose what is written meanwhile."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from chassis.audit import AuditLog, AuditRecord

FILE_NAME = "audit.jsonl"
LOCK_NAME = "audit.lock"


class LockedAuditLog(AuditLog):
    """Appends while no restore is being done."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / FILE_NAME)
        self.file = folder / FILE_NAME
        self._lock = folder / LOCK_NAME

    def write(self, path: Path, record: AuditRecord) -> None:
        """Append one record, as the chassis does."""
        try:
            with self.held(fcntl.LOCK_SH):
                super().write(path, record)
        except OSError as error:
            self._log.error("the audit log cannot be locked", path=str(path), reason=error.strerror or str(error))

    @contextlib.contextmanager
    def held(self, mode: int) -> Iterator[None]:
        """Hold the lock, shared (LOCK_SH) or alone (LOCK_EX). Raises OSError."""
        with self._lock.open("a", encoding="utf-8") as file:
            fcntl.flock(file, mode)
            yield
