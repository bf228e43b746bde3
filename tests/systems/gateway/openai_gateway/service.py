"""The gateway's endpoints, and the upstreams that it sends chats on to, each in place of one that fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import document, edge
from .edge import Metrics, Observed, RateLimit, Refusal
from .settings import Key, Settings

_PROBE_SECONDS = 1.0


class Upstreams:
    """The upstreams in their order; one that cannot be reached or fails is passed over."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._urls, self._metrics = settings.upstreams, metrics
        self.client = httpx.AsyncClient(timeout=settings.upstream_seconds, trust_env=False)

    def order(self) -> list[str]:
        """Who is asked, one after the other, until one answers."""
        return list(self._urls)

    async def chat(self, body: dict[str, Any], request_id: str) -> tuple[int, Any]:
        """The first answer that is none of a failing upstream. Raises Refusal (503) if there is none."""
        for url in self.order():
            answer = await self._ask(url, body, request_id)
            self._metrics.upstream.labels(url, "failed" if answer is None else "answered").inc()
            if answer is not None:
                return answer
            edge.log("warning", "upstream failed", upstream=url, request_id=request_id)
        raise Refusal(503, "No upstream answers.", "upstream_unavailable", headers={"Retry-After": "1"})

    async def _ask(self, url: str, body: dict[str, Any], request_id: str) -> tuple[int, Any] | None:
        try:
            answer = await self.client.post(
                f"{url}/v1/chat/completions", json=body, headers={"x-request-id": request_id}
            )
            said = answer.json()
        except (httpx.HTTPError, ValueError):
            return None
        if not isinstance(said, dict) or answer.status_code >= 500 or not ({"choices", "error"} & said.keys()):
            return None
        return answer.status_code, said

    async def health(self) -> dict[str, bool]:
        """Which of them answer now."""
        return dict(zip(self._urls, await asyncio.gather(*map(self._answers, self._urls)), strict=True))

    async def _answers(self, url: str) -> bool:
        try:
            return (await self.client.get(f"{url}/health", timeout=_PROBE_SECONDS)).status_code == 200
        except httpx.HTTPError:
            return False


class Gateway:
    """One gateway with its state."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.metrics, self.limit = settings, Metrics(), RateLimit(settings)
        self.upstreams = Upstreams(settings, self.metrics)

    async def health(self, _: Request) -> Response:
        """Whether it works: well, degraded (some upstreams answer), or not at all."""
        known = await self.upstreams.health()
        status = "ok" if all(known.values()) else "degraded" if any(known.values()) else "unavailable"
        said = {f"upstream-{number}": "ok" if well else "failed" for number, well in enumerate(known.values(), 1)}
        return JSONResponse({"status": status, "components": said}, 200 if any(known.values()) else 503)

    async def ready(self, _: Request) -> Response:
        """Whether it can serve chats."""
        well = any((await self.upstreams.health()).values())
        return JSONResponse({"ready": well}, 200 if well else 503)

    async def show_metrics(self, _: Request) -> Response:
        return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def openapi(self, _: Request) -> Response:
        return JSONResponse(document.of(self.settings.models))

    async def models(self, request: Request) -> Response:
        self._admit(request)
        listed = [{"id": name, "object": "model", "owned_by": "gateway"} for name in self.settings.models]
        return JSONResponse({"object": "list", "data": listed})

    async def config(self, request: Request) -> Response:
        """The settings, for administrators, without the keys."""
        edge.require_admin(self._admit(request))
        return JSONResponse(self.settings.model_dump(mode="json", exclude={"keys"}))

    async def chat(self, request: Request) -> Response:
        self._admit(request)
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refusal(415, "The body must be application/json.", "unsupported_media_type")
        body = self._checked(await self._body(request))
        status, said = await self.upstreams.chat(body, request.scope["request_id"])
        return JSONResponse(said, status)

    def _admit(self, request: Request) -> Key:
        key = edge.caller(self.settings, request.headers.get("authorization"))
        self.limit.take(key)
        return key

    async def _body(self, request: Request) -> bytes:
        read = b""
        async for chunk in request.stream():
            read += chunk
            if len(read) > self.settings.max_body_bytes:
                what = f"The request is larger than {self.settings.max_body_bytes} bytes."
                raise Refusal(413, what, "request_too_large")
        return read

    def _checked(self, body: bytes) -> dict[str, Any]:
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            raise Refusal(400, "The body is not valid JSON.", "invalid_json") from None
        if not isinstance(said, dict):
            raise Refusal(400, "The body must be a JSON object.", "invalid_type")
        if not isinstance(said.get("messages"), list) or not said["messages"]:
            raise Refusal(400, "Give at least one message.", "invalid_type", "messages")
        if said.get("model") not in self.settings.models:
            raise Refusal(404, "The model does not exist.", "model_not_found", "model")
        if said.get("stream"):
            raise Refusal(400, "Streaming is not supported.", "unsupported_value", "stream")
        return said


async def _refuse(_: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        error = Refusal(error.status_code, error.detail, headers=error.headers)
    return edge.error_response(error if isinstance(error, Refusal) else Refusal(500, "Internal error."))


def application(settings: Settings) -> Starlette:
    """The ASGI application."""
    gateway = Gateway(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        edge.log("info", "started", upstreams=len(settings.upstreams), models=list(settings.models))
        yield
        await gateway.upstreams.client.aclose()
        edge.log("info", "stopped")

    routes = [
        Route("/health", gateway.health),
        Route("/ready", gateway.ready),
        Route("/metrics", gateway.show_metrics),
        Route("/openapi.json", gateway.openapi),
        Route("/v1/models", gateway.models),
        Route("/v1/config", gateway.config),
        Route("/v1/chat/completions", gateway.chat, methods=["POST"]),
    ]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
        expose_headers=["X-Request-ID", "Retry-After"],
        allow_credentials=True,
    )
    return Starlette(
        routes=routes,
        middleware=[Middleware(Observed, metrics=gateway.metrics), cors],
        exception_handlers={Refusal: _refuse, HTTPException: _refuse, Exception: _refuse},
        lifespan=lifespan,
    )


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    uvicorn.run(application(settings), host=settings.host, port=settings.port, log_config=None, access_log=False)
