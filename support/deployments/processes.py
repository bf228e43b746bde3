"""Processes of the operating system: started so that they end with the suite, told apart, ended; the home of psutil."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

RUN_VARIABLE = "SIGNOFF_RUN"
"""Variable in the environment of every child; by it the leftovers of a dead run are known for certain."""

_SAME_START = 2.0
"""Seconds by which two readings of one process's start may differ after the clock was set."""
_LOCALE = {"LC_ALL": "C.UTF-8"}
"""The same on every machine, so that what a system reads, writes and sorts does not depend on who started the run."""
_PASSED_ON = ("PATH", "HOME", "TZ", "TMPDIR", "PYTHONPATH", "PYTHONHASHSEED", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_PASSED_ON_PREFIXES = ("SIGNOFF_",)
_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None  # looked up here, not in a forked child


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told apart from a later one of the same number by when it was started (seconds since the epoch)."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """The process that has this number now; None if there is none."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    @property
    def alive(self) -> bool:
        """Whether this very process still runs; one that ended and was not reaped yet does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _SAME_START
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and its children use: memory in bytes, CPU time in seconds.

    ``waited`` is how long their threads were ready to run and had no processor, in seconds; None where it is not known.
    """

    memory: int
    cpu: float
    threads: int
    processes: int
    waited: float | None = None


def myself() -> ProcessIdentity:
    """The identity of the suite's own process."""
    return ProcessIdentity(os.getpid(), psutil.Process().create_time())


def clean_environment(added: Mapping[str, str | None], run_id: str) -> dict[str, str]:
    """An environment for a child that holds nothing of the user's own settings; None takes a variable out."""
    kept = {
        name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }
    merged: dict[str, str | None] = {**kept, **_LOCALE, "PYTHONUNBUFFERED": "1", **added, RUN_VARIABLE: run_id}
    return {name: value for name, value in merged.items() if value is not None}


def spawn(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    output: IO[bytes],
    *,
    piped: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a process as the head of its own session. ``piped`` keeps stdin and stdout for the caller."""
    return subprocess.Popen(
        list(command),
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
        stdout=subprocess.PIPE if piped else output,
        stderr=output,
        start_new_session=True,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509 - one system call, which takes no lock
    )


def signal_group(pid: int, number: signal.Signals) -> bool:
    """Send a signal to all processes of the session headed by ``pid``; False if none is left."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    return True


def group_left(pid: int) -> bool:
    """Whether processes of the session headed by ``pid``, which has ended, still run."""
    if not _group_exists(pid):
        return False
    return any(_is_of_group(process, pid) for process in psutil.process_iter())


def listening(pid: int) -> list[str]:
    """The addresses and TCP ports that a process and its children listen on: ``127.0.0.1:8000``."""
    found: dict[str, None] = {}
    for process in _family(pid):
        try:
            sockets = process.net_connections(kind="tcp")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        found |= {f"{each.laddr.ip}:{each.laddr.port}": None for each in sockets if each.status == psutil.CONN_LISTEN}
    return list(found)


def called(pid: int) -> set[tuple[str, int]]:
    """The addresses and ports that a process and its children are connected to, but for those who connected to them."""
    ports = {int(each.rpartition(":")[2]) for each in listening(pid)}
    found = set()
    for process in _family(pid):
        try:
            sockets = process.net_connections(kind="inet")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        found |= {(each.raddr.ip, each.raddr.port) for each in sockets if each.raddr and each.laddr.port not in ports}
    return found


def is_stopped(pid: int) -> bool:
    """Whether the process is frozen by SIGSTOP."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.NoSuchProcess:
        return False


def usage(pid: int) -> Usage:
    """What the process and its children use now. A process that ended meanwhile counts as nothing."""
    memory, cpu, threads, processes, waits = 0, 0.0, 0, 0, list[float | None]()
    for process in _family(pid):
        try:
            with process.oneshot():
                times = process.cpu_times()
                memory += process.memory_info().rss
                cpu += times.user + times.system
                threads += process.num_threads()
                processes += 1
            waits.append(_waited(process.pid))
        except psutil.NoSuchProcess:
            continue
    return Usage(memory, cpu, threads, processes, added(waits))


def added(waits: Iterable[float | None]) -> float | None:
    """Waiting times together; None if one of them is not known."""
    known = list(waits)
    return None if None in known else sum(each for each in known if each is not None)


def _waited(pid: int) -> float | None:
    """Seconds for which the process's threads waited for a processor (proc(5), ``schedstat``: run delay)."""
    nanoseconds = 0
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
                nanoseconds += int((thread / "schedstat").read_text(encoding="ascii").split()[1])
    except FileNotFoundError:
        return 0.0 if not Path(f"/proc/{pid}").exists() else None
    except (OSError, IndexError, ValueError):  # a kernel that does not count them
        return None
    return nanoseconds / 1e9


def of_run(run_id: str) -> list[ProcessIdentity]:
    """Every process that was started for a run, also grandchildren that left their group."""
    return carrying(RUN_VARIABLE, run_id)


def carrying(variable: str, value: str) -> list[ProcessIdentity]:
    """Every process whose environment was given this variable with this value."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(variable) == value:
                found.append(ProcessIdentity(process.pid, process.create_time()))
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def end(process: ProcessIdentity) -> bool:
    """Kill this very process; False if it runs no more. A later one of the same number is left alone."""
    if not process.alive:
        return False
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _group_exists(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _is_of_group(process: psutil.Process, group: int) -> bool:
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


def _family(pid: int) -> list[psutil.Process]:
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _die_with_parent() -> Callable[[], None] | None:
    """Have the kernel kill the child when the suite dies.

    The kernel means the thread that started it, not the process; so this is asked for in the main thread alone, and
    the sweep at the next run covers the rest.
    """
    prctl, parent = _prctl, os.getpid()
    if prctl is None or threading.current_thread() is not threading.main_thread():
        return None

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return ask
