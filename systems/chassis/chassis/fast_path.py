"""A fast path for the routes that are called for every request of a user, past the layers of the web framework.

These know what they need: no parameters to look for in the address, no dependencies to solve, no model to answer with.
The framework has the same functions as routes, describes them, and answers whatever is out of the ordinary.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.flow_control import FlowControl

from chassis import logs, problems
from chassis.batch_handler import BatchHandler, PendingRequest, RequestBatch
from chassis.cors import NO_ORIGIN
from chassis.gate import Gate
from chassis.observing import Observed, Observer
from chassis.problems import Problem

Answer = Callable[[Request], Awaitable[Response]]

LARGEST = 65_536
"""Bytes of a body that are read before anybody asks who sent them."""

UNUSUAL = frozenset({b"origin", b"expect", b"transfer-encoding", b"upgrade", b"content-encoding"})
"""Headers of requests that take the long path."""


class Exchange(PendingRequest, Protocol):
    """One request on the fast path and its answer, as the connection's protocol keeps it."""

    scope: dict[str, Any]
    body: bytearray
    started: float
    flow: FlowControl
    disconnected: bool
    seen: Observed

    def spelled(self, response: Response) -> bytes: ...

    def send(self, spelled: bytes) -> None: ...


class FastPath:
    """Whose requests take the fast path, and what answers them, which finds the body by ``bodies.read``.

    ``refusals`` are the errors that are no bugs; ``batch_handlers`` answer some of the routes when
    they are ready.
    """

    def __init__(
        self,
        routes: Mapping[tuple[bytes, bytes], Answer],
        observer: Observer,
        gate: Gate,
        refusals: Mapping[type[Exception], Callable[[Any], Problem]],
        batch_handlers: Mapping[tuple[bytes, bytes], BatchHandler],
    ) -> None:
        self.routes = routes
        self._batch_handlers = {
            routes[key]: replace(handler, steps=(self._enter, *handler.steps))
            for key, handler in batch_handlers.items()
        }
        self._batch = RequestBatch()
        self._observer = observer
        self._gate = gate
        self._refusals: dict[type[Exception], Callable[[Any], Problem]] = {Problem: as_it_is, **refusals}
        self._log = logs.get("fast_path")
        self._ready: list[tuple[Exchange, bytes]] = []

    def answer_for(self, method: bytes, url: bytes, headers: list[tuple[bytes, bytes]]) -> Answer | None:
        """What answers a request with these headers, if it may take the fast path."""
        answer = self.routes.get((method, url))
        length = b""
        for name, value in headers if answer is not None else ():
            if name in UNUSUAL:
                return None
            if name == b"content-length":
                length = value
        return answer if len(length) <= 5 and length.isdigit() and int(length) <= LARGEST else None

    def serve_in_batch(self, exchange: Exchange, answer: Answer) -> bool:
        """Answer one request without a task of its own, if its route has a batch handler."""
        handler = self._batch_handlers.get(answer)
        if handler is None or exchange.flow.write_paused:
            return False
        self._batch.add(exchange, handler, exchange)
        return True

    def finish(self, exchange: Exchange, response: Response) -> None:
        """Reply of an answer in log and metrics, and have it sent."""
        seen = exchange.seen
        response.raw_headers += (NO_ORIGIN, seen.header)
        seen.status = response.status_code
        self._observer.record(exchange.scope, seen)
        self._send_soon(exchange, exchange.spelled(response))

    async def serve(self, exchange: Exchange, answer: Answer) -> None:
        """Answer one request as the framework would, and report it in log and metrics before it is sent."""
        try:
            response = await self._response(exchange, answer)
        except BaseException:
            self._observer.record(exchange.scope, exchange.seen)
            self._observer.settle()
            exchange.abort()
            raise
        if exchange.flow.write_paused and not exchange.disconnected:
            await exchange.flow.drain()
        self.finish(exchange, response)

    def _send_soon(self, exchange: Exchange, spelled: bytes) -> None:
        """Send an answer together with the others that are ready in this turn of the event loop."""
        if not self._ready:
            asyncio.get_running_loop().call_soon(self._send_all)
        self._ready.append((exchange, spelled))

    def _send_all(self) -> None:
        ready, self._ready = self._ready, []
        self._observer.settle()
        for exchange, spelled in ready:
            exchange.send(spelled)

    def _enter(self, exchange: Exchange) -> Request:
        """The request, once its caller has been let in. Raises Problem."""
        scope = exchange.scope
        scope["body"] = exchange.body
        exchange.seen = self._observer.begin(scope, exchange.started)
        request = Request(scope)
        scope["caller"] = self._gate.admit(request)
        return request

    async def _response(self, exchange: Exchange, answer: Answer) -> Response:
        try:
            return await answer(self._enter(exchange))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            return self.response_to(error, exchange.scope)

    def response_to(self, error: Exception, scope: Scope) -> Response:
        """What the caller is told of an error."""
        kind = next((kind for kind in type(error).__mro__ if kind in self._refusals), None)
        if kind is None:
            self._log.error("uncaught error", exc_info=error, request_id=scope["request_id"])
            problem = problems.bug()
        else:
            problem = self._refusals[kind](error)
        return problems.respond(problem, self._gate.namespace, scope["path"], scope["request_id"])


def as_it_is(problem: Problem) -> Problem:
    """A refusal that is spelled as a problem already."""
    return problem
