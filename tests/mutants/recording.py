"""Records which lines of a system's code a program runs: started by the launcher in every process of the system."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import coverage

SYSTEMS = Path(__file__).resolve().parents[2] / "systems"
SAVE_SECONDS = 0.3
"""Between two savings: what a program has run is known up to then even if it is killed."""

Lines = dict[str, set[int]]
"""Lines that were run, by module (its path below the packages)."""

_saving = threading.Lock()


def start(folder: str, answers_on_stdout: bool = False) -> None:
    """Record this process, and those that it forks, into a folder: each into files of its own.

    A program that answers on standard output is killed as soon as nobody needs it. It is saved before each answer.
    """
    recorder = coverage.Coverage(
        data_file=str(Path(folder) / "lines"),
        data_suffix=True,
        config_file=False,
        include=[f"{SYSTEMS}/*"],
        messages=False,
    )
    recorder.set_option("run:patch", ["_exit"])  # forked workers end by it
    recorder.start()

    def save() -> None:
        with _saving:
            recorder.save()

    def save_often() -> None:
        while True:
            time.sleep(SAVE_SECONDS)
            save()

    def begin() -> None:
        threading.Thread(target=save_often, name="recording", daemon=True).start()

    def begin_after_fork() -> None:
        _saving.release()
        begin()

    # A fork while the file is being written would leave the new process with a lock that nobody gives back.
    os.register_at_fork(before=_saving.acquire, after_in_parent=_saving.release, after_in_child=begin_after_fork)
    begin()
    atexit.register(save)  # a program that ends soon is not asked for in between
    if answers_on_stdout:
        write = sys.stdout.write

        def saved_write(text: str) -> int:
            save()
            return write(text)

        sys.stdout.write = saved_write  # type: ignore[method-assign]


def read(folder: Path, packages: Iterable[Path]) -> Lines:
    """What all processes that were recorded into a folder have run."""
    lines: Lines = {}
    roots = [package.resolve() for package in packages]
    for file in folder.glob("lines.*"):
        if file.name.endswith("-journal"):
            continue
        data = coverage.CoverageData(str(file))
        try:
            data.read()
        except coverage.exceptions.DataError:
            continue  # a process was killed while it began the file; it was recorded for less than a second
        for measured in map(Path, data.measured_files()):
            for root in roots:
                if measured.is_relative_to(root):
                    module = measured.relative_to(root.parent).as_posix()
                    lines.setdefault(module, set()).update(data.lines(str(measured)) or ())
    return lines
