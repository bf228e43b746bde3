"""Metrics of all API workers as one: those of the chassis, and the figures of ``GET /metrics``."""

from __future__ import annotations

import time
from dataclasses import dataclass

from chassis.metrics import HttpMetrics
from chassis.shared_metrics import Sum
from prometheus_client import Gauge
from prometheus_client.core import Metric

PREFIX = "automation"
STARTED = time.time()
"""When the process was started that all API workers are forked from."""

FAILED_FROM = 400
"""Statuses from here on are failures."""


@dataclass(slots=True)
class Figures:
    """What has been answered since the start."""

    total: int = 0
    failed: int = 0
    seconds: float = 0.0
    longest: float = 0.0

    @property
    def average(self) -> float:
        """Mean duration in seconds; 0 before the first request."""
        return self.seconds / self.total if self.total else 0.0


class Metrics(HttpMetrics):
    """Those of the chassis, the longest duration, and the queue."""

    def __init__(self, version: str) -> None:
        super().__init__(PREFIX, version)
        self._longest = Gauge(
            f"{PREFIX}_http_request_longest_seconds",
            "Duration of the request that took longest",
            registry=self.registry,
            multiprocess_mode="max",
        )
        self._longest_here = 0.0
        self.depth = Gauge(
            f"{PREFIX}_queue_depth",
            "Jobs accepted and not done",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.oldest = Gauge(
            f"{PREFIX}_queue_oldest_seconds",
            "For how long the oldest job that is due has been waiting",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.dead = Gauge(
            f"{PREFIX}_dead_letters",
            "Jobs that failed for good",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Take note of one answered request."""
        super().observe(method, route, status, seconds)
        if seconds > self._longest_here:
            self._longest_here = seconds
            self._longest.set(seconds)

    def figures(self) -> Figures:
        """The sums over all workers."""
        self.flush()
        found = Figures()
        for metric in self._collected():
            for sample in metric.samples:
                if sample.name == f"{PREFIX}_http_requests_total":
                    found.total += round(sample.value)
                    found.failed += round(sample.value) if int(sample.labels["status"]) >= FAILED_FROM else 0
                elif sample.name == f"{PREFIX}_http_request_duration_seconds_sum":
                    found.seconds += sample.value
                elif sample.name == f"{PREFIX}_http_request_longest_seconds":
                    found.longest = max(found.longest, sample.value)
        return found

    def _collected(self) -> list[Metric]:
        if self.shared is not None:
            return list(Sum(self.shared).collect())
        return list(self.registry.collect())
