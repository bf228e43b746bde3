"""Marks a data folder as shared, so that no process that wants it for itself comes in between."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

FILE_NAME = "caio.lock"


class FolderInUse(OSError):
    """Somebody holds the folder for themselves."""


def share(folder: Path) -> IO[str]:
    """Use the folder together with others for as long as the file stays open. Raises FolderInUse.

    A CAIO that cannot share, which the first versions could not, holds the folder for itself.
    """
    file = (folder / FILE_NAME).open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise FolderInUse("a CAIO that shares with no other uses this folder: stop it first") from None
    return file
