"""Mistakes by which the workers of one CAIO are not as one: each with services, limits, decisions of its own."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap

HTTP = ("http",)


@defect("CAIO-HARD-02", "Each worker counts a caller's requests for itself", HTTP, sample="over many connections")
def limit_by_worker() -> None:
    @wrap("chassis.rate_limit:RateLimiter.__init__")
    def broken(original: Any, self: Any, limit: Any, file: Any = None) -> None:
        original(self, limit, None)


@defect("CAIO-ROUTE-01", "A worker knows only the services that it was told of itself", HTTP, sample="one connection")
def services_by_worker() -> None:
    @wrap("caio.api.replica:Replica.catch_up")
    def broken(original: Any, self: Any, position: Any) -> None:
        return None


@defect("CAIO-ROUTE-01", "A worker goes on with services that another has removed", HTTP, sample="one connection")
def removal_by_worker() -> None:
    @wrap("caio.api.replica:Replica.put")
    def broken(original: Any, self: Any, service_id: str, text: Any) -> None:
        if text is not None:
            original(self, service_id, text)


@defect("CAIO-ERR-06", "A worker refuses a service that another has just removed", HTTP, sample="comes back")
def refused_for_what_has_gone() -> None:
    @wrap("caio.api.services:add")
    async def broken(original: Any, instance: Any, contract: Any, replace: bool) -> Any:
        import types

        async def unaware() -> None:
            return None

        return await original(
            types.SimpleNamespace(orchestrator=instance.orchestrator, refresh=unaware), contract, replace
        )


@defect("CAIO-ROUTE-06", "Each worker decides ties in its own way", HTTP, sample="over a connection of its own")
def ties_by_worker() -> None:
    @wrap("caio.routing.stages:tie_of")
    def broken(original: Any, text: str) -> int:
        import os

        return int(original(f"{text} {os.getpid()}"))


@defect("CAIO-ROUTE-07", "Each worker knows only the decisions that it made", HTTP, sample="over many connections")
def decisions_by_worker() -> None:
    made: set[str] = set()

    @wrap("caio.store.records:Records.save_decisions")
    def saving(original: Any, self: Any, decisions: Any) -> Any:
        made.update(decision_id for decision_id, _ in decisions)
        return original(self, decisions)

    @wrap("caio.store.records:Records.decision")
    def broken(original: Any, self: Any, decision_id: str) -> Any:
        if decision_id in made:
            return original(self, decision_id)
        unknown: Future[None] = Future()
        unknown.set_result(None)
        return unknown


@defect("CAIO-ROUTE-09", "A call that failed counts only with the worker that made it", HTTP, sample="a single call")
def outcomes_by_worker() -> None:
    @wrap("caio.api.replica:Replica.share")
    async def broken(original: Any, self: Any, service_id: str, ok: bool) -> None:
        return None
