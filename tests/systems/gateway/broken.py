"""Runs the gateway with one defect: python broken.py, with its name in BROKEN_GATEWAY; ``none`` changes nothing.

The gateway's own code stays as it is: each defect puts other code in the place of one function, and fails loudly where
that is not there any more.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import serve
from openai_gateway import edge, service, settings
from starlette.responses import JSONResponse, PlainTextResponse, Response

VARIABLE = "BROKEN_GATEWAY"
NONE = "none"
UNUSABLE = 97
"""Exit status when there is no such defect."""

SLOW = 0.4
"""Seconds that a slow gateway takes more."""

PATIENCE = 10.0
"""Seconds that an impatient caller waits for a gateway that clings to dead upstreams."""

_NTH = 10
"""Every so many chats one is dropped, or answered with another's answer."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What of the gateway is broken, and how that is done."""

    area: str
    apply: Callable[[], None]


DEFECTS: dict[str, Defect] = {}


def defect(area: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Decorator: enters the function as a defect, by its name with dashes."""

    def enter(apply: Callable[[], None]) -> Callable[[], None]:
        DEFECTS[apply.__name__.replace("_", "-")] = Defect(area, apply)
        return apply

    return enter


def put(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace an attribute that exists by what ``make`` returns for it."""
    setattr(owner, name, make(getattr(owner, name)))


@defect("auth")
def no_auth() -> None:
    put(edge, "caller", lambda _: lambda given, authorization: given.keys[0])


@defect("auth")
def every_key_is_an_admins() -> None:
    put(edge, "require_admin", lambda _: lambda key: None)


@defect("auth")
def no_challenge() -> None:
    def without(respond: Any) -> Any:
        def respond_bare(refusal: edge.Refusal) -> Response:
            refusal.headers.pop("WWW-Authenticate", None)
            return respond(refusal)  # type: ignore[no-any-return]

        return respond_bare

    put(edge, "error_response", without)


@defect("cors")
def cors_wildcard() -> None:
    def anybody(cors: Any) -> Any:
        return lambda app, **options: cors(app, **{**options, "allow_origins": (), "allow_origin_regex": ".*"})

    put(service, "CORSMiddleware", anybody)


@defect("cors")
def no_cors() -> None:
    put(service, "CORSMiddleware", lambda _: lambda app, **options: app)


@defect("rate_limit")
def no_rate_limit() -> None:
    put(edge.RateLimit, "take", lambda _: lambda limit, key: None)


@defect("rate_limit")
def one_limit_for_all_keys() -> None:
    def shared(take: Any) -> Any:
        return lambda limit, key: take(limit, settings.Key("everybody", key.role))

    put(edge.RateLimit, "take", shared)


@defect("rate_limit")
def no_retry_after() -> None:
    def without(respond: Any) -> Any:
        def respond_bare(refusal: edge.Refusal) -> Response:
            refusal.headers.pop("Retry-After", None)
            return respond(refusal)  # type: ignore[no-any-return]

        return respond_bare

    put(edge, "error_response", without)


@defect("health")
def health_lies() -> None:
    async def always(_: Any, url: str) -> bool:
        return True

    put(service.Upstreams, "_answers", lambda _: always)


@defect("metrics")
def metrics_do_not_count() -> None:
    put(edge.Metrics, "count", lambda _: lambda *request: None)


@defect("metrics")
def metrics_miss_errors() -> None:
    def successes(count: Any) -> Any:
        def counted(metrics: Any, method: str, route: str, status: int, seconds: float) -> None:
            count(metrics, method, route, 200, seconds)

        return counted

    put(edge.Metrics, "count", successes)


@defect("logs")
def logs_the_key() -> None:
    def telling(fields: Any) -> Any:
        return lambda request, *rest: {**fields(request, *rest), "headers": dict(request.headers)}

    put(edge, "access_fields", telling)


@defect("logs")
def logs_nothing() -> None:
    put(edge, "log", lambda _: lambda level, event, **fields: None)


@defect("logs")
def logs_another_request_id() -> None:
    put(edge, "access_fields", lambda fields: lambda *request: {**fields(*request), "request_id": "0"})


@defect("errors")
def errors_as_500() -> None:
    put(edge, "error_response", lambda _: lambda refusal: JSONResponse({"error": {"message": "Internal error."}}, 500))


@defect("errors")
def errors_as_text() -> None:
    def text(_: Any) -> Any:
        return lambda refusal: PlainTextResponse(refusal.message, refusal.status, refusal.headers)

    put(edge, "error_response", text)


@defect("errors")
def no_body_limit() -> None:
    async def whole(_: Any, request: Any) -> bytes:
        return await request.body()  # type: ignore[no-any-return]

    put(service.Gateway, "_body", lambda _: whole)


@defect("failover")
def no_failover() -> None:
    put(service.Upstreams, "order", lambda order: lambda upstreams: order(upstreams)[:1])


@defect("failover")
def waits_for_dead_upstreams() -> None:
    def patient(ask: Any) -> Any:
        async def asked(*request: Any) -> Any:
            answer = await ask(*request)
            if answer is None:
                await asyncio.sleep(PATIENCE)
            return answer

        return asked

    put(service.Upstreams, "_ask", patient)


@defect("load")
def drops_requests() -> None:
    numbers = itertools.count(1)

    def dropping(chat: Any) -> Any:
        async def answered(gateway: Any, request: Any) -> Response:
            if next(numbers) % _NTH == 0:
                raise edge.Refusal(503, "Too busy.")
            return await chat(gateway, request)  # type: ignore[no-any-return]

        return answered

    put(service.Gateway, "chat", dropping)


@defect("load")
def mixes_answers_up() -> None:
    numbers = itertools.count(1)
    last: list[Any] = []

    def mixing(chat: Any) -> Any:
        async def answered(upstreams: Any, body: Any, request_id: str) -> Any:
            answer = await chat(upstreams, body, request_id)
            former = json.loads(last.pop()) if last else None
            last.append(json.dumps(answer))
            return former if former and next(numbers) % _NTH == 0 else answer

        return answered

    put(service.Upstreams, "chat", mixing)


@defect("slo")
def slow() -> None:
    def late(chat: Any) -> Any:
        async def answered(gateway: Any, request: Any) -> Response:
            await asyncio.sleep(SLOW)
            return await chat(gateway, request)  # type: ignore[no-any-return]

        return answered

    put(service.Gateway, "chat", late)


def main() -> None:
    """Apply the defect and serve."""
    name = os.environ.get(VARIABLE, NONE)
    if name != NONE and name not in DEFECTS:
        print(f"{VARIABLE}={name}: known are {', '.join([NONE, *DEFECTS])}", file=sys.stderr)
        raise SystemExit(UNUSABLE)
    if name != NONE:
        DEFECTS[name].apply()
    serve.main()


if __name__ == "__main__":
    main()
