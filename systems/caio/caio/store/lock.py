"""Who may use a data folder: any number of instances together, or one process alone."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

FILE_NAME = "caio.lock"


class FolderInUse(OSError):
    """Somebody holds the folder in a way that leaves no room for this process."""


def share(folder: Path) -> IO[str]:
    """Use the folder together with others for as long as the file stays open. Raises FolderInUse.

    Versions of CAIO that cannot share hold the folder alone, and so does whoever puts other data in its place.
    """
    return _hold(folder, fcntl.LOCK_SH, "another process holds this folder for itself: a restore, or a CAIO of 1.0.0")


def alone(folder: Path) -> IO[str]:
    """Keep every CAIO out of the folder for as long as the file stays open. Raises FolderInUse."""
    return _hold(folder, fcntl.LOCK_EX, "another CAIO uses this folder")


def _hold(folder: Path, how: int, otherwise: str) -> IO[str]:
    file = (folder / FILE_NAME).open("a", encoding="utf-8")
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise FolderInUse(otherwise) from None
    return file
