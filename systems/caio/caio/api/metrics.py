"""What CAIO counts beyond HTTP: decisions, stages, dispatches, calls; and what is read off when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from chassis.metrics import HttpMetrics
from prometheus_client import Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from caio.dispatch.answers import DeadlineExceeded, DispatchFailed
from caio.errors import NoMatchingServices
from caio.registry import ServiceRegistry
from caio.store.records import Records

STAGE_SECONDS = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05)
"""Upper bounds of the buckets; 0.01 and 0.02 are the limits of matching and of security verification."""

ANSWERED = "answered"
DISPATCHES = (ANSWERED, DispatchFailed.problem, DeadlineExceeded.problem, NoMatchingServices.problem)
"""Outcomes of dispatches that are counted from zero, as the first rise of a new series goes unseen."""


class Metrics(HttpMetrics):
    """All metrics of one instance."""

    def __init__(self, version: str) -> None:
        super().__init__("caio", version)
        self.decisions = Counter("caio_decisions", "Requests routed", ("outcome",), registry=self.registry)
        self._routed = self.decisions.labels("routed")
        self.stages = Histogram(
            "caio_stage_duration_seconds", "Time per stage", ("stage",), buckets=STAGE_SECONDS, registry=self.registry
        )
        self._stage: Callable[[str], Histogram] = cache(self.stages.labels)
        self.dispatches = Counter("caio_dispatches", "Requests dispatched", ("outcome",), registry=self.registry)
        for outcome in DISPATCHES:
            self.dispatches.labels(outcome)
        self.attempts = Counter(
            "caio_dispatch_attempts", "Calls to services", ("service_id", "outcome"), registry=self.registry
        )

    def watch(self, services: ServiceRegistry, records: Records) -> None:
        """From now on tell about these too."""
        self.registry.register(Situation(services, records))

    def decided(self, content: dict[str, Any]) -> None:
        """Count a decision and the time that each of its stages took."""
        self._routed.inc()
        for stage in content["trace"]["stages"]:
            self._stage(stage["name"]).observe(stage["duration_us"] / 1_000_000)

    def undecided(self, problem: str) -> None:
        """Count a request that could not be routed."""
        self.decisions.labels(problem).inc()

    def dispatched(self, outcome: str) -> None:
        """Count a request that was to be carried out: answered, or the problem that its caller was told."""
        self.dispatches.labels(outcome).inc()

    def attempted(self, service_id: str, outcome: str) -> None:
        """Count one call to a service."""
        self.attempts.labels(service_id, outcome).inc()


class Situation(Collector):
    """Read off whenever the metrics are asked for. Of services only those in trouble are told one by one."""

    def __init__(self, services: ServiceRegistry, records: Records) -> None:
        self.services = services
        self.records = records

    def collect(self) -> Iterator[Metric]:
        """Registry, services in trouble, store."""
        entries = self.services.snapshot().entries
        yield GaugeMetricFamily("caio_services", "Services registered", value=len(entries))
        if self.services.limit is not None:
            yield GaugeMetricFamily(
                "caio_registry_capacity", "Services that may be registered", value=self.services.limit
            )
        failing = GaugeMetricFamily(
            "caio_service_failing",
            "1 for a service that its probe finds unhealthy, or whose circuit is not closed; absent for all others",
            labels=("service_id", "sign"),
        )
        for name, entry in entries.items():
            if entry.health == "unhealthy":
                failing.add_metric((name, "probe"), 1)
            if entry.circuit != "closed":
                failing.add_metric((name, "circuit"), 1)
        yield failing
        yield CounterMetricFamily(
            "caio_store_failures", "Reads and writes that the store failed to do", value=self.records.failures
        )
