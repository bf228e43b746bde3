"""Audit records of security-sensitive actions: who, what, when, outcome; as JSON lines in a file and in the log."""

from __future__ import annotations

import errno
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from chassis import logs, redaction


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One action, as it stands in the file."""

    when: str
    who: str
    what: str
    outcome: str
    target: str
    request_id: str | None


class AuditLog:
    """Appends records. Each is written out at once, so that none is lost when the process is killed."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._log = logs.get("audit")

    def record(self, who: str, what: str, outcome: str, target: str) -> None:
        """Note one action, under the id of the current request."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = AuditRecord(now, who, what, outcome, target, logs.request_id.get())
        self._log.info("audit", who=who, what=what, outcome=outcome, target=target)
        if self._path is not None:
            self.write(self._path, record)

    def write(self, path: Path, record: AuditRecord) -> None:
        """Append one record. A file that cannot be written is reported in the log, which has the record too.

        The request goes on: what it did has happened, and an auditor finds it in the log.
        """
        line = redaction.redact(orjson.dumps(asdict(record)).decode()) + "\n"
        try:
            append(path, line.encode())
        except OSError as error:
            self._log.error("the audit file cannot be written", path=str(path), reason=error.strerror or str(error))


def append(path: Path, line: bytes) -> None:
    """Add a whole line, or nothing, to a file that other processes add to as well. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        # In one piece, as only then no other process can write in between.
        written = os.write(file, line)
        if written == len(line):
            return
        # The disk is full: what did not fit is taken back, unless somebody has found room behind it.
        ends = os.lseek(file, 0, os.SEEK_CUR)
        if os.fstat(file).st_size == ends:
            os.ftruncate(file, ends - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(file)
