"""The app: ``create_app()`` makes one from the settings."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from chassis import problems
from chassis.observing import ObservingMiddleware, RouteLabels
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from sidecar import __version__
from sidecar.gateway import routes, webhook_routes
from sidecar.gateway.gate import NAMESPACE, GateMiddleware
from sidecar.gateway.instance import Instance
from sidecar.gateway.observer import ScrubbingObserver
from sidecar.settings import Settings

OPENAPI = "/v1/openapi.json"
TITLE = "Async Sidecar"
SECURITY = "token"


def create_app(settings: Settings) -> FastAPI:
    """An app with everything that it needs."""
    instance = Instance(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with instance.running():
            yield

    app = FastAPI(
        title=TITLE,
        summary="Chat answers, explained beside as hypergraphs",
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
    )
    app.state.instance = instance
    problems.install(app, NAMESPACE)
    for router in (routes.router(instance), webhook_routes.router(instance), routes.operations(instance)):
        app.include_router(router)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    app.add_middleware(GateMiddleware, gate=instance.gate)
    labels = RouteLabels([OPENAPI, *templates(app)])
    app.add_middleware(ObservingMiddleware, observer=ScrubbingObserver(instance.metrics, labels))
    return app


def templates(app: FastAPI) -> list[str]:
    """The paths that are served."""
    return [*document(app)["paths"], "/health", "/metrics"]


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with what FastAPI does not know: the tokens, and that nothing is its own 422."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        made.setdefault("components", {})["securitySchemes"] = {SECURITY: {"type": "http", "scheme": "bearer"}}
        made["security"] = [{SECURITY: []}]
        for operations in made["paths"].values():
            for operation in operations.values():
                own = operation["responses"].get("422", {})
                if "HTTPValidationError" in str(own):
                    del operation["responses"]["422"]
        for unused in ("HTTPValidationError", "ValidationError"):
            made["components"].get("schemas", {}).pop(unused, None)
        app.openapi_schema = made
    return app.openapi_schema
