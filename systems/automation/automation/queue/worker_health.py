"""A worker's own health and metrics over HTTP, for whoever watches it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
from chassis.settings import SettingsError
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from automation import __version__
from automation.queue.link import RedisLink
from automation.store import jobs


class WorkerHealth:
    """Counts what a worker does."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._done = Counter("automation_jobs_done", "Jobs ended, well or not", ("kind",), registry=self._registry)
        self._failed = Counter("automation_jobs_failed", "Jobs ended by errors", ("kind",), registry=self._registry)
        self._doing = Gauge("automation_jobs_doing", "Jobs in progress", ("kind",), registry=self._registry)
        for kind in (jobs.RUN, jobs.DELIVERY):
            for metric in (self._done, self._failed, self._doing):
                metric.labels(kind)

    @contextlib.contextmanager
    def doing(self, kind: str) -> Iterator[None]:
        """While a job is being done."""
        with self._doing.labels(kind).track_inprogress():
            yield
        self._done.labels(kind).inc()

    def failed(self, kind: str) -> None:
        """A job has ended by an error."""
        self._failed.labels(kind).inc()

    def report(self) -> dict[str, str]:
        """What is told of the worker."""
        redis = self._link.state()
        status = "healthy" if redis != "unavailable" else "degraded"
        return {"status": status, "version": __version__, "redis": redis}

    def metrics(self) -> bytes:
        """In Prometheus' format."""
        return generate_latest(self._registry)

    def serve(self, host: str, port: int | None) -> None:
        """Answer at a port, if one is given. Raises SettingsError."""
        if port is None:
            return
        health = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, health.metrics())
                elif self.path == "/health":
                    self._answer(200, "application/json", orjson.dumps(health.report()))
                else:
                    self._answer(404, "application/json", b'{"detail":"not found"}')

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: probes come every few seconds."""

        try:
            listener = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise SettingsError("--health-port", f"={port} on {host} is unusable: {error.strerror or error}") from None
        threading.Thread(target=listener.serve_forever, name="health", daemon=True).start()
