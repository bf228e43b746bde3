"""The HTTP application: ``create_app()`` makes one from the configuration."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis import cors, headers, rate_limit
from chassis.observing import Observer, ObservingMiddleware, RouteLabels
from chassis.rate_limit import RateLimiter
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Path_
from starlette.types import ASGIApp, Receive, Scope, Send

import gateway
from gateway import budget, errors, openapi
from gateway.asked import OPERATIONS
from gateway.attempts import Attempts
from gateway.budget import Budgets
from gateway.calling import UpstreamClient
from gateway.choosing import Router
from gateway.config import Config
from gateway.errors import ApiError
from gateway.handling import AIM, Endpoint, Service
from gateway.keys import Caller, KeyBook
from gateway.loading import Loaded
from gateway.metrics import API, Metrics
from gateway.probes import Prober
from gateway.upstreams import Upstreams

CREATED = 1_760_000_000
"""When the models were made (seconds since the epoch); the gateway does not know, and the API wants a time."""

REQUEST_HEADERS = (*cors.REQUEST_HEADERS, AIM, "traceparent", "tracestate")


class Guard:
    """Lets only known callers ask anything of the API, also where there is nothing."""

    def __init__(self, app: ASGIApp, keys: KeyBook) -> None:
        self.app, self.keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] == API or scope["path"].startswith(f"{API}/")):
            try:
                scope["caller"] = self.keys.admit(headers.values(scope, b"authorization"))
            except ApiError as error:
                await errors.respond(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Pages(CORSMiddleware):
    """CORS whose refusals are error objects."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        refused = errors.respond(ApiError(answer.status_code, bytes(answer.body).decode(), code="cors_refused"))
        for name, value in answer.headers.items():
            if name not in ("content-length", "content-type"):
                refused.headers[name] = value
        return refused


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the gateway is: whether all of its workers serve, and whether it is to stop."""

    complete: Callable[[], bool] = lambda: True
    leaving: Callable[[], bool] = lambda: False


def create_app(loaded: Loaded, shared: Path | None = None, stage: Stage | None = None) -> ASGIApp:
    """The app. ``shared`` is a folder that workers count in together."""
    config, metrics = loaded.config, Metrics(gateway.__version__)
    upstreams = Upstreams(loaded)
    router = Router(config, upstreams)
    client = UpstreamClient(config.timeouts)
    service = Service(
        router=router,
        upstreams=upstreams,
        attempts=Attempts(client, router, config.timeouts),
        limiters=limiters(config, shared),
        budgets=Budgets(None if shared is None else shared / budget.FILE_NAME),
        metrics=metrics,
        timeouts=config.timeouts,
        allowed_upstreams=frozenset(config.allowed_upstreams),
        largest_body=config.server.largest_body,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with Prober(client, upstreams, config.probes).running():
            yield
        await client.close()

    routes = [
        *operations(service),
        *models(router),
        *status_of(upstreams, metrics, stage or Stage()),
        described_by(router),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: on_http, Exception: on_bug},  # type: ignore[dict-item]
    )
    app.router.redirect_slashes = False
    # The last one added is the outermost.
    app.add_middleware(Guard, keys=KeyBook(config.keys))
    app.add_middleware(
        Pages,
        allow_origins=list(config.server.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=list(REQUEST_HEADERS),
        expose_headers=list(cors.RESPONSE_HEADERS),
        max_age=600,
    )
    app.add_middleware(ObservingMiddleware, observer=Observer(metrics, RouteLabels([each.path for each in routes])))
    return app


def limiters(config: Config, shared: Path | None) -> dict[str, RateLimiter]:
    """The limit of each model that has one."""
    file = None if shared is None else shared / rate_limit.FILE_NAME
    return {
        name: RateLimiter(rate_limit.parse(model.limit), file)
        for name, model in config.models.items()
        if model.limit is not None
    }


def operations(service: Service) -> list[Path_]:
    """The paths that ask for a model."""
    return [Path_(each.path, Endpoint(service, each), methods=["POST"]) for each in OPERATIONS]


def models(router: Router) -> list[Path_]:
    """The list of models: those that the caller may ask for."""

    def open_to(caller: Caller) -> list[str]:
        return [name for name in router.models() if caller.opens(name)]

    async def listed(request: Request) -> Response:
        names = open_to(request.scope["caller"])
        return JSONResponse({"object": "list", "data": [described(name) for name in names]})

    async def one(request: Request) -> Response:
        name = request.path_params["model"]
        if name not in open_to(request.scope["caller"]):
            return errors.respond(errors.no_such_model(name))
        return JSONResponse(described(name))

    return [Path_(f"{API}/models", listed), Path_(f"{API}/models/{{model:path}}", one)]


def described(name: str) -> dict[str, Any]:
    """A model as the list has it."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "gateway"}


def status_of(upstreams: Upstreams, metrics: Metrics, stage: Stage) -> list[Path_]:
    """The paths for whoever runs the gateway; they need no key and tell nothing of callers."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "alive", "workers": "complete" if stage.complete() else "starting"})

    async def ready(_request: Request) -> Response:
        if stage.leaving() or not stage.complete():
            return JSONResponse({"status": "leaving" if stage.leaving() else "starting"}, 503)
        able = upstreams.can_serve()
        return JSONResponse({"status": "ready" if able else "no upstream can serve"}, 200 if able else 503)

    async def figures(_request: Request) -> Response:
        return metrics.exposition()

    return [Path_("/live", live), Path_("/ready", ready), Path_("/metrics", figures)]


def described_by(router: Router) -> Path_:
    """The path of the OpenAPI document."""
    document = openapi.document(router.models())

    async def read(_request: Request) -> Response:
        return JSONResponse(document)

    return Path_("/openapi.json", read)


async def on_http(_request: Request, error: HTTPException) -> Response:
    """An error of the routing, such as an unknown path."""
    given = dict(error.headers or {})
    return errors.respond(ApiError(error.status_code, str(error.detail), headers=given))


async def on_bug(_request: Request, _error: Exception) -> Response:
    """An error of ours."""
    return errors.respond(errors.internal())
