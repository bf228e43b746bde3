"""What every request passes: request id, access log, metrics, error objects, API keys and rate limit."""

from __future__ import annotations

import hmac
import json
import math
import re
import sys
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import limits
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .settings import Key, Settings

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class Refusal(Exception):
    """The request is answered with an error."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param
        self.headers = dict(headers or {})


def error_response(refusal: Refusal) -> JSONResponse:
    """The error object of the OpenAI API."""
    kind = _TYPES.get(refusal.status) or ("invalid_request_error" if refusal.status < 500 else "api_error")
    error = {"message": refusal.message, "type": kind, "param": refusal.param, "code": refusal.code}
    return JSONResponse({"error": error}, refusal.status, refusal.headers)


def caller(settings: Settings, authorization: str | None) -> Key:
    """Whose key it is. Raises Refusal (401) without a known one."""
    scheme, _, given = (authorization or "").partition(" ")
    known = [key for key in settings.keys if hmac.compare_digest(key.value.encode(), given.strip().encode())]
    if scheme.lower() != "bearer" or not known:
        what = "Incorrect API key provided." if authorization else "You did not provide an API key."
        raise Refusal(401, what, "invalid_api_key", headers={"WWW-Authenticate": 'Bearer realm="gateway"'})
    return known[0]


def require_admin(key: Key) -> None:
    """Raises Refusal (403) unless the key is an administrator's."""
    if key.role != "admin":
        raise Refusal(403, "This needs an administrator's key.", "insufficient_permissions")


class RateLimit:
    """So many requests per key and time, in a window that moves."""

    def __init__(self, settings: Settings) -> None:
        self._item = limits.parse(settings.rate_limit) if settings.rate_limit else None
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def take(self, key: Key) -> None:
        """Count a request. Raises Refusal (429), with the seconds to wait, if it is one too many."""
        if self._item is None or self._window.hit(self._item, key.value):
            return
        reset = self._window.get_window_stats(self._item, key.value).reset_time
        wait = max(1, math.ceil(reset - time.time()))
        raise Refusal(429, "Rate limit reached.", "rate_limit_exceeded", headers={"Retry-After": str(wait)})


class Metrics:
    """What Prometheus reads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gateway_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "gateway_request_duration_seconds", "Time to the answer.", ["route"], registry=self.registry
        )
        self.upstream = Counter(
            "gateway_upstream_requests", "Requests sent on.", ["upstream", "outcome"], registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)


def log(level: str, event: str, **fields: object) -> None:
    """Write one line of JSON to standard output."""
    line = {"time": datetime.now(UTC).isoformat(), "level": level, "event": event, **fields}
    print(json.dumps(line), file=sys.stdout, flush=True)


def access_fields(request: Request, status: int, seconds: float) -> dict[str, object]:
    """What the access log tells of a request: neither its query nor its headers."""
    return {
        "request_id": request.scope["request_id"],
        "method": request.method,
        "path": request.url.path,
        "status": status,
        "duration_ms": round(seconds * 1000, 3),
    }


def request_id(headers: Headers) -> str:
    """The caller's own, if it is usable, else a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class Observed:
    """The outermost layer: gives each request an id, and counts and logs how it was answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = request_id(Headers(scope=scope))
        started, status = time.perf_counter(), 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = scope["request_id"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.count(scope["method"], route, status, seconds)
            log("error" if status >= 500 else "info", "request", **access_fields(Request(scope), status, seconds))
