"""What the processes of a run have to tell its user while they work, such as that an image is being built."""

from __future__ import annotations

from pathlib import Path

from support.base.text import ESCAPE


class Notes:
    """The notes of one process; each run has its own folder, and each of its processes a file there."""

    def __init__(self, folder: Path, shard: str) -> None:
        self._path = folder / f"notes-{shard}.txt"

    def say(self, text: str) -> None:
        """Tell one thing, in one line."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8", errors=ESCAPE) as file:
            file.write(" ".join(text.split()) + "\n")


def read(folder: Path) -> list[str]:
    """All that was told so far, each thing once, however many processes found it out; half a line is left for later."""
    lines = [line for path in sorted(folder.glob("notes-*.txt")) for line in path.read_text("utf-8").splitlines(True)]
    return list(dict.fromkeys(line.rstrip("\n") for line in lines if line.endswith("\n")))
