"""Decides which chats are explained, and hands their copies to the recorder without ever waiting for it."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import random
import time
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Literal

from chassis import logs

from sidecar.interceptor import recorder
from sidecar.settings import Settings
from sidecar.status import rules
from sidecar.status.store import Item, StoreUnavailable
from sidecar.status.traces import NewTrace, record_of

Shed = Literal["queue-full", "sampled", "too-large"]
SHED: tuple[Shed, ...] = ("queue-full", "sampled", "too-large")

TRIES = 20
RETRY_SECONDS = 0.5
"""A store that cannot be used is tried again for so long; then the trace is given up, and the log says so."""


@dataclass(slots=True)
class Held:
    """A trace in the hands of the interceptor, before the store has it for good."""

    trace: NewTrace
    created: float
    ended: tuple[str, str] | None = None
    """Status and reason, where it ended before it was stored."""


class Interceptor:
    """One per gateway. ``depth`` is what the store holds, as somebody saw it last."""

    def __init__(self, settings: Settings, lost: Callable[[], None]) -> None:
        self._settings = settings
        self._limit = settings.sidecar_queue_limit
        self._pool: ProcessPoolExecutor | None = None
        self._ready: Future[int] | None = None
        self._held: dict[str, Held] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._lost = lost
        self._log = logs.get("interceptor")
        self._since = 0
        self._depth = 0
        self._random = random.Random()
        self.gateway = uuid.uuid4().hex
        """Whose traces are without an end if this process dies in the midst of them."""
        self.healthy = True

    def start(self) -> None:
        """Start the recorder."""
        self._pool = self._new_pool()
        self._ready = self._pool.submit(os.getpid)

    async def ready(self, seconds: float) -> None:
        """Wait until the recorder works, so that the first chat need not; but not longer."""
        assert self._ready is not None, "the interceptor is not started"
        with contextlib.suppress(TimeoutError, BrokenProcessPool):
            await asyncio.wait_for(asyncio.wrap_future(self._ready), seconds)

    def stop(self) -> None:
        """End the recorder after what it has in hand."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=False)

    async def settle(self, seconds: float) -> None:
        """Wait until everything in hand is stored, but not longer."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    @property
    def in_hand(self) -> int:
        """Chats that are being copied or stored."""
        return len(self._held)

    @property
    def sampling(self) -> float:
        """The share of chats that is explained now: all up to half of the limit, then fewer, none at the limit."""
        depth = self._depth + self._since
        return min(1.0, max(0.0, (self._limit - depth) / (self._limit / 2)))

    def seen(self, depth: int) -> None:
        """Take in how many traces the store has open."""
        self._depth, self._since = depth, len(self._held)

    def refusal(self, size: int) -> Shed | None:
        """Why a chat of this size is not explained; None if it is."""
        if size > self._settings.sidecar_largest_copy:
            return "too-large"
        ratio = self.sampling
        if ratio <= 0.0 or len(self._held) >= self._settings.sidecar_record_limit:
            return "queue-full"
        return None if ratio >= 1.0 or self._random.random() < ratio else "sampled"

    def hold(self, trace: NewTrace) -> None:
        """A chat that will be explained begins to be copied."""
        self._held[trace.key] = Held(trace, time.time())
        self._since += 1

    def begin(self, trace: NewTrace) -> None:
        """Its answer has begun: the trace can be asked for."""
        held = self._held[trace.key]
        self._do(self._in_pool(recorder.begin, trace, held.created))

    def finish(self, trace: NewTrace, request: bytes, answer: bytes, streamed: bool) -> None:
        """Its answer is complete."""
        held = self._held[trace.key]
        self._do(self._end(held, recorder.finish, request, answer, streamed))

    def abandon(self, trace: NewTrace, status: str, reason: str) -> None:
        """Its answer broke off after it had begun."""
        held = self._held[trace.key]
        held.ended = status, reason
        self._do(self._end(held, recorder.abandon, status, reason))

    def release(self, trace: NewTrace) -> None:
        """There was no answer, so there is no trace."""
        self._held.pop(trace.key, None)
        self._since = max(0, self._since - 1)

    def find(self, key: str) -> Item | None:
        """A trace that the store may not have yet."""
        held = self._held.get(key)
        if held is None:
            return None
        status, reason = held.ended or (rules.QUEUED, None)
        return {**record_of(held.trace, held.created), "status": status, "reason": reason}

    def _do(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end(self, held: Held, act: Callable[..., str], *arguments: Any) -> None:
        try:
            if not await self._in_pool(act, held.trace, held.created, *arguments):
                self._lost()
        finally:
            self._held.pop(held.trace.key, None)

    async def _in_pool(self, act: Callable[..., Any], *arguments: Any) -> bool:
        """Have the recorder do something; a store that is away, or a recorder that was killed, is tried again."""
        for _ in range(TRIES):
            pool = self._pool
            assert pool is not None, "the interceptor is not started"
            try:
                await asyncio.wrap_future(pool.submit(act, *arguments))
                self.healthy = True
                return True
            except BrokenProcessPool:
                self._log.error("the recorder has ended and is replaced")
                if self._pool is pool:
                    self._pool = self._new_pool()
            except StoreUnavailable as error:
                self._log.warning("a trace cannot be stored yet", reason=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, no chat may notice
                self._log.error("a trace cannot be recorded", exc_info=error)
                break
            self.healthy = False
            await asyncio.sleep(RETRY_SECONDS)
        self._log.error("a trace is given up, as it cannot be stored")
        return False

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, context, recorder.start, (self._settings, os.getpid(), self.gateway))
