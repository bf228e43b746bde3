"""The labels by which the suite knows again what it made, and tells whose run it belongs to."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from support.deployments import processes
from support.deployments.processes import ProcessIdentity

RUN = "org.signoff.run"
"""Label with the id of the run that made a container or network; whatever carries it ends with that run."""
SYSTEM = "org.signoff.system"
"""Label with the system under test that it was made for: one process may run several, each cleared up by itself."""
OWNER = "org.signoff.owner"
"""Label with the process that made it: where its number is valid, the number, and when it was started."""
CACHE = "org.signoff.cache"
"""Label of images that are kept for later runs, with what they are for."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_SPACE = "/proc/self/ns/pid"


def of_run(run_id: str, system: str = "") -> dict[str, str]:
    """The labels of what this process makes for a run and, if it is named, for one system in it."""
    me = processes.myself()
    marks = {RUN: run_id, OWNER: " ".join([*_here(), str(me.pid), str(me.created)])}
    return {**marks, SYSTEM: system} if system else marks


def is_orphan(labels: Mapping[str, str]) -> bool:
    """Whether its maker runs no more. What was made elsewhere (another machine, another container) is not judged."""
    host, boot, space, pid, created = (*labels.get(OWNER, "").split(" "), *[""] * 5)[:5]
    here = _here()
    if host != here[0]:
        return False
    if boot != here[1]:
        return True  # this machine was started anew since
    try:
        return space == here[2] and not ProcessIdentity(int(pid), float(created)).alive
    except ValueError:
        return False


@functools.cache
def _here() -> tuple[str, str, str]:
    """Where process numbers mean what they mean to us: host, its start, and the space that numbers are given in."""
    boot = _BOOT_ID.read_text(encoding="ascii").strip() if _BOOT_ID.exists() else "unknown"
    space = os.readlink(_PID_SPACE) if os.path.exists(_PID_SPACE) else "unknown"
    return socket.gethostname(), boot, space
