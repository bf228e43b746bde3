"""What else this machine does while a load runs: time stolen by its hypervisor, and cores used by strangers."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.base import clock
from support.deployments import processes
from support.load.result import Noise

_STAT = Path("/proc/stat")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Look:
    """CPU seconds since the machine started: all that was used, what was stolen, what is the suite's or server's."""

    at: float
    used: float
    stolen: float
    known: float


class NoiseWatch:
    """Looks now and then. ``outside`` tells the CPU seconds of a server that is no process of the suite's."""

    def __init__(self, outside: Callable[[], float] | None = None) -> None:
        self._outside = outside
        self._looks: list[_Look] = []

    def look(self) -> None:
        """Take one look; nothing where the machine has no /proc/stat."""
        try:
            fields = [int(field) / _TICKS for field in _STAT.read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]]
        except (OSError, ValueError):
            return
        user, nice, system, _, _, irq, softirq, stolen = fields
        known = processes.usage(os.getpid()).cpu + (self._outside() if self._outside else 0.0)
        self._looks.append(_Look(clock.now(), user + nice + system + irq + softirq, stolen, known))

    def between(self, begin: float, end: float) -> Noise:
        """What there was from one moment to another, in seconds since the epoch; by the looks that enclose them."""
        cores = os.cpu_count() or 1
        if len(self._looks) < 2:
            return Noise(cores=cores)
        first = next((look for look in reversed(self._looks[:-1]) if look.at <= begin), self._looks[0])
        last = next((look for look in self._looks[1:] if look.at >= end and look.at > first.at), self._looks[-1])
        span = (last.at - first.at) * cores
        # Interrupts are counted for nobody, and processes that ended meanwhile no longer: hence never below 0.
        foreign = max(0.0, (last.used - first.used) - (last.known - first.known))
        return Noise(steal=(last.stolen - first.stolen) / span, foreign=foreign / span, cores=cores)
