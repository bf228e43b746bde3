"""The log of one process, in a file that only grows; positions in it are counts of bytes."""

from __future__ import annotations

from pathlib import Path

from support.base.text import decoded

LAST_LINES = 12
"""Lines that a message about a failed start shows."""


class LogFile:
    """Reads what a process wrote, from any position on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def position(self) -> int:
        """Where the log ends now."""
        return self.path.stat().st_size

    def since(self, position: int = 0) -> str:
        """What was written after a position; bytes that are not UTF-8 are escaped."""
        with self.path.open("rb") as file:
            file.seek(position)
            return decoded(file.read())

    def tail(self, lines: int = LAST_LINES) -> str:
        """The last lines, indented; says so if there are none."""
        last = self.since().splitlines()[-lines:]
        return "\n".join(f"  {line}" for line in last) or "  (it wrote nothing)"
