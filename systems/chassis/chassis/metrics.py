"""Prometheus metrics that every service has: requests, their durations, refusals, components, build."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.responses import Response

from chassis.health import HEALTHY, HealthReport
from chassis.shared_metrics import shared_folder, together
from chassis.tallies import Tally

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the duration buckets; 0.05 is the limit that routing is judged by."""

REFUSALS = ("missing", "malformed", "unknown", "forbidden", "rate-limited")
"""Reasons for which callers are refused; counted from zero, as the first rise of a new series goes unseen."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """One registry per app, so that two apps in one process do not count each other's requests.

    Names begin with the prefix, if it is not empty.
    """

    def __init__(self, prefix: str, version: str) -> None:
        lead = f"{prefix}_" if prefix else ""
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.shared = shared_folder()
        self.alone: list[Collector] = []
        """What a worker reads off for itself when it answers for all."""
        if self.shared is None:
            ProcessCollector(registry=self.registry)
        self.requests = Counter(
            f"{lead}http_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.durations = Histogram(
            f"{lead}http_request_duration_seconds",
            "Time from request to answer",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._series: dict[tuple[str, str, int], Tally] = {}
        self.refusals = Counter(f"{lead}auth_refusals", "Callers refused", ("reason",), registry=self.registry)
        for reason in REFUSALS:
            self.refusals.labels(reason)
        self.components = Gauge(
            f"{lead}component_healthy",
            "1 if the component worked at its last check, 0 if it had failed",
            ("component",),
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.ready = Gauge(
            f"{lead}ready",
            "1 if every component worked at the last check",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        build = Gauge(
            f"{lead}build_info",
            "Version that runs",
            ("version",),
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        build.labels(version).set(1)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Take note of one answered request; ``flush`` counts it."""
        known = method if method in METHODS else "other"
        series = self._series.get((known, route, status))
        if series is None:
            counter = self.requests.labels(known, route, str(status))
            series = self._series[known, route, status] = Tally(self.durations.labels(known, route), counter)
        series.add(seconds)

    def flush(self) -> None:
        """Count what was noted. To be called before any answer that was observed is sent."""
        for series in self._series.values():
            series.flush()

    def refused(self, reason: str) -> None:
        """Count one refused caller."""
        self.refusals.labels(reason).inc()

    def checked(self, report: HealthReport) -> None:
        """Take in what a check of all components found."""
        for name, state in report.components.items():
            self.components.labels(name).set(state.status == HEALTHY)
        self.ready.set(report.healthy)

    def exposition(self) -> Response:
        """Everything in Prometheus' text format."""
        self.flush()
        told = self.registry if self.shared is None else together(self.shared, self.alone)
        return Response(generate_latest(told), headers={"Content-Type": CONTENT_TYPE_LATEST})
