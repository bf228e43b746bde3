"""Mistakes that cost time or memory, or fail now and then."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap

RESPOND = "gateway.handling:Endpoint._respond"
KEPT: list[bytes] = []


@defect("GW-LOAD-01", "Each answer takes a fifth of a second more", HTTP)
def answers_late() -> None:
    @wrap(RESPOND)
    async def broken(original: Any, *given: Any) -> Any:
        import asyncio

        await asyncio.sleep(0.2)
        return await original(*given)


@defect("GW-LOAD-01", "What was asked is kept for ever", HTTP)
def memory_leaks() -> None:
    @wrap(RESPOND)
    async def broken(original: Any, *given: Any) -> Any:
        KEPT.append(b"x" * 2_000_000)
        return await original(*given)


@defect("GW-LOAD-01", "Each twentieth request fails", HTTP)
def some_fail() -> None:
    from itertools import count

    numbers = count(1)

    @wrap(RESPOND)
    async def broken(original: Any, *given: Any) -> Any:
        from gateway import errors

        if next(numbers) % 20 == 0:
            raise errors.upstreams_failed()
        return await original(*given)


@defect("GW-LOAD-02", "A model is looked for among all, one after the other", HTTP)
def models_searched() -> None:
    @wrap("gateway.choosing:Router.find")
    def broken(original: Any, self: Any, model: str) -> Any:
        import time

        time.sleep(len(self) * 0.0001)
        return original(self, model)


@defect("GW-LOAD-02", "Who is asked is decided anew for all models each time", HTTP)
def all_decided_anew() -> None:
    @wrap("gateway.choosing:Router.order")
    def broken(original: Any, self: Any, route: Any) -> Any:
        for _ in range(len(self) // 10):
            for name in self.models():
                original(self, self.find(name))
        return original(self, route)


@defect("GW-LOAD-02", "Among a thousand deployments each tenth request finds none", HTTP)
def lost_among_many() -> None:
    from itertools import count

    numbers = count(1)

    @wrap("gateway.choosing:Router.find")
    def broken(original: Any, self: Any, model: str) -> Any:
        lost = len(self) > 100 and next(numbers) % 10 == 0
        return None if lost else original(self, model)
