"""Keeps a second CAIO out of a data folder that one already uses."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

FILE_NAME = "caio.lock"


class FolderInUse(OSError):
    """Another process uses the folder."""


def take(folder: Path) -> IO[str]:
    """Hold the folder for as long as the file stays open; the system lets go of it when the process ends."""
    file = (folder / FILE_NAME).open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise FolderInUse("another CAIO uses this folder") from None
    return file
