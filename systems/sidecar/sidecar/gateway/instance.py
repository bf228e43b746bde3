"""Everything that the routes need, made from the settings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio.to_thread
from chassis import logs
from chassis.problems import Problem

from sidecar import __version__, pii
from sidecar.audit.log import Act, AuditLog
from sidecar.gateway.gate import Caller, Gate
from sidecar.gateway.metrics import GatewayMetrics
from sidecar.gateway.upstream import Upstream
from sidecar.interceptor.interceptor import Interceptor
from sidecar.queue.broker import ERRORS, Queue
from sidecar.settings import Settings
from sidecar.status import gateways, open_store, traces
from sidecar.status.blobs import Blobs
from sidecar.status.store import StatusStore, StoreUnavailable

WATCH_SECONDS = 0.25
AUDIT_SECONDS = 1.0
"""Longest wait for an audit record before an answer goes out; it is written all the same."""

SETTLE_SECONDS = 10.0


class Instance:
    """One gateway."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = logs.get("gateway")
        self.metrics = GatewayMetrics()
        self.audit = AuditLog(settings, self.metrics.audited)
        self.gate = Gate(settings, self.audit, self.metrics)
        self.store: StatusStore = open_store(settings)
        self.blobs = Blobs(settings.blobs)
        self.upstream = Upstream(settings)
        self.interceptor = Interceptor(settings, lambda: self.metrics.traces.labels("lost").inc())
        self.components: dict[str, bool] = {}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep what the app needs while it runs."""
        self.upstream.start()
        self.interceptor.start()
        watching = [asyncio.create_task(work()) for work in (self._watch_store, self._watch_queue, self._beat)]
        try:
            yield
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
            await self.interceptor.settle(SETTLE_SECONDS)
            await self.upstream.stop()
            await self.interceptor.stop()
            self.audit.close()
            self.store.close()
            self.log.info("stopped")

    async def in_store(self, act: Callable[..., Any], *arguments: Any) -> Any:
        """Have something done with the store, in a thread. Raises Problem 503."""
        try:
            return await anyio.to_thread.run_sync(act, *arguments)
        except StoreUnavailable as error:
            self.log.error("the store cannot be used", reason=str(error))
            raise Problem(
                "store-unavailable", 503, "the status store cannot be used now", headers={"Retry-After": "1"}
            ) from None

    async def audited(self, caller: Caller, what: str, outcome: str, target: str, request_id: str | None) -> None:
        """Leave an audit record, before the answer goes out if that is possible."""
        written = self.audit.note(Act(caller.name, caller.tenant, what, outcome, target, request_id))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(written)), AUDIT_SECONDS)

    def clean(self, text: str) -> str:
        """A short text that a caller has given, without personal data."""
        return pii.scrub(text)

    def report(self) -> dict[str, Any]:
        """What ``/health`` tells. Chats are answered without queue and store, so the gateway is up without them."""
        states = {name: "healthy" if works else "unhealthy" for name, works in self.components.items()}
        status = "healthy" if all(self.components.values()) else "degraded"
        return {"status": status, "version": __version__, "components": states}

    async def _watch_store(self) -> None:
        while True:
            try:
                items = await anyio.to_thread.run_sync(self.store.pending, traces.KIND)
            except StoreUnavailable as error:
                self._works("store", False, str(error))
            else:
                self._works("store", True)
                depth, oldest = traces.depth(items)
                self.interceptor.seen(depth)
                self.metrics.depth.set(depth)
                self.metrics.backlog.set(oldest)
            self.metrics.sampling.set(self.interceptor.sampling)
            self.metrics.recording.set(self.interceptor.in_hand)
            self._works("recorder", self.interceptor.healthy)
            await asyncio.sleep(WATCH_SECONDS)

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(StoreUnavailable):
                await anyio.to_thread.run_sync(gateways.beat, self.store, self.interceptor.gateway)
            await asyncio.sleep(gateways.BEAT_SECONDS)

    async def _watch_queue(self) -> None:
        queue = Queue(self.settings.redis_url)
        while True:
            try:
                await anyio.to_thread.run_sync(queue.client.ping)
            except ERRORS as error:
                self._works("queue", False, str(error))
            else:
                self._works("queue", True)
            await asyncio.sleep(WATCH_SECONDS * 2)

    def _works(self, component: str, healthy: bool, reason: str = "") -> None:
        if self.components.get(component, True) != healthy:
            self.log.log(
                20 if healthy else 30, "component", component=component, healthy=healthy, reason=reason or None
            )
        self.components[component] = healthy
        self.metrics.components.labels(component).set(healthy)
