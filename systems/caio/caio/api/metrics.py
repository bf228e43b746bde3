"""What CAIO counts beyond HTTP: decisions, stages, dispatches, calls; and what is read off when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from chassis.metrics import HttpMetrics
from chassis.tallies import Tally
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from caio.dispatch.answers import DeadlineExceeded, DispatchFailed
from caio.errors import NoMatchingServices
from caio.registry import ServiceRegistry
from caio.routing.stages import NAMES
from caio.store.records import Records

STAGE_SECONDS = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05)
"""Upper bounds of the buckets; 0.01 and 0.02 are the limits of matching and of security verification."""

FAILING = (
    "caio_service_failing",
    "1 for a service that its probe finds unhealthy, or whose circuit is not closed; absent for all others",
)
FAILING_LABELS = ("service_id", "sign")
FAILURES = ("caio_store_failures", "Reads and writes that the store failed to do")

ANSWERED = "answered"
DISPATCHES = (ANSWERED, DispatchFailed.problem, DeadlineExceeded.problem, NoMatchingServices.problem)
"""Outcomes of dispatches that are counted from zero, as the first rise of a new series goes unseen."""


class Metrics(HttpMetrics):
    """All metrics of one instance."""

    def __init__(self, version: str) -> None:
        super().__init__("caio", version)
        self.decisions = Counter("caio_decisions", "Requests routed", ("outcome",), registry=self.registry)
        self.stages = Histogram(
            "caio_stage_duration_seconds", "Time per stage", ("stage",), buckets=STAGE_SECONDS, registry=self.registry
        )
        *first, last = (self.stages.labels(name) for name in NAMES)
        # Every decision passes the last stage, so that is where decisions are counted.
        self._stages = [*map(Tally, first), Tally(last, self.decisions.labels("routed"))]
        self._decided: list[tuple[float, ...]] = []
        self.dispatches = Counter("caio_dispatches", "Requests dispatched", ("outcome",), registry=self.registry)
        for outcome in DISPATCHES:
            self.dispatches.labels(outcome)
        self.attempts = Counter(
            "caio_dispatch_attempts", "Calls to services", ("service_id", "outcome"), registry=self.registry
        )
        self._dispatch: Callable[[str], Counter] = cache(self.dispatches.labels)
        self._attempt: Callable[[str, str], Counter] = cache(self.attempts.labels)

        self.situation: Situation | None = None
        self._told: set[tuple[str, str]] = set()
        self._failures = 0

    def watch(self, services: ServiceRegistry, records: Records) -> None:
        """From now on tell about these too."""
        situation = Situation(services, records)
        if self.shared is None:
            self.registry.register(situation)
            return
        self.alone.append(Size(services))
        self.situation = situation
        self.failing = Gauge(
            FAILING[0], FAILING[1], FAILING_LABELS, registry=self.registry, multiprocess_mode="livemax"
        )
        self.failures = Counter(FAILURES[0], FAILURES[1], registry=self.registry)

    def tell(self) -> None:
        """Let the other workers know what this one would tell if it were asked now."""
        if self.shared is None or self.situation is None:
            return
        now = self.situation.failing()
        for labels in self._told - now:
            self.failing.labels(*labels).set(0)
        for labels in now - self._told:
            self.failing.labels(*labels).set(1)
        self._told = now
        failures = self.situation.records.failures
        self.failures.inc(failures - self._failures)
        self._failures = failures

    def exposition(self) -> Response:
        self.tell()
        return super().exposition()

    def decided(self, durations_us: tuple[float, ...]) -> None:
        """Take note of a decision and of the time that each of its stages took, in their order; ``flush`` counts."""
        self._decided.append(durations_us)

    def flush(self) -> None:
        super().flush()
        decided, self._decided = self._decided, []
        for stage, took in zip(self._stages, zip(*decided, strict=True), strict=False):
            stage.add_all([duration / 1_000_000 for duration in took])
            stage.flush()

    def undecided(self, problem: str) -> None:
        """Count a request that could not be routed."""
        self.decisions.labels(problem).inc()

    def dispatched(self, outcome: str) -> None:
        """Count a request that was to be carried out: answered, or the problem that its caller was told."""
        self._dispatch(outcome).inc()

    def attempted(self, service_id: str, outcome: str) -> None:
        """Count one call to a service."""
        self._attempt(service_id, outcome).inc()


class Size(Collector):
    """How many services there are, and may be. Read off whenever the metrics are asked for."""

    def __init__(self, services: ServiceRegistry) -> None:
        self.services = services

    def collect(self) -> Iterator[Metric]:
        """Two numbers."""
        yield GaugeMetricFamily("caio_services", "Services registered", value=len(self.services))
        if self.services.limit is not None:
            yield GaugeMetricFamily(
                "caio_registry_capacity", "Services that may be registered", value=self.services.limit
            )


class Situation(Size):
    """Of services only those in trouble are told one by one."""

    def __init__(self, services: ServiceRegistry, records: Records) -> None:
        super().__init__(services)
        self.records = records

    def collect(self) -> Iterator[Metric]:
        """Registry, services in trouble, store."""
        yield from super().collect()
        failing = GaugeMetricFamily(FAILING[0], FAILING[1], labels=FAILING_LABELS)
        for labels in sorted(self.failing()):
            failing.add_metric(labels, 1)
        yield failing
        yield CounterMetricFamily(FAILURES[0], FAILURES[1], value=self.records.failures)

    def failing(self) -> set[tuple[str, str]]:
        """Services in trouble, and by what sign."""
        entries = self.services.snapshot().entries.items()
        probes = {(name, "probe") for name, entry in entries if entry.health == "unhealthy"}
        return probes | {(name, "circuit") for name, entry in entries if entry.circuit != "closed"}
