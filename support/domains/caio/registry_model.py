"""A registry that forgets nothing, and how calls of its services ended: what CAIO's criteria promise, said naively.

CAIO-ERR-06: a service and version cannot be registered twice, and a new version replaces the old one only on request.
CAIO-ENV-04: a full registry takes no service more. What is refused changes nothing. CAIO-ROUTE-09 and CAIO's README:
the last 20 calls of each service count, also after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from support.domains.caio.model import Contract

Refused = Literal["service-exists", "version-exists", "service-not-found", "registry-full"]


@dataclass(slots=True)
class Registry:
    """A registry that forgets nothing: contracts by service. ``limit`` is how many it may hold."""

    limit: int | None = None
    contracts: dict[str, Contract] = field(default_factory=dict)

    def register(self, contract: Contract) -> Refused | None:
        """Take a contract; why not, and nothing changes, if it is refused."""
        known = self.contracts.get(contract["service_id"])
        if known is not None:
            return "service-exists" if known["version"] == contract["version"] else "version-exists"
        if self.limit is not None and len(self.contracts) >= self.limit:
            return "registry-full"
        self.contracts[contract["service_id"]] = contract
        return None

    def replace(self, contract: Contract) -> Refused | None:
        """Put a new version in the place of the one that is known."""
        known = self.contracts.get(contract["service_id"])
        if known is None:
            return "service-not-found"
        if known["version"] == contract["version"]:
            return "service-exists"
        self.contracts[contract["service_id"]] = contract
        return None

    def remove(self, service_id: str) -> Refused | None:
        """Let go of a service."""
        return None if self.contracts.pop(service_id, None) else "service-not-found"


RECENT = 20
"""Calls of a service that are remembered."""


@dataclass(slots=True)
class Outcomes:
    """How calls of services ended, by service, the oldest first."""

    calls: dict[str, list[bool]] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)

    def note(self, service_id: str, ok: bool) -> None:
        """Remember one call."""
        self.calls.setdefault(service_id, []).append(ok)

    def changed(self, service_id: str) -> None:
        """Note that a service was replaced or removed: whether its failures still count is not promised."""
        if False in self.calls.pop(service_id, []):
            self.unclear.add(service_id)

    def with_told(self, told: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
        """What is remembered, together with what a caller tells."""
        found = {name: dict(record) for name, record in told.items()}
        for name, calls in self.calls.items():
            recent, record = calls[-RECENT:], found.setdefault(name, {})
            record["successes"] = record.get("successes", 0) + recent.count(True)
            record["failures"] = record.get("failures", 0) + recent.count(False)
        return found
