"""CAIO's HTTP API: ``create_app()`` makes one from the environment."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

from chassis import cors, logs, problems
from chassis.fast_path import Answer, FastPath
from chassis.gate import GateMiddleware
from chassis.observing import Observer, ObservingMiddleware
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

import caio
from caio import config
from caio.api import answers, decisions, document, operations, services
from caio.api.instance import Instance
from caio.config import Settings
from caio.errors import CaioError


def create_app(
    settings: Settings | None = None,
    leaving: Callable[[], bool] = lambda: False,
    starting: Callable[[], bool] = lambda: False,
) -> FastAPI:
    """An app with its own registry and keys. Raises chassis.settings.SettingsError, which names the variable.

    ``leaving`` says whether the process has been told to stop, ``starting`` whether others like it do not serve yet.
    """
    found = settings if settings is not None else config.load()
    logs.configure(found.logs_as, found.log_level)
    return app_of(Instance(found, leaving, starting))


def app_of(instance: Instance) -> FastAPI:
    """The app around an instance."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with instance.running():
            yield

    app = FastAPI(
        title="CAIO",
        summary="Routes requests to the AI service whose contract fits, with proofs",
        version=caio.__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=answers.PROBLEM_RESPONSES,
    )
    app.state.instance = instance
    problems.install(app, "caio")
    answers.install(app)
    deciding = decisions.router(instance)
    for router in (operations.router(instance), services.router(instance), deciding):
        app.include_router(router)
    document.install(app, instance.gate)
    observer = Observer(instance.metrics, instance.labels)
    # The last one added is the outermost.
    app.add_middleware(GateMiddleware, gate=instance.gate)
    cors.install(app, instance.settings.cors_origins)
    app.add_middleware(ObservingMiddleware, observer=observer)
    batch_handlers = {(b"POST", b"/api/v1/route"): decisions.batch_route(instance)}
    app.state.fast_path = FastPath(
        direct_routes(deciding), observer, instance.gate, {CaioError: answers.problem_of}, batch_handlers
    )
    return app


def direct_routes(router: APIRouter) -> dict[tuple[bytes, bytes], Answer]:
    """The routes that need nothing of the framework, by method and path."""
    routes = [route for route in router.routes if isinstance(route, APIRoute) and route.path in decisions.DIRECT]
    return {(m.encode(), route.path.encode()): route.endpoint for route in routes for m in route.methods or ()}
