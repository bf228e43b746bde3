"""Asks every service that names a health path, again and again, whether it is well."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from chassis import logs

from caio.contracts.model import Endpoint
from caio.dispatch.calls import Call, CallOutcome, ServiceCaller
from caio.dispatch.circuits import CircuitBoard
from caio.errors import NotProbeable
from caio.orchestrator import Orchestrator
from caio.registry import ServiceEntry

TIMEOUT_SECONDS = 2.0

AT_ONCE = 20
"""Probes in flight at the same time."""


class Prober:
    """Probes on its own every ``interval`` seconds, and when asked. ``forgive`` tells who works again."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        board: CircuitBoard,
        caller: ServiceCaller,
        interval: float,
        forgive: Callable[[str], Awaitable[None]],
    ) -> None:
        self.orchestrator = orchestrator
        self.board = board
        self.caller = caller
        self.interval = interval
        self.forgive = forgive
        self.log = logs.get("prober")

    async def run(self) -> None:
        """Probe until cancelled."""
        while True:
            await asyncio.sleep(self.interval)
            await self.round()

    async def round(self) -> None:
        """Probe every service that can be probed, once."""
        self.board.half_open_rested()
        room = asyncio.Semaphore(AT_ONCE)

        async def one(entry: ServiceEntry) -> None:
            async with room:
                await self.probe(entry)

        entries = [entry for entry in self.orchestrator.services() if entry.contract.api.health is not None]
        await asyncio.gather(*(one(entry) for entry in entries))

    async def probe(self, entry: ServiceEntry) -> None:
        """Ask one service now and take in what it shows. Raises NotProbeable."""
        if entry.contract.api.health is None:
            raise NotProbeable(f"{entry.service_id!r} cannot be probed: its contract names no api.health")
        endpoint = Endpoint(path=entry.contract.api.health, method="GET")
        result = await self.caller.call(Call(entry.contract, endpoint, {}, TIMEOUT_SECONDS, None))
        # Any answer in the 200s will do; a health page need not be JSON.
        well = result.outcome is CallOutcome.ANSWERED or (result.status is not None and 200 <= result.status < 300)
        before = entry.health
        if self.board.probed(entry, well):
            await self.forgive(entry.service_id)
        if entry.health != before:
            self.log.info("health changed", service_id=entry.service_id, health=entry.health, reason=result.reason)
