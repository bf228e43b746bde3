"""The child processes of a load: ``python -m support.load.child master`` or ``… worker HOST PORT NAME``.

They end when their standard input is closed, so that none outlives the one who started it.
"""

from __future__ import annotations

from support.load import engine  # noqa: F401 - first, since it patches what the others use

# isort: split
import logging
import os
import signal
import sys
from typing import Any

import gevent
from gevent.fileobject import FileObjectPosix

from support.load.master import Master, tell
from support.load.messages import End, Job
from support.load.worker import Worker

STOP = b"stop"
FOUND_NONE = 3
"""Exit code of a worker that has waited for a master in vain."""


def main(arguments: list[str]) -> int:
    """Be what the first argument says."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this says when it is over
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    role, *rest = arguments
    lines = FileObjectPosix(sys.stdin.fileno(), "rb", closefd=False)
    if role == "master":
        job = Job.model_validate_json(lines.readline())
        try:
            master = Master(job)
        except OSError as error:
            return _no_port(job.port, error)
        gevent.spawn(_obey, lines, master)
        master.run()
    else:
        gevent.spawn(_obey, lines, None)
        host, port, name = rest
        try:
            Worker(host, int(port), name).serve()
        except ConnectionError:
            os._exit(FOUND_NONE)
    sys.stdout.flush()
    os._exit(0)  # what Locust has left in its threads is not waited for


def _no_port(port: int, error: OSError) -> int:
    text = f"port {port}, where load workers come to, cannot be had ({error}): give another with -D load.port=…"
    tell(End(trouble=f"{text}, and to each `signoff load-worker` too", kind="usage"))
    return 1


def _obey(lines: Any, master: Master | None) -> None:
    for line in lines:
        if line.strip().startswith(STOP) and master is not None:
            master.interrupt(line.strip().removeprefix(STOP).decode().strip() or "stopped")
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
