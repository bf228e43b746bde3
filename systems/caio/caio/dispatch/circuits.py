"""A circuit per service: opens after repeated failures, lets one trial through after a while, closes on success."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from caio.registry import ServiceEntry


@dataclass(slots=True)
class Circuit:
    """What is counted of one registered entry. A replaced service is another entry and starts afresh."""

    entry: ServiceEntry
    failures: int = 0
    opened_at: float = 0.0
    trial: bool = False


class CircuitBoard:
    """All circuits. ``failures`` in a row open one; ``open_seconds`` later one call may try.

    A service that can be probed stays shut until a probe succeeds, so that no user's request is the guinea pig.
    """

    def __init__(self, failures: int, open_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.failures = failures
        self.open_seconds = open_seconds
        self._clock = clock
        self._circuits: dict[str, Circuit] = {}
        self._opened: dict[str, Circuit] = {}
        """Those that were opened and have not been seen to be anything else since."""

    def of(self, entry: ServiceEntry) -> Circuit:
        """The circuit of an entry."""
        circuit = self._circuits.get(entry.service_id)
        if circuit is None or circuit.entry is not entry:
            circuit = self._circuits[entry.service_id] = Circuit(entry)
        return circuit

    def forget(self, service_id: str) -> None:
        """Drop what was counted of a service that was removed."""
        self._circuits.pop(service_id, None)

    def succeeded(self, entry: ServiceEntry) -> None:
        """A call was answered: the circuit is closed."""
        circuit = self.of(entry)
        circuit.failures = 0
        circuit.trial = False
        entry.circuit = "closed"

    def failed(self, entry: ServiceEntry) -> None:
        """A call failed: the circuit opens when that was one too many, or the trial."""
        circuit = self.of(entry)
        circuit.failures += 1
        circuit.trial = False
        if entry.circuit == "half-open" or circuit.failures >= self.failures:
            entry.circuit = "open"
            circuit.opened_at = self._clock()
            self._opened[entry.service_id] = circuit

    def admits(self, entry: ServiceEntry) -> bool:
        """Whether a call may be made now; a half-open circuit admits one at a time."""
        circuit = self.of(entry)
        if entry.circuit == "open" or circuit.trial:
            return False
        circuit.trial = entry.circuit == "half-open"
        return True

    def abandoned(self, entry: ServiceEntry) -> None:
        """A call ended without showing anything about the service: its trial is free again."""
        self.of(entry).trial = False

    def rested(self, entry: ServiceEntry) -> bool:
        """Whether an open circuit has been open long enough."""
        return self._clock() - self.of(entry).opened_at >= self.open_seconds

    def half_open_rested(self) -> None:
        """Let a trial through to services that cannot be probed and have rested."""
        if not self._opened:
            return
        # A copy, as services are removed by other threads.
        for name, circuit in list(self._opened.items()):
            entry = circuit.entry
            if entry.circuit == "open" and entry.contract.api.health is None and self.rested(entry):
                entry.circuit = "half-open"
            if entry.circuit != "open" or self._circuits.get(name) is not circuit:
                self._opened.pop(name, None)

    def probed(self, entry: ServiceEntry, healthy: bool) -> bool:
        """Take in what a probe found. Gives whether the service has just recovered."""
        recovered = healthy and entry.health == "unhealthy"
        entry.health = "healthy" if healthy else "unhealthy"
        if healthy and entry.circuit == "open" and self.rested(entry):
            entry.circuit = "half-open"
            return True
        return recovered
