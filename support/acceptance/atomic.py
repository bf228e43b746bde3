"""Writes a file whole or not at all, so that a reader never meets half a report."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from support.base.outcomes import UsageError
from support.base.text import encoded

READABLE = 0o644


def write(path: Path, content: str | bytes) -> None:
    """Replace ``path`` by a text in one step. Raises UsageError, and leaves the old file, when it cannot."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            scratch = Path(file.name)
            try:
                file.write(encoded(content) if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), READABLE)
                scratch.replace(path)
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror or error}; make room, allow writing, or set -D reports=<folder>"
        ) from error
