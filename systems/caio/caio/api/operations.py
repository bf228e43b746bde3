"""Routes for those who run CAIO: health, liveness, readiness, metrics. They need no token."""

from __future__ import annotations

from dataclasses import asdict, replace

from chassis.health import LEAVING, STARTING, HealthReport
from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from caio.api import answers, document
from caio.api.instance import Instance

STATES = document.answers(document.STATE) | document.answers(document.STATE, 503)

PATIENCE_SECONDS = 0.2
"""How long the metrics wait for the components to be checked; a scrape must not time out because one has failed."""

PATIENCE_AT_FIRST_SECONDS = 5.0
"""The same for the first time, when no earlier check can be told; half of what Prometheus waits for a scrape."""


def router(instance: Instance) -> APIRouter:
    """The routes of one instance."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/health", responses=STATES)
    async def health() -> Response:
        """The state of every component: 200 when all work, 503 when one has failed."""
        return state(await instance.health.report())

    @routes.get("/health/ready", responses=STATES)
    async def ready() -> Response:
        """Whether requests should be sent here: 200, or 503 if a component has failed, or it starts or will stop."""
        report = await instance.health.report()
        if instance.leaving():
            return state(replace(report, status=LEAVING))
        return state(replace(report, status=STARTING) if instance.starting() else report)

    @routes.get("/health/live", responses=document.answers(document.ALIVE))
    async def live() -> Response:
        """Whether the process works at all; a restart would heal nothing that readiness reports."""
        return answers.json({"status": "alive"})

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Counters, durations and the state of components in Prometheus' text format."""
        await instance.health.refresh(PATIENCE_SECONDS, PATIENCE_AT_FIRST_SECONDS)
        return instance.metrics.exposition()

    return routes


def state(report: HealthReport) -> Response:
    """A report as an answer that no cache keeps."""
    return answers.json(asdict(report), status_of(report), {"Cache-Control": "no-store"})


def status_of(report: HealthReport) -> int:
    """The status that load balancers go by."""
    return 200 if report.healthy else 503
