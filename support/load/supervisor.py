"""The processes of one load: a master and its local workers, started so that they end with the suite."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from support.base.places import SOURCES
from support.deployments import processes
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST
from support.load.messages import Job

_LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    process: subprocess.Popen[bytes]

    def say(self, line: str) -> None:
        """Write a line to its input; one that has ended hears nothing."""
        assert self.process.stdin is not None
        with suppress(OSError, ValueError):
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()


@dataclass(slots=True)
class Supervisor:
    """The processes of one load, in the environment of a run and its journal."""

    run_id: str
    journal: RunJournal | None = None
    _children: list[_Child] = field(default_factory=list)
    _lines: queue.SimpleQueue[bytes | None] = field(default_factory=queue.SimpleQueue)
    _log: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def start(self, job: Job) -> None:
        """Start master and local workers; returns at once."""
        try:
            master = self._spawn("master", ["master"])
            master.say(job.model_dump_json())
            threading.Thread(target=_pump, args=(master.process, self._lines), daemon=True).start()
            for number in range(1, job.local + 1):
                name = f"local-{number}"
                self._spawn(name, ["worker", HOST, str(job.port), name])
        except BaseException:
            self.end()
            raise

    def stop(self, why: str) -> None:
        """Ask the master to end the load early."""
        self._children[0].say(f"stop {why}")

    def said(self, seconds: float) -> bytes | None:
        """The master's next line, if there is one within so long. Raises EOFError when it has ended."""
        try:
            line = self._lines.get(timeout=max(0.001, seconds))
        except queue.Empty:
            return None
        if line is None:
            raise EOFError(f"the load engine ended with exit code {self._children[0].process.wait()}")
        return line

    def dead_workers(self) -> list[tuple[str, int]]:
        """The local workers that have ended otherwise than in order, with their exit codes."""
        ends = [(child.name, child.process.poll()) for child in self._children[1:]]
        return [(name, status) for name, status in ends if status]

    def pid(self, name: str) -> int:
        """The number of a process: ``master``, ``local-1`` …"""
        return next(child.process.pid for child in self._children if child.name == name)

    def last_lines(self) -> str:
        """The end of what they logged."""
        self._log.seek(0)
        return "\n".join(self._log.read().decode(errors="replace").splitlines()[-_LAST_LINES:])

    def end(self) -> None:
        """End every process that still runs."""
        for child in self._children:
            if child.process.poll() is None:
                processes.signal_group(child.process.pid, signal.SIGKILL)
            child.process.wait()
            if child.process.stdin is not None:
                with suppress(OSError):
                    child.process.stdin.close()

    def _spawn(self, name: str, arguments: Sequence[str]) -> _Child:
        command = [sys.executable, "-m", "support.load.child", *arguments]
        environment = processes.clean_environment({}, self.run_id)
        child = _Child(name, processes.spawn(command, environment, SOURCES, self._log, piped=True))
        self._children.append(child)
        if self.journal is not None:
            self.journal.started(child.process.pid)
        return child


def _pump(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    assert process.stdout is not None
    with process.stdout as output:
        for line in output:
            lines.put(line)
    lines.put(None)
