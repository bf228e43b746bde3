"""Decides which chats are explained, and hands their copies to the recorder without ever waiting for it."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sidecar.interceptor.channel import Channel
from sidecar.settings import Settings
from sidecar.status import rules
from sidecar.status.store import Item
from sidecar.status.traces import NewTrace, record_of

Shed = Literal["queue-full", "sampled", "too-large"]
SHED: tuple[Shed, ...] = ("queue-full", "sampled", "too-large")

MOST_BYTES = 64 * 1024 * 1024
"""Of all copies together."""


@dataclass(slots=True)
class Held:
    """A trace in the hands of the interceptor, before the store has it for good."""

    trace: NewTrace
    created: float
    size: int
    """Bytes of its copy."""
    ended: tuple[str, str] | None = None
    """Status and reason, where it ended before it was stored."""


class Interceptor:
    """One per gateway. ``depth`` is what the store holds, as somebody saw it last."""

    def __init__(self, settings: Settings, lost: Callable[[], None]) -> None:
        self._settings = settings
        self._limit = settings.sidecar_queue_limit
        self._held: dict[str, Held] = {}
        self._storing: set[asyncio.Future[bool]] = set()
        self._lost = lost
        self._bytes = 0
        self._since = 0
        self._depth = 0
        self._random = random.Random()
        self.gateway = uuid.uuid4().hex
        """Whose traces are without an end if this process dies in the midst of them."""
        self._channel = Channel(settings, self.gateway)

    def start(self) -> None:
        """Start the recorder. What it is given before it works waits in the socket."""
        self._channel.start()

    async def stop(self) -> None:
        """End the recorder after what it has in hand."""
        await self._channel.stop()

    async def settle(self, seconds: float) -> None:
        """Wait until everything in hand is stored, but not longer."""
        if self._storing:
            await asyncio.wait(self._storing, timeout=seconds)

    @property
    def healthy(self) -> bool:
        """Whether the recorder runs."""
        return self._channel.alive

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
        if ratio <= 0.0 or len(self._held) >= self._settings.sidecar_record_limit or self._bytes > MOST_BYTES:
            return "queue-full"
        return None if ratio >= 1.0 or self._random.random() < ratio else "sampled"

    def hold(self, trace: NewTrace, size: int) -> None:
        """A chat that will be explained begins to be copied."""
        self._held[trace.key] = Held(trace, time.time(), size)
        self._bytes += size
        self._since += 1

    def begin(self, trace: NewTrace) -> None:
        """Its answer has begun: the trace can be asked for."""
        self._channel.order("begin", trace, self._held[trace.key].created)

    def finish(self, trace: NewTrace, request: bytes, answer: bytes, streamed: bool) -> None:
        """Its answer is complete."""
        held = self._held[trace.key]
        held.size += len(answer)
        self._bytes += len(answer)
        self._end(held, "finish", request, answer, streamed)

    def abandon(self, trace: NewTrace, status: str, reason: str) -> None:
        """Its answer broke off after it had begun."""
        held = self._held[trace.key]
        held.ended = status, reason
        self._end(held, "abandon", status, reason)

    def release(self, trace: NewTrace) -> None:
        """There was no answer, so there is no trace."""
        self._drop(trace.key)
        self._since = max(0, self._since - 1)

    def find(self, key: str) -> Item | None:
        """A trace that the store may not have yet."""
        held = self._held.get(key)
        if held is None:
            return None
        status, reason = held.ended or (rules.QUEUED, None)
        return {**record_of(held.trace, held.created), "status": status, "reason": reason}

    def _drop(self, key: str) -> None:
        held = self._held.pop(key, None)
        self._bytes -= held.size if held is not None else 0

    def _end(self, held: Held, act: str, *arguments: Any) -> None:
        """Have the recorder store a trace; it is held until that is done."""
        stored = self._channel.order(act, held.trace, held.created, *arguments)
        self._storing.add(stored)
        stored.add_done_callback(lambda done: self._stored(held, done))

    def _stored(self, held: Held, done: asyncio.Future[bool]) -> None:
        self._storing.discard(done)
        self._drop(held.trace.key)
        if done.cancelled() or not done.result():
            self._lost()
