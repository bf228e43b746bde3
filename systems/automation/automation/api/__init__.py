"""The HTTP API: ``create_app()`` makes one from the settings."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable

from chassis import cors, logs, problems
from chassis.observing import Observer, ObservingMiddleware, RouteLabels
from chassis.problems import Problem
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

import automation
from automation import loading
from automation.api import admin, auth, campaigns, leads, operations, workflows
from automation.api.instance import Instance
from automation.identity.gate import NAMESPACE, PUBLIC, GateMiddleware
from automation.settings import Settings
from automation.store.campaigns import NoSuchCampaign
from automation.store.idempotency import KeyReused
from automation.store.leads import NoSuchLead
from automation.store.runs import NoSuchRun

PROBLEMS = {
    status: {"description": text, "content": {problems.MEDIA_TYPE: {}}}
    for status, text in (
        (401, "Not authenticated"),
        (403, "Not allowed"),
        (404, "Not there, or not for this caller"),
        (409, "In conflict with what is there"),
        (413, "The body is too large"),
        (415, "The body is no JSON"),
        (422, "The request is invalid"),
        (503, "The store cannot be used"),
        (507, "There is no room"),
    )
} | {429: {"description": "Rate limit exceeded", "content": {"application/json": {}}}}


def create_app(settings: Settings | None = None, leaving: Callable[[], bool] = lambda: False) -> FastAPI:
    """An app. Raises chassis.settings.SettingsError, which names the field."""
    found = settings if settings is not None else loading.load()
    logs.configure(found.logs_as, found.server.log_level)
    return app_of(Instance(found, leaving))


def app_of(instance: Instance) -> FastAPI:
    """The app around an instance."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with instance.running():
            yield

    app = FastAPI(
        title="Automation Orchestrator",
        summary="Leads, campaigns and workflows over a queue",
        version=automation.__version__,
        lifespan=lifespan,
        redirect_slashes=False,
        responses=PROBLEMS,  # type: ignore[arg-type]
    )
    app.state.instance = instance
    problems.install(app, NAMESPACE)
    install(app)
    for module in (operations, auth, leads, campaigns, workflows, admin):
        app.include_router(module.router(instance))
    labels = RouteLabels([*PUBLIC, *(str(getattr(route, "path", "")) for route in app.routes)])
    # The last one added is the outermost.
    app.add_middleware(GateMiddleware, gate=instance.gate)
    cors.install(app, instance.settings.server.cors_origins)
    app.add_middleware(ObservingMiddleware, observer=Observer(instance.metrics, labels))
    return app


def install(app: FastAPI) -> None:
    """Answer what the store and its callers may come upon."""

    def answered(request: Request, problem: Problem) -> Response:
        return problems.respond(problem, NAMESPACE, request.url.path, request.scope.get("request_id"))

    async def on_missing(request: Request, error: Exception) -> Response:
        return answered(request, Problem("not-found", 404, str(error)))

    async def on_reuse(request: Request, error: Exception) -> Response:
        return answered(request, Problem("idempotency-key-reused", 409, str(error)))

    async def on_store(request: Request, error: Exception) -> Response:
        logs.get("store").error("the store cannot be used", reason=str(error))
        problem = Problem("store-unavailable", 503, f"the store cannot be used: {error}", headers={"Retry-After": "1"})
        return answered(request, problem)

    for missing in (NoSuchLead, NoSuchRun, NoSuchCampaign):
        app.add_exception_handler(missing, on_missing)
    app.add_exception_handler(KeyReused, on_reuse)
    app.add_exception_handler(sqlite3.Error, on_store)
