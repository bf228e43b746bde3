"""The journal of what a run has started, by which a later run finds and removes what a killed one left behind.

A run's folder ``reports/run/<run_id>/`` holds one journal per process of the suite. A run is dead when every process
that owns a journal in it has ended; only then is anything of it touched. Processes are told apart by number and
start time, so neither another live run nor a stranger that was given an old number is ever disturbed.
"""

from __future__ import annotations

import json
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from support.base.outcomes import UsageError, WaitedInVain
from support.base.waiting import until
from support.deployments import processes
from support.deployments.containers import sweeping
from support.deployments.processes import ProcessIdentity

_DYING = 5.0
"""Seconds that killed processes have to be gone before what they used is removed."""
_UNCLAIMED = 24 * 3600.0
"""Seconds after which a run's folder without any journal is taken for a leftover."""


class RunJournal:
    """The journal of one process of a run; opening it claims the run's folder for as long as this process lives."""

    def __init__(self, folder: Path, shard: str) -> None:
        self.folder = folder
        self._path = folder / f"journal-{shard}-{processes.myself().pid}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._write("owner", processes.myself())
        except OSError as error:
            raise UsageError(f"{folder}: cannot be written to ({error.strerror}): give another -D reports=…") from error

    def started(self, pid: int) -> None:
        """A process was started."""
        identity = ProcessIdentity.of(pid)
        if identity is not None:
            self._write("started", identity)

    def closed(self) -> None:
        """The run has ended by itself and left nothing running."""
        self._write("closed", processes.myself())

    def _write(self, what: str, process: ProcessIdentity) -> None:
        line = json.dumps({"what": what, "pid": process.pid, "created": process.created})
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


@dataclass(slots=True)
class _Past:
    """What the journals of one run say."""

    owners: list[ProcessIdentity]
    started: list[ProcessIdentity]
    closed: int


def sweep(reports: Path) -> list[str]:
    """End the processes, and remove the containers and folders, of runs that are dead; a sentence for each such run."""
    notes = sweeping.sweep()
    for folder in sorted((reports / "run").glob("*/")):
        past = _read(folder)
        if not past.owners:
            if _age(folder) > _UNCLAIMED:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        if any(owner.alive for owner in past.owners):
            continue
        ended = _end_leftovers(folder.name, past)
        shutil.rmtree(folder, ignore_errors=True)
        if ended or past.closed < len(past.owners):
            left = f"{ended} processes that it had left running" if ended else "its working files"
            notes.append(f"an earlier run ({folder.name}) was cut short; removed {left}")
    return notes


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # another run swept it first


def _end_leftovers(run_id: str, past: _Past) -> int:
    ended = sum(processes.end(process) for process in {*past.started, *processes.of_run(run_id)})
    if ended:
        with suppress(WaitedInVain):  # what dies still writes into the folder that is removed next
            until(lambda: not processes.of_run(run_id), _DYING, "killed processes to be gone")
    return ended


def _read(folder: Path) -> _Past:
    past = _Past([], [], 0)
    for path in folder.glob("journal-*.jsonl"):
        for line in _lines(path):
            try:
                entry = json.loads(line)
                process = ProcessIdentity(int(entry["pid"]), float(entry["created"]))
                what = entry["what"]
            except (ValueError, KeyError, TypeError):
                continue  # the line was being written when the run was killed
            past.owners.extend([process] if what == "owner" else [])
            past.started.extend([process] if what == "started" else [])
            past.closed += what == "closed"
    return past


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []  # another run swept it first
