"""What is remembered, within bounds: the last decisions, and how the last calls of each service ended."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from caio import fields
from caio.decision import RoutingDecision
from caio.errors import DecisionNotFound, InvalidRequest
from caio.fields import Fault

# "Recent" is counted in calls, not in time: no clock may sway a decision.
RECENT_CALLS = 20
MAX_DECISIONS = 10_000
# Candidates of all remembered decisions together; some 10 bytes each.
MAX_WEIGHT = 1_000_000


class DecisionHistory:
    """The last decisions, found by id; none with a limit of 0.

    Ids are worked out when somebody asks, not on the way of a request.
    """

    def __init__(self, limit: int = MAX_DECISIONS, max_weight: int = MAX_WEIGHT) -> None:
        self._limit = limit
        self._max_weight = max_weight
        self._weight = 0
        self._lock = threading.Lock()
        self._decisions: deque[tuple[RoutingDecision, int]] = deque()
        """With the weight of each."""

    def __len__(self) -> int:
        return len(self._decisions)

    def add(self, decision: RoutingDecision) -> None:
        if not self._limit:
            return
        weight = decision.weight
        with self._lock:
            self._decisions.append((decision, weight))
            self._weight += weight
            while len(self._decisions) > self._limit or (self._weight > self._max_weight and len(self._decisions) > 1):
                self._weight -= self._decisions.popleft()[1]

    def latest(self, limit: int) -> list[RoutingDecision]:
        """Newest first."""
        with self._lock:
            found = [decision for decision, _ in self._decisions]
        return found[::-1][:limit]

    def get(self, decision_id: str) -> RoutingDecision:
        """The newest with the id; raises DecisionNotFound."""
        for decision in self.latest(self._limit):
            if decision.decision_id == decision_id:
                return decision
        raise DecisionNotFound(f"no decision {decision_id!r} is remembered")


class Outcomes:
    """How the last calls of each service ended; thread-safe, each pair of counts is replaced as one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: dict[str, deque[bool]] = {}
        self._counts: dict[str, tuple[int, int]] = {}

    def record(self, service_id: str, ok: bool) -> bool:
        """Gives whether anything has changed: one more success after nothing else does not count."""
        with self._lock:
            recent = self._recent.setdefault(service_id, deque(maxlen=RECENT_CALLS))
            if ok and self._counts.get(service_id) == (RECENT_CALLS, 0):
                return False
            recent.append(ok)
            self._count(service_id, recent)
            return True

    def put(self, service_id: str, recent: Iterable[bool]) -> None:
        """Puts how the last calls ended, oldest first, in the place of what was recorded here."""
        with self._lock:
            self._recent[service_id] = deque(recent, maxlen=RECENT_CALLS)
            self._count(service_id, self._recent[service_id])

    def _count(self, service_id: str, recent: deque[bool]) -> None:
        succeeded = sum(recent)
        self._counts[service_id] = (succeeded, len(recent) - succeeded)

    def forget(self, service_id: str) -> None:
        with self._lock:
            self._recent.pop(service_id, None)
            self._counts.pop(service_id, None)

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """(successes, failures) by service."""
        return self._counts


def read_history(history: Any) -> dict[str, tuple[int, int]]:
    """A caller's history, `{service_id: {"successes": n, "failures": n}}`; raises InvalidRequest."""
    if not history and isinstance(history, dict):
        return {}
    try:
        counts = {}
        for service_id, record in fields.mapping(history, "history").items():
            path = f"history.{service_id}"
            fields.known(fields.mapping(record, path), path, ("successes", "failures"))
            counts[fields.text(service_id, path)] = (
                fields.count(record.get("successes", 0), f"{path}.successes"),
                fields.count(record.get("failures", 0), f"{path}.failures"),
            )
    except Fault as fault:
        raise InvalidRequest.at(fault.error) from fault
    return counts
