"""Everything that the routes need, made from the settings."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable

import anyio.to_thread
from chassis import logs
from chassis.bodies import Limits

import automation
from automation.audit.backups import Backups
from automation.audit.log import LockedAuditLog
from automation.identity.gate import AddressOf, Gate
from automation.identity.keys import ApiKeys
from automation.identity.limits import SharedLimiter
from automation.identity.tokens import Tokens
from automation.identity.users import Users
from automation.metrics import Metrics
from automation.queue.link import RedisLink
from automation.settings import Settings
from automation.store import jobs
from automation.store.campaigns import Campaigns
from automation.store.database import Store
from automation.store.leads import Leads
from automation.store.runs import Runs

THREADS = 8
"""Requests that one process works on at the same time, beyond its event loop."""

WATCH_SECONDS = 0.5


class Instance:
    """One API process."""

    def __init__(self, settings: Settings, leaving: Callable[[], bool] = lambda: False) -> None:
        self.settings = settings
        self.leaving = leaving
        self.log = logs.get("automation")
        folder = settings.server.data_dir
        self.folder = folder
        self.store = Store(folder)
        self.metrics = Metrics(automation.__version__)
        self.audit = LockedAuditLog(folder)
        self.link = RedisLink(settings.redis, folder)
        self.users = Users(self.store, settings.auth)
        self.tokens = Tokens(settings)
        self.keys = ApiKeys(self.store)
        self.leads = Leads(self.store, settings.crm.active)
        self.runs = Runs(self.store, self.leads)
        self.campaigns = Campaigns(self.store)
        self.backups = Backups(folder, self.audit)
        self.limits = Limits(size=settings.server.largest_body)
        self.gate = Gate(
            required=settings.must_authenticate,
            users=self.users,
            tokens=self.tokens,
            keys=self.keys,
            limiter=SharedLimiter(settings.rate_limit, self.link, folder),
            audit=self.audit,
            metrics=self.metrics,
            address_of=AddressOf(settings.server.trusted_proxies),
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch Redis and the queue while the app runs."""
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self.store.close()
            self.log.info("stopped")

    async def _watch(self) -> None:
        state = None
        while True:
            found = await anyio.to_thread.run_sync(self.link.state)
            if found != state:
                self.log.log(20 if found == "ready" else 30, "redis", state=found, reason=self.link.reason or None)
            state = found
            with contextlib.suppress(sqlite3.Error):
                self.note_depth(await anyio.to_thread.run_sync(jobs.depth, self.store))
            await asyncio.sleep(WATCH_SECONDS)

    def note_depth(self, depth: jobs.Depth) -> None:
        """Put the queue's depth into the metrics."""
        self.metrics.depth.set(depth.total)
        self.metrics.oldest.set(depth.oldest_seconds)
        self.metrics.dead.set(depth.dead)
