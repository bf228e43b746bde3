"""What CAIO counts beyond HTTP: decisions, stages, services, calls."""

from __future__ import annotations

from typing import Any

from chassis.metrics import HttpMetrics
from prometheus_client import Counter, Gauge, Histogram

STAGE_SECONDS = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05)
"""Upper bounds of the buckets; 0.01 and 0.02 are the limits of matching and of security verification."""


class Metrics(HttpMetrics):
    """All metrics of one instance."""

    def __init__(self, version: str) -> None:
        super().__init__("caio", version)
        self.decisions = Counter("caio_decisions", "Requests routed", ("outcome",), registry=self.registry)
        self.stages = Histogram(
            "caio_stage_duration_seconds", "Time per stage", ("stage",), buckets=STAGE_SECONDS, registry=self.registry
        )
        self.services = Gauge("caio_services", "Services registered", registry=self.registry)
        self.attempts = Counter(
            "caio_dispatch_attempts", "Calls to services", ("service_id", "outcome"), registry=self.registry
        )

    def decided(self, content: dict[str, Any]) -> None:
        """Count a decision and the time that each of its stages took."""
        self.decisions.labels("routed").inc()
        for stage in content["trace"]["stages"]:
            self.stages.labels(stage["name"]).observe(stage["duration_us"] / 1_000_000)

    def undecided(self, problem: str) -> None:
        """Count a request that could not be routed."""
        self.decisions.labels(problem).inc()

    def attempted(self, service_id: str, outcome: str) -> None:
        """Count one call to a service."""
        self.attempts.labels(service_id, outcome).inc()
