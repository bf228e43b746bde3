"""Runs shards as child processes, several side by side, and ends every one of them whatever happens."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.run.shards import Schedule, Shard

REFRESH = 0.25
"""Seconds between two looks at how far the run is."""

OWN_ERRORS = ("ERROR: results cannot be written", "signoff: ")
"""How a line begins by which a process says that it cannot go on, and why."""

LEFT_OUT = (
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "NO_COLOR",
    "PYTHONIOENCODING",
    "PYTHONOPTIMIZE",
    "PYTHONWARNINGS",
)
LEFT_OUT_PREFIXES = ("BEHAVE_", "GHERKIN_")
"""Variables, and how their names begin, that a process does not inherit from whoever started the run."""

PATIENCE = ((signal.SIGINT, 20.0), (signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
"""How a child is ended: each signal, and the seconds it has to act on it; its clean-ups stop servers meanwhile."""


@dataclass(frozen=True, slots=True)
class ShardEnd:
    """How a shard's process ended: its exit status (negative for a signal) and where its console output is."""

    shard: Shard
    status: int
    console: Path

    def last_lines(self, count: int = 15) -> str:
        """The end of what the process said."""
        return "\n".join(self._said()[-count:])

    def error(self) -> str | None:
        """The error that the suite itself ended the process for, in words that say what to do; None for another end."""
        return next((line for line in reversed(self._said()) if line.startswith(OWN_ERRORS)), None)

    def _said(self) -> list[str]:
        text = self.console.read_text(encoding="utf-8", errors="replace") if self.console.exists() else ""
        return text.rstrip().splitlines()


@dataclass(slots=True)
class Children:
    """The processes of one run. ``command`` says how a shard is run in ``root``; ``look`` is called while they work."""

    command: Callable[[Shard], Sequence[str]]
    root: Path
    consoles: Path
    look: Callable[[], None]
    ends: list[ShardEnd] = field(default_factory=list)
    _live: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _messages: queue.Queue[ShardEnd | OSError | None] = field(default_factory=queue.Queue)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: bool = False

    def run(self, schedule: Schedule) -> list[ShardEnd]:
        """Run all shards; those that must be alone come last. On an interruption all are ended before it goes on."""
        try:
            self._together(schedule.together, schedule.jobs)
            self._together(schedule.alone, 1)
        except BaseException:
            self._stop()
            raise
        return self.ends

    def _together(self, shards: Sequence[Shard], jobs: int) -> None:
        waiting: queue.SimpleQueue[Shard] = queue.SimpleQueue()
        for shard in shards:
            waiting.put(shard)
        self._threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()
        busy = len(self._threads)
        while busy:
            try:
                message = self._messages.get(timeout=REFRESH)
            except queue.Empty:
                self.look()
                continue
            if isinstance(message, OSError):
                raise message
            if message is None:
                busy -= 1
            else:
                self.ends.append(message)
        self.look()

    def _work(self, waiting: queue.SimpleQueue[Shard]) -> None:
        """Run one shard after the other until none is left, or the run is being ended."""
        try:
            while (end := self._run_one(waiting.get_nowait())) is not None:
                self._messages.put(end)
        except queue.Empty:
            return
        except OSError as error:
            self._messages.put(error)
        finally:
            self._messages.put(None)

    def _run_one(self, shard: Shard) -> ShardEnd | None:
        console = self.consoles / f"{shard.name}.log"
        with console.open("wb") as output:
            process = self._start(shard, output.fileno())
        if process is None:
            return None
        status = process.wait()
        self._live.pop(shard.name, None)
        return ShardEnd(shard, status, console)

    def _start(self, shard: Shard, output: int) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping:
                return None
            # A session of its own: a terminal's Ctrl-C reaches the run alone, which then ends its children in order.
            process = subprocess.Popen(
                self.command(shard),
                cwd=self.root,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            self._live[shard.name] = process
            return process

    def _stop(self) -> None:
        with self._lock:
            self._stopping = True
        for number, seconds in PATIENCE:
            for process in list(self._live.values()):
                _send(process, number)
            try:
                for thread in self._threads:
                    thread.join(seconds)
            except KeyboardInterrupt:
                continue
            if not any(thread.is_alive() for thread in self._threads):
                return


def environment() -> dict[str, str]:
    """Our environment without what changes how behave runs, how Python prints, and what is written in colour."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in LEFT_OUT and not name.startswith(LEFT_OUT_PREFIXES)
    }
    return {**kept, "PYTHONUTF8": "1"}


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is not None:
        return
    try:
        if number is signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except ProcessLookupError:
        return
