"""The time of a run: the machine's clock when it began, and what a monotonic clock has counted since.

So no duration is negative, and none an hour too long, where the machine's clock is set meanwhile. All processes of a
run agree, as the first one tells the others by a variable of their environment.
"""

from __future__ import annotations

import os
import time

VARIABLE = "SIGNOFF_CLOCK"
"""Seconds between the monotonic clock, which all processes of a machine share, and the time of the run."""


def now() -> float:
    """Seconds since the epoch."""
    return time.monotonic() + _OFFSET


def _offset() -> float:
    try:
        return float(os.environ[VARIABLE])
    except (KeyError, ValueError):
        return time.time() - time.monotonic()


_OFFSET = _offset()
os.environ[VARIABLE] = repr(_OFFSET)
