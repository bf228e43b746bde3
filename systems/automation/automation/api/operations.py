"""Health and metrics."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from chassis import headers
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import automation
from automation import metrics
from automation.api import bodies
from automation.api.instance import Instance
from automation.store import jobs

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
PROMETHEUS = ("text/plain", "application/openmetrics-text")
_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_EXPOSITION: dict[int | str, dict[str, Any]] = {200: {"description": "Prometheus' text format", "content": _TEXT}}
_FIGURES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}, **_TEXT}}
}


def router(instance: Instance) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/health")
    def health() -> Response:
        found = examine(instance)
        kept = {name: found[name] for name in ("status", "version", "redis", "queue_depth")}
        return bodies.answer(kept, status_of(found))

    @routes.get("/health/detailed")
    @routes.get("/api/health/detailed")
    def detailed() -> Response:
        found = examine(instance)
        return bodies.answer(found, status_of(found))

    @routes.get("/metrics", responses=_FIGURES)
    @routes.get("/api/metrics", responses=_FIGURES)
    def figures(request: Request) -> Response:
        wanted = (headers.first(request.scope, b"accept") or "").lower()
        return exposition() if any(kind in wanted for kind in PROMETHEUS) else bodies.answer(told(instance))

    @routes.get("/metrics/prometheus", response_class=PlainTextResponse, responses=_EXPOSITION)
    def exposition() -> Response:
        instance.note_depth(jobs.depth(instance.store))
        return instance.metrics.exposition()

    return routes


def told(instance: Instance) -> dict[str, Any]:
    """The figures, to the letter of the API's description."""
    found, limit = instance.metrics.figures(), instance.settings.rate_limit
    return {
        "requests_total": found.total,
        "requests_failed": found.failed,
        "avg_latency_ms": round(found.average * 1000, 3),
        "max_latency_ms": round(found.longest * 1000, 3),
        "uptime_seconds": round(time.time() - metrics.STARTED, 3),
        "queue_depth": jobs.depth(instance.store).total,
        "rate_limit": {
            "enabled": limit.enabled,
            "window_seconds": limit.window_seconds,
            "max_requests": limit.max_requests,
        },
    }


def examine(instance: Instance) -> dict[str, Any]:
    """The state of everything. Degraded: nothing is lost, but somebody should look."""
    redis = instance.link.state()
    warn_at = instance.settings.monitoring.queue_depth_warn
    components: dict[str, dict[str, Any]] = {"redis": {"status": HEALTHY, "detail": redis}}
    warnings: list[str] = []
    if redis == "unavailable":
        components["redis"] = {"status": UNHEALTHY, "detail": f"unavailable: {instance.link.reason}"}
        warnings.append("Redis cannot be reached: jobs are accepted and wait in the store")
    elif redis == "fallback":
        detail = f"fallback, which is not durable: {instance.link.reason}"
        components["redis"] = {"status": DEGRADED, "detail": detail}
    try:
        depth = jobs.depth(instance.store)
    except sqlite3.Error as error:
        components["store"] = {"status": UNHEALTHY, "detail": str(error)}
        return found_as(UNHEALTHY, redis, None, components, [*warnings, f"the store cannot be used: {error}"])
    components["store"] = {"status": HEALTHY, "detail": "answers"}
    queue = HEALTHY
    if depth.total >= warn_at:
        queue = DEGRADED
        warnings.append(f"the queue depth {depth.total} has reached monitoring.queue_depth_warn ({warn_at})")
    components["queue"] = {
        "status": queue,
        "waiting": depth.waiting,
        "running": depth.running,
        "scheduled": depth.scheduled,
        "dead_letters": depth.dead,
        "oldest_seconds": round(depth.oldest_seconds, 3),
        "warn_at": warn_at,
    }
    circuit = instance.store.one("SELECT * FROM circuits WHERE name = 'crm'")
    is_open = circuit is not None and circuit["open_until"] > time.time()
    state = ("circuit open" if is_open else "configured") if instance.settings.crm.active else "not configured"
    components["crm"] = {"status": DEGRADED if is_open else HEALTHY, "detail": state}
    if is_open:
        warnings.append("the CRM does not work: deliveries wait")
    worst = DEGRADED if redis == "unavailable" or queue != HEALTHY else HEALTHY
    return found_as(worst, redis, depth.total, components, warnings)


def found_as(
    status: str, redis: str, depth: int | None, components: dict[str, dict[str, Any]], warnings: list[str]
) -> dict[str, Any]:
    """The whole report."""
    return {
        "status": status,
        "version": automation.__version__,
        "redis": redis,
        "queue_depth": depth,
        "components": components,
        "warnings": warnings,
    }


def status_of(found: dict[str, Any]) -> int:
    """503 where nothing can be accepted."""
    return 503 if found["status"] == UNHEALTHY else 200
