"""Limits of open files: each connection needs one, at both ends."""

from __future__ import annotations

import resource
from contextlib import suppress

SPARE = 256
"""Open files that a process needs besides its connections."""


def allow(connections: int, pid: int = 0) -> str:
    """Raise a process's soft limit (0: this one's), so that it can hold so many connections; "" or why it cannot."""
    needed = connections + SPARE
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    if _within(needed, soft):
        return ""
    if not _within(needed, hard):
        return (
            f"{connections:,} connections need {needed:,} open files, and the hard limit here is {hard:,}: "
            "raise it (ulimit -Hn, or LimitNOFILE= of the service) and run again"
        )
    try:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (needed, hard))
    except OSError as error:
        return f"the limit of open files of process {pid} cannot be raised to {needed:,}: {error.strerror}"
    return ""


def allow_most() -> None:
    """Raise this process's soft limit as far as the hard one allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _within(needed: int, limit: int) -> bool:
    return limit == resource.RLIM_INFINITY or needed <= limit
