"""What is too large for a status record: the scrubbed texts to be explained, and graphs; files of a folder."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from sidecar.status.store import StoreUnavailable


class Blobs:
    """Whole files by name; a file is there completely or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write a file. Raises StoreUnavailable."""
        target = self._folder / name
        new = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(file, "wb") as stream:
                stream.write(content)
            new.rename(target)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise StoreUnavailable(f"{target}: {error.strerror or error}") from error

    def get(self, name: str) -> bytes:
        """Read a file. Raises StoreUnavailable."""
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise StoreUnavailable(f"{self._folder / name}: {error.strerror or error}") from error

    def remove(self, name: str) -> None:
        """Remove a file that may be gone already."""
        (self._folder / name).unlink(missing_ok=True)

    def purge(self, older_than: float) -> int:
        """Remove what was written before a time (seconds since the epoch); gives how many files."""
        removed = 0
        for path in self._folder.glob("*/*"):
            # Another explainer may be doing the same.
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < older_than:
                    path.unlink()
                    removed += 1
        return removed
