"""Asks one upstream after the other until one answers, within the number of attempts and the time that a model has."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpcore
from chassis import logs

from gateway import calling, choosing, errors, streams
from gateway.asked import Operation
from gateway.calling import CallFailed, Outgoing, Refused, UpstreamClient, Whole
from gateway.choosing import Candidate, Route, Router
from gateway.config import Timeouts
from gateway.streams import Counted, Opened

PAUSE = 0.1
"""Seconds before all are asked once more; doubled each time."""

LONGEST_PAUSE = 0.8

Relay = Callable[[Opened, Candidate], Awaitable[None]]
"""Sends a stream to the caller, once its first token has come."""


@dataclass(slots=True)
class Progress:
    """How far a request has come."""

    order: list[Candidate]
    attempts: int
    calls: int = 0
    rounds: int = 0
    waiting: list[Candidate] = field(default_factory=list)
    """Who has not been asked in this round."""
    limited: bool = False
    """Whether the last failure was a wish to be left alone."""


class Attempts:
    """Answers requests by calls of upstreams."""

    def __init__(self, client: UpstreamClient, router: Router, timeouts: Timeouts) -> None:
        self._client, self._router, self._timeouts = client, router, timeouts
        self._log = logs.get("upstreams")

    async def answer(
        self, route: Route, operation: Operation, outgoing: Outgoing, counted: Counted, relay: Relay
    ) -> Whole | Refused | None:
        """A whole answer, or a refusal of what was asked; None once a stream has been relayed. Raises ApiError."""
        progress = Progress(self._router.order(route), route.attempts)
        seconds = route.entry.timeout or self._timeouts.request
        try:
            async with asyncio.timeout(seconds) as deadline:
                while True:
                    candidate = await self._next(progress, deadline)
                    try:
                        return await self._once(candidate, operation, outgoing, counted, relay, deadline)
                    except CallFailed as failure:
                        progress.limited = failure.retry_after is not None
                        self._note(candidate, failure)
        except TimeoutError:
            raise errors.timed_out() from None

    async def _next(self, progress: Progress, deadline: asyncio.Timeout) -> Candidate:
        """Who is asked next; waits if it must. Raises ApiError when nobody is left, or none in time."""
        while progress.calls < progress.attempts:
            while progress.waiting:
                candidate = progress.waiting.pop(0)
                if not candidate.upstream.rest_left:
                    progress.calls += 1
                    return candidate
            awake = [each for each in progress.order if not each.upstream.rest_left]
            if awake:
                if progress.rounds:
                    await asyncio.sleep(min(PAUSE * 2 ** (progress.rounds - 1), LONGEST_PAUSE))
            else:
                await self._rest(progress, deadline)
            progress.rounds += 1
            progress.waiting = list(progress.order)
        raise self._given_up(progress)

    async def _rest(self, progress: Progress, deadline: asyncio.Timeout) -> None:
        """All rest: wait for the first that wanted it. Raises ApiError if none did, or the wait would be too long."""
        willing = [each for each in progress.order if each.upstream.wants_rest]
        seconds = choosing.shortest_rest(willing or progress.order)
        late = asyncio.get_running_loop().time() + seconds >= (deadline.when() or math.inf)
        if not willing or late:
            raise self._given_up(progress)
        await asyncio.sleep(seconds)

    def _given_up(self, progress: Progress) -> errors.ApiError:
        seconds = max(1, math.ceil(choosing.shortest_rest(progress.order)))
        resting = all(each.upstream.rest_left for each in progress.order)
        if progress.limited or (resting and any(each.upstream.wants_rest for each in progress.order)):
            return errors.upstreams_busy(seconds)
        return errors.upstreams_resting(seconds) if resting and not progress.calls else errors.upstreams_failed()

    async def _once(
        self,
        candidate: Candidate,
        operation: Operation,
        outgoing: Outgoing,
        counted: Counted,
        relay: Relay,
        deadline: asyncio.Timeout,
    ) -> Whole | Refused | None:
        """One call. Raises CallFailed as long as nothing has been sent to the caller."""
        upstream = candidate.upstream
        async with self._called(candidate, outgoing, deadline) as response:
            refused = await calling.refusal_of(response, upstream)
            if refused is not None:
                upstream.succeeded()
                return refused
            if not outgoing.stream:
                whole = await calling.whole_of(response, upstream, operation.gives)
                upstream.succeeded()
                return whole
            stream = await streams.opened(response, upstream, self._timeouts.silence, counted)
            upstream.succeeded()
            deadline.reschedule(None)  # the answer has begun; from now on only silence ends it
            await relay(stream, candidate)
            return None

    @asynccontextmanager
    async def _called(
        self, candidate: Candidate, outgoing: Outgoing, deadline: asyncio.Timeout
    ) -> AsyncIterator[httpcore.Response]:
        """The head of an upstream's answer; the upstream counts as busy until the block ends."""
        upstream = candidate.upstream
        self._router.begin(upstream)
        try:
            async with self._client.call(upstream, candidate.model, outgoing) as response:
                yield response
        except asyncio.CancelledError:
            if deadline.expired():
                upstream.failed()  # it has used up the time of the request
            raise
        finally:
            upstream.active -= 1

    def _note(self, candidate: Candidate, failure: CallFailed) -> None:
        upstream = candidate.upstream
        upstream.failed(failure.retry_after)
        rests = round(upstream.rest_left, 1)
        self._log.warning("an upstream has failed", upstream=upstream.name, reason=str(failure), rests_seconds=rests)
