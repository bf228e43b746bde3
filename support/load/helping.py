"""A machine that sends load for others: one worker process after the other, each for one load."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

from support.base.outcomes import UsageError
from support.base.places import SOURCES
from support.deployments import processes

_FOUND_NONE = 3
"""Exit code of a worker that has waited for a master in vain; the next one waits on."""


def serve(host: str, port: int, name: str, *, once: bool = False) -> Iterator[int]:
    """Work for every load of a master, and yield after each how many there were. Ends its process whatever happens.

    Raises UsageError when a process ended otherwise than in order.
    """
    number = 0
    while True:
        status = _one(host, port, name)
        if status not in (0, _FOUND_NONE):
            raise UsageError(f"the load worker ended with exit code {status}; what it said stands above")
        if status == 0:
            number += 1
            yield number
            if once:
                return


def _one(host: str, port: int, name: str) -> int:
    command = [sys.executable, "-m", "support.load.child", "worker", host, str(port), name]
    environment = processes.clean_environment({}, f"load-worker-{name}")
    process = processes.spawn(command, environment, SOURCES, sys.stderr.buffer, piped=True)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            processes.signal_group(process.pid, signal.SIGKILL)
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
