"""Puts the workers' reports together into the result of a load."""

from __future__ import annotations

import math
import time
from array import array
from collections import defaultdict
from dataclasses import dataclass, field

from support.base import clock
from support.load.clock import Share
from support.load.histogram import LONGEST, Histogram
from support.load.plan import LoadPlan
from support.load.result import (
    Endpoint,
    Failure,
    Generator,
    LoadResult,
    ProcessShare,
    Second,
    StageSpan,
    WorkerState,
    asked_rate,
    in_seconds,
    summary,
)
from support.load.tally import Report

_SHORTEST = 0.5
"""Seconds; what was used in a shorter span is no rate that could be compared."""


@dataclass(slots=True)
class _Call:
    """What is known of one kind of request."""

    times: Histogram = field(default_factory=Histogram)
    failures: dict[Failure, int] = field(default_factory=dict)
    said: dict[Failure, str] = field(default_factory=dict)
    served: int = 0
    shortest: int | None = None
    longest: int | None = None

    def record(self, times: array[int]) -> None:
        if times:
            self.times.record(times)
            self.shortest = min(*times, LONGEST if self.shortest is None else self.shortest)
            self.longest = max(*times, self.longest or 0)

    def endpoint(self, name: str) -> Endpoint:
        return Endpoint(
            name=name,
            count=self.times.count + sum(self.failures.values()),
            failures=dict(self.failures),
            said=dict(self.said),
            served=self.served,
            histogram=self.times.encode(),
            min=None if self.shortest is None else in_seconds(self.shortest),
            max=None if self.longest is None else in_seconds(self.longest),
        )


@dataclass(slots=True)
class _Second:
    times: array[int] = field(default_factory=lambda: array("I"))
    sent: int = 0
    failed: int = 0
    users: dict[str, int] = field(default_factory=dict)
    drawn: Second | None = None

    def second(self, number: int) -> Second:
        if self.drawn is None:
            ordered = sorted(self.times)
            p50, p95, p99 = (_at(ordered, percent) for percent in (50, 95, 99))
            done, users = len(ordered), sum(self.users.values())
            self.drawn = Second(
                at=number, sent=self.sent, done=done, failed=self.failed, p50=p50, p95=p95, p99=p99, users=users
            )
        return self.drawn


class Collector:
    """Collects what workers report of a plan, by the names of the workers."""

    def __init__(self, plan: LoadPlan) -> None:
        self.plan = plan
        self.workers: dict[str, WorkerState] = {}
        self.shares: dict[str, list[Share]] = defaultdict(list)
        self._calls = [_Call() for _ in plan.calls]
        self._seconds: dict[int, _Second] = defaultdict(_Second)
        self._late = Histogram()
        self._left_out = self._unsent = self._in_time = self._held = 0
        self._most_open: dict[str, int] = {}

    def add(self, worker: str, report: Report) -> None:
        """Take in a report."""
        before = self.samples
        for number, slot in report.slots:
            second = self._seconds[number]
            second.sent += slot.sent
            second.failed += slot.failed
            second.users[worker] = max(slot.users, second.users.get(worker, 0))
            second.drawn = None
            for call, times in zip(self._calls, slot.times, strict=True):
                second.times.extend(times)
                call.record(times)
        for number, kind, count, said in report.failures:
            failures = self._calls[number].failures
            failures[kind] = failures.get(kind, 0) + count
            self._calls[number].said.setdefault(kind, said)
        for call, served in zip(self._calls, report.served, strict=True):
            call.served += served
        self._late.record(report.late)
        self._left_out += report.left_out
        self._unsent += report.unsent
        self._in_time += report.in_time
        self._held += report.held
        self._most_open[worker] = max(report.most_open, self._most_open.get(worker, 0))
        state = self.workers[worker]
        self.workers[worker] = state.model_copy(update={"samples": state.samples + self.samples - before})

    def lost(self, worker: str, why: str) -> None:
        """A worker reports no more."""
        self.workers[worker] = self.workers[worker].model_copy(update={"lost": why})

    @property
    def samples(self) -> int:
        """How many requests ended."""
        return self.succeeded + sum(sum(call.failures.values()) for call in self._calls)

    @property
    def succeeded(self) -> int:
        """How many of them were answered as they should be."""
        return sum(call.times.count for call in self._calls)

    def result(self, began: float, spans: tuple[StageSpan, ...]) -> LoadResult:
        """All so far. ``began`` is when measuring began (monotonic)."""
        passed = max(0.0, time.monotonic() - began)
        seconds = min(passed, sum(stage.seconds for stage in self.plan.timed)) if self.plan.timed else passed
        return LoadResult(
            plan=summary(self.plan),
            started=clock.now() - passed,
            seconds=seconds,
            asked_rate=asked_rate(self.plan.timed),
            users=None if self.plan.is_open else self.plan.most_users,
            reached_rate=self._in_time / seconds if seconds else 0.0,
            samples=self.samples,
            left_out=self._left_out,
            unsent=self._unsent,
            held=self._held,
            most_open=sum(self._most_open.values()),
            endpoints=tuple(
                call.endpoint(about.name) for call, about in zip(self._calls, self.plan.calls, strict=True)
            ),
            timeline=self._timeline(),
            stages=spans,
            generator=self._generator(),
            workers=tuple(self.workers.values()),
        )

    def _timeline(self) -> tuple[Second, ...]:
        """Every second up to the last in which something happened; one in which nothing did is seen as well."""
        seconds = range(max(self._seconds, default=-1) + 1)
        return tuple(self._seconds[number].second(number) for number in seconds)

    def _generator(self) -> Generator:
        count = self._late.count
        late = in_seconds(self._late.at_rank(math.ceil(count * 0.99))) if count else None
        return Generator(processes=tuple(_shares(name, shares) for name, shares in self.shares.items()), late=late)


def _shares(name: str, shares: list[Share]) -> ProcessShare:
    seconds = sum(share.seconds for share in shares)
    return ProcessShare(
        name=name,
        mean=sum(share.used * share.seconds for share in shares) / seconds,
        max=max((share.used for share in shares if share.seconds >= _SHORTEST), default=0.0),
        waited=sum(share.waited * share.seconds for share in shares) / seconds,
    )


def _at(ordered: list[int], percent: int) -> float | None:
    return in_seconds(ordered[math.ceil(len(ordered) * percent / 100) - 1]) if ordered else None
