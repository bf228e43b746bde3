"""What a dispatch is asked, what it tried, and how it ended.

Not frozen, as every request makes some of these and frozen dataclasses take three times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from caio.decision import RoutingDecision
from caio.dispatch.calls import CallOutcome, CallResult
from caio.errors import CaioError
from caio.request import Request


@dataclass(slots=True)
class Ask:
    """What the caller wants routed and called, and by when."""

    request: Request
    policies: list[Any]
    history: dict[str, Any]
    seed: int
    payload: dict[str, Any]
    deadline_ms: int
    request_id: str | None


@dataclass(slots=True)
class Attempt:
    """One call that was made on the way to the answer."""

    service_id: str
    decision_id: str
    outcome: str
    status: int | None
    duration_ms: float
    reason: str | None


@dataclass(slots=True)
class Dispatched:
    """The one answer that the caller sees."""

    decision: bytes
    service_id: str
    output: Any
    attempts: list[Attempt]


class DispatchFailed(CaioError):
    """No service gave an answer; `attempts` says what was tried."""

    problem: ClassVar[str] = "dispatch-failed"
    title: ClassVar[str] = "No service answered"
    status: ClassVar[int] = 502

    def __init__(self, detail: str, attempts: list[Attempt]) -> None:
        super().__init__(detail)
        self.attempts = attempts


class DeadlineExceeded(DispatchFailed):
    """The caller's deadline passed before a service answered."""

    problem: ClassVar[str] = "deadline-exceeded"
    title: ClassVar[str] = "The deadline passed"
    status: ClassVar[int] = 504


def attempt_of(decision: RoutingDecision, result: CallResult) -> Attempt:
    """The record of one call."""
    return Attempt(
        decision.service_id,
        decision.decision_id,
        result.outcome.value,
        result.status,
        result.duration_ms,
        result.reason,
    )


def failed(what: str, attempts: list[Attempt]) -> DispatchFailed:
    """The failure to report after these attempts."""
    return DispatchFailed(f"{what} ({told(attempts)})" if len(attempts) > 1 else f"{what}{only(attempts)}", attempts)


def only(attempts: list[Attempt]) -> str:
    """The single attempt's reason, unless the sentence has it already."""
    return f": {told(attempts)}" if attempts and attempts[0].outcome != CallOutcome.REJECTED.value else ""


def told(attempts: list[Attempt]) -> str:
    """The attempts in one line."""
    return "; ".join(f"{attempt.service_id}: {attempt.reason}" for attempt in attempts)


def deadline_passed(ask: Ask, attempts: list[Attempt]) -> DeadlineExceeded:
    """The failure to report when time is up."""
    tried = f" ({told(attempts)})" if attempts else ""
    return DeadlineExceeded(f"no service answered within {ask.deadline_ms} ms{tried}", attempts)
