"""Gives each request an id, times it, counts it and writes its access line."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import logs
from chassis.metrics import HttpMetrics

USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""A request id that a caller may bring: anything else could forge lines of the log."""

UNMATCHED = "unmatched"
"""Route label of requests to unknown paths, so that callers cannot invent label values."""

FAILED = 500
"""Status counted when the app raised instead of answering."""


class Ids:
    """Ids that no other process gives: a random half that each has for itself, and a number."""

    def __init__(self) -> None:
        self._renew()
        os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._own = os.urandom(8).hex()
        self._numbers = count(1)

    def next(self) -> str:
        """Another one, of 32 hexadecimal digits."""
        return f"{self._own}{next(self._numbers):016x}"


NEW_IDS = Ids()


@dataclass(slots=True)
class Observed:
    """What is known of one exchange so far."""

    started: float
    header: tuple[bytes, bytes]
    """Tells the caller the request's id."""
    status: int = FAILED
    recorded: bool = False


def request_id_for(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The caller's own id if it is a harmless one, else a new one."""
    for name, value in headers:
        if name == b"x-request-id":
            brought = value.decode("latin-1")
            return brought if USABLE_ID.fullmatch(brought) else NEW_IDS.next()
    return NEW_IDS.next()


class RouteLabels:
    """Finds a path's template, such as ``/api/v1/services/{service_id}``, also for requests that never reach it."""

    def __init__(self, templates: Iterable[str]) -> None:
        # Templates without parameters first: /decisions/verify is not a decision.
        ordered = sorted(dict.fromkeys(templates), key=lambda template: ("{" in template, template))
        self._exact = {template: template for template in ordered if "{" not in template}
        self._patterns = [(compile_path(template)[0], template) for template in ordered]

    def of(self, path: str) -> str:
        """The template, or "unmatched"."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact
        return next((template for pattern, template in self._patterns if pattern.match(path)), UNMATCHED)


class Observer:
    """Other parts find the id in ``scope["request_id"]`` and put the caller in ``scope["caller"]``."""

    def __init__(self, metrics: HttpMetrics, labels: RouteLabels) -> None:
        self.metrics = metrics
        self.labels = labels
        self.log = logs.Lines("access")

    def begin(self, scope: Scope, started: float | None = None) -> Observed:
        """Give a request its id. To be called in its own task; its head came at ``started``, or just now."""
        request_id = scope["request_id"] = request_id_for(scope["headers"])
        logs.request_id.set(request_id)
        return Observed(time.perf_counter() if started is None else started, (b"x-request-id", request_id.encode()))

    def record(self, scope: Scope, seen: Observed) -> None:
        """Note and log the exchange once; before its last byte is sent ``settle`` is to be called, too."""
        if seen.recorded:
            return
        seen.recorded = True
        seconds = time.perf_counter() - seen.started
        self.metrics.observe(scope["method"], self.labels.of(scope["path"]), seen.status, seconds)
        caller = scope.get("caller")
        self.log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=seen.status,
            duration_ms=round(seconds * 1000, 3),
            caller=caller.name if caller is not None else None,
            request_id=scope["request_id"],
        )

    def settle(self) -> None:
        """Count what has been recorded, so that whoever has the answer finds it."""
        self.metrics.flush()


class ObservingMiddleware:
    """Outermost middleware: has an observer see every request of an app."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self.app = app
        self.observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = self.observer.begin(scope)
        start: list[Message] = []

        async def observe(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = [*message["headers"], seen.header]
                # Held back until the body comes, as nothing may be sent before the line is written.
                start.append(message)
                return
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                self.observer.record(scope, seen)
                self.observer.settle()
            while start:
                await send(start.pop())
            await send(message)

        try:
            await self.app(scope, receive, observe)
        finally:
            self.observer.record(scope, seen)
            self.observer.settle()
