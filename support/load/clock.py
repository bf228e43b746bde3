"""What a process of the generator used of its core, as the kernel counts it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

_SCHEDSTAT = Path("/proc/self/schedstat")


@dataclass(frozen=True, slots=True)
class Share:
    """Shares of one core over a span: used, and waited for while others had it."""

    seconds: float
    used: float
    waited: float

    def lies_within(self, until: float, begin: float, end: float | None) -> bool:
        """Whether the span, which lasted until then, lies within a load for its larger part, or holds most of it."""
        common = (until if end is None else min(until, end)) - max(until - self.seconds, begin)
        shorter = self.seconds if end is None else min(self.seconds, end - begin)
        return common > 0 and common >= shorter / 2


class CoreClock:
    """Measures from one look to the next."""

    def __init__(self) -> None:
        self._last = self._look()

    def share(self) -> Share:
        """What was used since the last look."""
        before, self._last = self._last, self._look()
        span = max(1e-6, self._last[0] - before[0])
        return Share(span, (self._last[1] - before[1]) / span, (self._last[2] - before[2]) / span)

    def _look(self) -> tuple[float, float, float]:
        return time.monotonic(), time.process_time(), _waited()


def _waited() -> float:
    try:
        return int(_SCHEDSTAT.read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
