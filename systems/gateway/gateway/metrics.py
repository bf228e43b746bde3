"""Metrics: those of the chassis, and requests for the API by status, and tokens."""

from __future__ import annotations

from chassis.metrics import HttpMetrics
from prometheus_client import Counter, Gauge

PREFIX = "gateway"
API = "/v1"


class Metrics(HttpMetrics):
    """Counted over all workers, before the last byte of an answer is sent."""

    def __init__(self, version: str) -> None:
        super().__init__(PREFIX, version)
        self.calls = Counter(
            f"{PREFIX}_requests", "Requests for the API answered", ("path", "status"), registry=self.registry
        )
        self.tokens_read = Counter(f"{PREFIX}_prompt_tokens", "Tokens that upstreams read", registry=self.registry)
        self.tokens_made = Counter(f"{PREFIX}_completion_tokens", "Tokens that upstreams made", registry=self.registry)
        self.upstreams = Gauge(
            f"{PREFIX}_upstream_alive",
            "1 if the last health check of the upstream was answered",
            ("upstream",),
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Take note of one answered request."""
        super().observe(method, route, status, seconds)
        if route.startswith(API):
            self.calls.labels(route, str(status)).inc()

    def used(self, read: int, made: int) -> None:
        """Count the tokens of one answer."""
        self.tokens_read.inc(read)
        self.tokens_made.inc(made)
