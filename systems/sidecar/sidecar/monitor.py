"""Health and metrics of a process without an API, at a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from chassis.settings import SettingsError
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from sidecar import __version__

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 60.0)
"""Upper bounds of duration buckets; 2 and 8 are the limits that explanations are judged by."""

ROUTES = ("/health", "/metrics")


class Monitor:
    """A registry, and the server that shows it."""

    def __init__(self, variable: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._variable = variable
        ProcessCollector(registry=self.registry)
        self.gauge("build_info", "Version that runs", "version").labels(__version__).set(1)
        self._requests = self.counter("http_requests", "Requests answered", "method", "route", "status")
        self.components = self.gauge(
            "component_healthy", "1 if the component worked when it was last used, else 0", "component"
        )
        self._health: dict[str, bool] = {}

    def counter(self, name: str, says: str, *labels: str) -> Counter:
        """A counter; ``_total`` is added to its name."""
        return Counter(name, says, labels, registry=self.registry)

    def gauge(self, name: str, says: str, *labels: str) -> Gauge:
        """A gauge."""
        return Gauge(name, says, labels, registry=self.registry)

    def histogram(self, name: str, says: str, *labels: str) -> Histogram:
        """A histogram of seconds."""
        return Histogram(name, says, labels, buckets=SECONDS, registry=self.registry)

    def works(self, component: str, healthy: bool) -> None:
        """Note whether a component worked."""
        self._health[component] = healthy
        self.components.labels(component).set(healthy)

    def report(self) -> dict[str, Any]:
        """What is told of the process."""
        status = "healthy" if all(self._health.values()) else "degraded"
        states = {name: "healthy" if works else "unhealthy" for name, works in self._health.items()}
        return {"status": status, "version": __version__, "components": states}

    def answer(self, path: str, exposed: bool) -> tuple[int, str, bytes]:
        """Status, media type and body for a path."""
        if path == "/health":
            return 200, "application/json", orjson.dumps(self.report())
        if path == "/metrics" and exposed:
            return 200, CONTENT_TYPE_LATEST, generate_latest(self.registry)
        return 404, "application/json", b'{"detail":"not found"}'

    def serve(self, host: str, port: int, exposed: bool) -> None:
        """Answer at a port, with metrics if they are exposed. Raises SettingsError."""
        try:
            listener = ThreadingHTTPServer((host, port), handler(self.answer, exposed, self._count))
        except OSError as error:
            raise SettingsError(self._variable, f"={port} on {host} is unusable: {error.strerror or error}") from None
        threading.Thread(target=listener.serve_forever, name="monitor", daemon=True).start()

    def _count(self, path: str, status: int) -> None:
        self._requests.labels("GET", path if path in ROUTES else "unmatched", str(status)).inc()


def handler(
    answer: Callable[[str, bool], tuple[int, str, bytes]], exposed: bool, count: Callable[[str, int], None]
) -> type[BaseHTTPRequestHandler]:
    """What answers requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            status, kind, body = answer(path, exposed)
            count(path, status)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: probes come every few seconds."""

    return Handler
