"""Answers a request for a model: checks, limits, budget, upstreams; ends all of it when the caller goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from chassis import bodies, logs
from chassis.problems import Problem
from chassis.rate_limit import RateLimiter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from gateway import errors, sse, streams
from gateway.asked import Asked, Operation, outgoing, parse
from gateway.attempts import Attempts
from gateway.budget import Budgets, Reservation
from gateway.calling import Refused, Whole
from gateway.choosing import Candidate, Route, Router
from gateway.config import Timeouts, origin_of
from gateway.errors import ApiError
from gateway.keys import Caller
from gateway.metrics import Metrics
from gateway.streams import Counted, Opened
from gateway.upstreams import Upstreams

AIM = "x-upstream-url"
"""The header by which a caller names the upstream."""

JSON = "application/json"
CALLER_GONE = 499
"""Status that is logged and counted for a caller who went away before the answer began, as nginx has it."""

STREAM_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


@dataclass(slots=True)
class Service:
    """What requests are answered with."""

    router: Router
    upstreams: Upstreams
    attempts: Attempts
    limiters: dict[str, RateLimiter]
    budgets: Budgets
    metrics: Metrics
    timeouts: Timeouts
    allowed_upstreams: frozenset[str]
    largest_body: int


class Endpoint:
    """One operation of the API, as an ASGI application."""

    def __init__(self, service: Service, operation: Operation) -> None:
        self._service, self._operation = service, operation
        self._limits = bodies.Limits(size=service.largest_body)
        self._log = logs.get("requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the caller goes away first."""
        request = Request(scope, receive)
        try:
            asked = parse(self._operation, await read(request, self._limits))
        except ApiError as error:
            await errors.respond(error)(scope, receive, send)
            return
        except ClientDisconnect:
            return
        work = asyncio.create_task(self._answer(request, asked, send))
        gone = asyncio.create_task(disconnected(receive))
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await work
            else:
                self._log.info("the caller is gone")
        finally:
            gone.cancel()
            work.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)

    async def _answer(self, request: Request, asked: Asked, send: Send) -> None:
        began = False

        async def sent(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            response = await self._respond(request, asked, sent)
        except asyncio.CancelledError:
            if not began:  # nobody gets it, but the log and the metrics do
                await Response(status_code=CALLER_GONE)(request.scope, request.receive, send)
            raise
        except ApiError as error:
            response = errors.respond(error)
        except Exception:
            logs.get("errors").exception("a request has failed")
            if began:
                raise  # the connection breaks off, so that nobody takes what was sent for complete
            response = errors.respond(errors.internal())
        if response is not None:
            await response(request.scope, request.receive, send)

    async def _respond(self, request: Request, asked: Asked, send: Send) -> Response | None:
        """The answer; None if it was streamed. Raises ApiError."""
        caller = request.scope["caller"]
        route = self._route(request, caller, asked)
        self._check_rate(caller, route)
        reservation = self._reserve(caller, asked)
        counted = Counted()
        settle = self._settling(asked, counted, reservation)
        try:
            return await self._ask(request, route, asked, counted, settle, send)
        finally:
            settle()

    def _settling(self, asked: Asked, counted: Counted, reservation: Reservation | None) -> Callable[[], None]:
        """What counts the tokens that were used; once, however often it is called."""
        service, settled = self._service, False

        def settle() -> None:
            nonlocal settled
            if settled:
                return
            settled = True
            read, made = counted.told or (asked.read_estimate if counted.events else 0, counted.events)
            if read or made:
                service.metrics.used(read, made)
            if reservation is not None:
                service.budgets.settle(reservation, read + made)

        return settle

    async def _ask(
        self,
        request: Request,
        route: Route,
        asked: Asked,
        counted: Counted,
        settle: Callable[[], None],
        send: Send,
    ) -> Response | None:
        service = self._service

        async def relay(stream: Opened, candidate: Candidate) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": list(STREAM_HEADERS)})
            last = await self._relay(stream, candidate, counted, send)
            settle()  # before its last byte is sent, so that whoever has the answer finds it counted
            await send({"type": "http.response.body", "body": last, "more_body": False})
            await streams.finish(stream)

        going = outgoing(asked, request)
        answer = await service.attempts.answer(route, asked.operation, going, counted, relay)
        if isinstance(answer, Whole):
            counted.told = answer.used or (asked.read_estimate, 0)
            return Response(answer.body, 200, media_type="application/json")
        return refusal(answer) if isinstance(answer, Refused) else None

    async def _relay(self, stream: Opened, candidate: Candidate, counted: Counted, send: Send) -> bytes:
        """Send all events but the last, which this gives."""

        async def write(data: bytes) -> None:
            await send({"type": "http.response.body", "body": data, "more_body": True})

        silence = self._service.timeouts.silence
        error = await streams.relay(stream, candidate.upstream, silence, counted, write)
        if error is None:
            return sse.event(sse.DONE)
        candidate.upstream.failed()
        self._log.warning("a stream is incomplete", upstream=candidate.upstream.name, reason=error.kind)
        return errors.event(error)

    def _route(self, request: Request, caller: Caller, asked: Asked) -> Route:
        """Where the request goes. Raises ApiError (403, 404)."""
        route = self._service.router.find(asked.model)
        if route is None:
            raise errors.no_such_model(asked.model)
        if not caller.opens(asked.model):
            raise errors.model_closed(asked.model)
        aimed = request.headers.get(AIM)
        return route if aimed is None else self._aimed(caller, route, aimed)

    def _aimed(self, caller: Caller, route: Route, url: str) -> Route:
        """The route to the upstream that the caller has named. Raises ApiError (403) for one that is not allowed."""
        if not caller.may_aim or origin_of(url) not in self._service.allowed_upstreams:
            message = "The upstream that the request names is not allowed"
            raise ApiError(403, message, "permission_error", "upstream_not_allowed")
        alone = {"upstreams": ("aimed",), "upstream_model": route.model, "strategy": "in-order", "weights": ()}
        entry = route.entry.model_copy(update={**alone, "fallbacks": ()})
        return Route(route.name, entry, {"aimed": self._service.upstreams.aimed(url.rstrip("/"))})

    def _check_rate(self, caller: Caller, route: Route) -> None:
        """Raises ApiError (429)."""
        limiter = self._service.limiters.get(route.name)
        if limiter is None:
            return
        verdict = limiter.hit(f"{caller.name} {route.name}")
        if not verdict.allowed:
            raise errors.rate_limited(verdict.retry_after)

    def _reserve(self, caller: Caller, asked: Asked) -> Reservation | None:
        """Set aside what the request may cost; one that sets no limit is given what is left. Raises ApiError (429)."""
        if caller.budget is None:
            return None
        read, made = asked.read_estimate, asked.most_made
        needed = read + (1 if made is None else made)
        reserved = self._service.budgets.reserve(caller.name, caller.budget, needed, rest=made is None)
        if reserved is None:
            raise errors.over_budget()
        if made is None:
            asked.body["max_tokens"] = reserved.tokens - read
        return reserved


async def read(request: Request, limits: bodies.Limits) -> bytes:
    """The body. Raises ApiError for one that is too large (413), or that says that it is something else (415)."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON and not kind.endswith("+json"):
        raise ApiError(415, "The body must be JSON, and its Content-Type application/json")
    try:
        return await bodies.read(request, limits)
    except Problem as problem:
        raise ApiError(problem.status, "The body is too large", code="request_too_large") from None


async def disconnected(receive: Receive) -> None:
    """Return when the caller has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass


def refusal(refused: Refused) -> Response:
    """An upstream's refusal of what was asked, as an error object whatever the upstream sent."""
    try:
        value = orjson.loads(refused.body)
    except orjson.JSONDecodeError:
        value = None
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        known = {name: error.get(name) for name in ("message", "type", "param", "code")}
        known["type"] = known["type"] or errors.INVALID
        return Response(orjson.dumps({"error": known}), refused.status, media_type="application/json")
    return errors.respond(ApiError(refused.status, "The upstream refuses the request"))
