"""Routes a request and calls the chosen service; when that fails, the next admissible one, within the deadline."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from caio.contracts.model import Endpoint
from caio.decision import RoutingDecision
from caio.dispatch import answers
from caio.dispatch.answers import Ask, Attempt, Dispatched, DispatchFailed
from caio.dispatch.calls import Call, CallOutcome, CallResult, ServiceCaller
from caio.dispatch.circuits import CircuitBoard
from caio.errors import CaioError, NoMatchingServices
from caio.orchestrator import Orchestrator
from caio.registry import ServiceEntry

SHARES = 3
"""At most this many candidates are kept in mind when the remaining time is shared out."""

LEAST_SECONDS = 0.005
"""A call with less time than this is not begun."""

HASTE_SECONDS = 0.25
"""A caller that waits for less than this says nothing about the service."""


@dataclass(slots=True)
class Progress:
    """How far one dispatch has come: who was tried (with the reason they are not tried again) and until when."""

    ends: float
    excluded: dict[str, str] = field(default_factory=dict)
    retries: dict[str, int] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.ends - time.monotonic()


class Dispatcher:
    """``keep`` signs and stores a decision and gives its JSON; it is awaited before the service is called.

    ``share`` tells other instances how a call ended, where that changes their ranking.
    """

    def __init__(
        self,
        orchestrator: Orchestrator,
        board: CircuitBoard,
        caller: ServiceCaller,
        keep: Callable[[RoutingDecision], Awaitable[bytes]],
        on_attempt: Callable[[str, str], None],
        share: Callable[[str, bool], Awaitable[None]],
    ) -> None:
        self.orchestrator = orchestrator
        self.board = board
        self.caller = caller
        self.keep = keep
        self.on_attempt = on_attempt
        self.share = share

    async def dispatch(self, ask: Ask) -> Dispatched:
        """Raises NoMatchingServices, DispatchFailed, DeadlineExceeded, or what routing refuses."""
        progress = Progress(time.monotonic() + ask.deadline_ms / 1000)
        while True:
            decision = self.next_decision(ask, progress)
            entry = self.orchestrator.service(decision.service_id)
            document = await self.keep(decision)
            endpoint = entry.contract.endpoint(decision.capability)
            unfit = self.why_not(entry, endpoint)
            if unfit is not None or endpoint is None:
                progress.excluded[entry.service_id] = f"dispatch: {unfit}"
                continue
            result = await self.call_chosen(ask, progress, decision, entry, endpoint)
            progress.attempts.append(answers.attempt_of(decision, result))
            if result.outcome is CallOutcome.ANSWERED:
                return Dispatched(document, entry.service_id, result.output, progress.attempts)
            self.check_may_go_on(ask, progress, entry, endpoint, result)
            if endpoint.idempotent:
                progress.retries.setdefault(entry.service_id, int(decision.control_signal["retries"]))

    def why_not(self, entry: ServiceEntry, endpoint: Endpoint | None) -> str | None:
        """What keeps the chosen service from being called, if anything."""
        if endpoint is None:
            return "its contract names no endpoint for this"
        return None if self.board.admits(entry) else "its circuit lets one trial through at a time"

    def was_decided(self, error: CaioError) -> bool:
        """Whether a failed dispatch had at least a decision, which has been counted then."""
        return isinstance(error, DispatchFailed)

    def next_decision(self, ask: Ask, progress: Progress) -> RoutingDecision:
        """The best service that may still be tried. Raises NoMatchingServices or DispatchFailed when there is none."""
        try:
            return self.route(ask, progress.excluded)
        except NoMatchingServices:
            if not progress.attempts:
                raise
        again = next((name for name, left in progress.retries.items() if left > 0), None)
        if again is None:
            raise answers.failed("no service answered", progress.attempts)
        progress.retries[again] -= 1
        rest = {name: reason for name, reason in progress.excluded.items() if name != again}
        try:
            return self.route(ask, rest)
        except NoMatchingServices:
            raise answers.failed("no service answered", progress.attempts) from None

    def route(self, ask: Ask, excluded: Mapping[str, str]) -> RoutingDecision:
        """Decide again, without those that were tried."""
        return self.orchestrator.route_request(ask.request, ask.policies, ask.history, ask.seed, excluded=excluded)

    async def call_chosen(
        self, ask: Ask, progress: Progress, decision: RoutingDecision, entry: ServiceEntry, endpoint: Endpoint
    ) -> CallResult:
        """Call the service that was decided on, and let what comes of it count for later decisions."""
        allowed = float(decision.control_signal["timeout_ms"]) / 1000
        seconds = self.patience(progress, decision, endpoint, allowed)
        result: CallResult | None = None
        try:
            if seconds < LEAST_SECONDS:
                raise answers.deadline_passed(ask, progress.attempts)
            result = await self.caller.call(Call(entry.contract, endpoint, ask.payload, seconds, ask.request_id))
        finally:
            if result is None:
                self.board.abandoned(entry)
        await self.learn(entry, result, hasty=seconds < min(allowed, HASTE_SECONDS))
        return result

    def patience(self, progress: Progress, decision: RoutingDecision, endpoint: Endpoint, allowed: float) -> float:
        """Seconds to wait for this call, at most those allowed. Where others may follow, they are left their share."""
        remaining = progress.remaining
        if endpoint.idempotent:
            remaining /= min(SHARES, self.others(progress, decision) + 1)
        return min(allowed, remaining)

    def others(self, progress: Progress, decision: RoutingDecision) -> int:
        """How many further services could take the request, as the decision's own ranking has it."""
        return sum(name not in progress.excluded for name in decision.ranking[1:])

    async def learn(self, entry: ServiceEntry, result: CallResult, hasty: bool) -> None:
        """Count an outcome. A time-out that only the caller's haste brought about opens no circuit."""
        self.on_attempt(entry.service_id, result.outcome.value)
        ok = not result.outcome.speaks_against_service
        changed = self.orchestrator.record_outcome(entry.service_id, ok)
        if not result.outcome.speaks_against_service:
            self.board.succeeded(entry)
        elif result.outcome is CallOutcome.TIMED_OUT and hasty:
            self.board.abandoned(entry)
        else:
            self.board.failed(entry)
        if changed:
            await self.share(entry.service_id, ok)

    def check_may_go_on(
        self, ask: Ask, progress: Progress, entry: ServiceEntry, endpoint: Endpoint, result: CallResult
    ) -> None:
        """Raises DispatchFailed where another call could do harm or no good."""
        who, attempts = entry.service_id, progress.attempts
        if result.outcome is CallOutcome.REJECTED:
            raise answers.failed(f"{who}: {result.reason}", attempts)
        if progress.remaining < LEAST_SECONDS:
            raise answers.deadline_passed(ask, attempts)
        if not may_try_another(endpoint, result):
            raise answers.failed(f"{who}: {result.reason}; it may have acted, so nothing else was tried", attempts)
        progress.excluded[who] = f"dispatch: it was tried and {result.outcome.value}"


def may_try_another(endpoint: Endpoint, result: CallResult) -> bool:
    """Whether a further call cannot do harm: nothing has happened yet, or happening twice is the same as once."""
    return endpoint.idempotent or not result.outcome.may_have_had_effect
