"""Follows the processes of a run in /proc while it works, for the memory that each kind of them takes at most."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOOK_EVERY = 0.1
"""Seconds between two looks; a peak that the kernel keeps (VmHWM) is missed only in a process's last moments."""

KILOBYTE = 1024
PATIENCE = 30.0
"""Seconds that an interrupted run has to end what it started."""

SHARD, GENERATOR = "support.run.child", "node_modules/allure"


@dataclass(slots=True)
class Peaks:
    """Bytes, at most: the command, one of its behave processes, all of these at the same time, the report generator."""

    command: int = 0
    shard: int = 0
    suite: int = 0
    generator: int = 0


@dataclass(slots=True)
class Followed:
    """A command that has ended: its exit status, seconds, seconds of processor time of all its processes, memory."""

    status: int
    seconds: float
    processor: float
    peaks: Peaks = field(default_factory=Peaks)


def follow(command: Sequence[str], folder: Path, console: Path, patience: float) -> Followed:
    """Run a command to its end. It is interrupted, as by Ctrl-C, when we are, or when it takes longer than patience."""
    started, before, peaks = time.monotonic(), worked(), Peaks()
    with console.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            while process.poll() is None:
                if time.monotonic() - started > patience:
                    raise TimeoutError(f"it did not end within {patience:.0f} s")
                _look(process.pid, peaks)
                time.sleep(LOOK_EVERY)
        except BaseException:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
            process.wait()
            raise
    return Followed(process.returncode, time.monotonic() - started, worked() - before, peaks)


def worked() -> float:
    """Seconds of processor time of all processes that have been started from here and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _look(root: int, peaks: Peaks) -> None:
    suite = 0
    for pid in _tree(root):
        command, memory = _command(pid), _memory(pid)
        highest, now = memory.get("VmHWM", 0), memory.get("VmRSS", 0)
        if pid == root:
            peaks.command = max(peaks.command, highest)
            suite += now
        elif SHARD in command:
            peaks.shard = max(peaks.shard, highest)
            suite += now
        elif GENERATOR in command:
            peaks.generator = max(peaks.generator, highest)
    peaks.suite = max(peaks.suite, suite)


def _tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := _read(int(name), "stat").rpartition(")")[2].split()):
            children.setdefault(int(fields[1]), []).append(int(name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def _command(pid: int) -> str:
    return _read(pid, "cmdline").replace("\0", " ")


def _memory(pid: int) -> dict[str, int]:
    pairs = (line.partition(":") for line in _read(pid, "status").splitlines() if line.startswith(("VmHWM", "VmRSS")))
    return {name: int(value.split()[0]) * KILOBYTE for name, _, value in pairs}


def _read(pid: int, name: str) -> str:
    """A file about a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
