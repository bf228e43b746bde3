"""Health checks of upstreams: those that are well every now and then, those that are not more often."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from chassis import logs

from gateway.calling import CallFailed, UpstreamClient
from gateway.config import Probes
from gateway.upstreams import Server, Upstreams

SERVER_ERROR = 500


class Prober:
    """Checks every server, each in a task of its own, for as long as the gateway runs."""

    def __init__(self, client: UpstreamClient, upstreams: Upstreams, probes: Probes) -> None:
        self._client, self._upstreams, self._probes = client, upstreams, probes
        self._log = logs.get("probes")

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Check while the block runs; it begins once all have been checked for the first time."""
        servers = self._upstreams.servers
        await asyncio.gather(*(self._check(server) for server in servers))
        tasks = [asyncio.create_task(self._watch(server)) for server in servers]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, server: Server) -> None:
        while True:
            await asyncio.sleep(self._probes.every if server.alive else self._probes.unwell_every)
            await self._check(server)

    async def _check(self, server: Server) -> None:
        try:
            alive = await self._client.probe(server.url + server.health, self._probes.timeout) < SERVER_ERROR
        except CallFailed:
            alive = False
        if alive is not server.alive:
            self._log.info("an upstream is alive" if alive else "an upstream is dead", server=server.url)
        server.alive = alive
