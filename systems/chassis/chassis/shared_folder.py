"""A temporary folder that several processes share, and that goes with the last of them, however they end."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOCK = "held"
"""A file in the folder, locked as long as any of the processes lives."""


@contextlib.contextmanager
def shared_folder(prefix: str) -> Iterator[Path]:
    """A folder for this process and those that it forks; what others of the prefix left, who were killed, is removed.

    Raises OSError where none can be made.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        remove_unless_held(folder)
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / "new").open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Under its name only once it is locked, so that nobody takes it for one that has been left.
            (folder / "new").rename(folder / LOCK)
            yield folder


def remove_unless_held(folder: Path) -> None:
    """Remove a folder whose processes have all gone. Those of other users are theirs."""
    with contextlib.suppress(OSError), (folder / LOCK).open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
