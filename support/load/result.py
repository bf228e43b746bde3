"""What remains of a load: samples, times and failures by endpoint, and what server, generator and machine did.

All times are in seconds; only inside the histograms they are in microseconds. A result is one JSON file.
"""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from support.base.outcomes import UsageError
from support.load import confidence
from support.load.histogram import Histogram
from support.load.plan import LoadPlan, Stage

Failure = Literal["refused", "reset", "time-out", "status", "wrong body", "other"]
FAILURES: tuple[Failure, ...] = get_args(Failure)
MICROSECOND = 1e-6
NOISY = 0.15
"""Share of all cores from which on it is said that others used them."""
MASTER = "master"
"""The process of the generator that sends nothing, and collects what the others report."""
SATURATED = 0.9
"""Share of one core from which on a process of the generator counts as saturated."""


def in_seconds(microseconds: int) -> float:
    """By division, which is exact to the last digit where multiplying by a millionth is not."""
    return microseconds / 1_000_000


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Part):
    """Between which times a percentile lies, with a confidence; infinite where too few samples bound it."""

    low: float
    high: float
    confidence: float = confidence.CONFIDENCE

    def holds(self, seconds: float) -> bool:
        """Whether a time lies inside, so that the percentile is not told apart from it."""
        return self.low <= seconds <= self.high


class Endpoint(_Part):
    """One kind of request: ``count`` were sent, of which failures are told by kind; the rest is in the histogram."""

    name: str
    count: int
    failures: dict[Failure, int] = Field(default_factory=dict)
    histogram: str
    """Times of the successes, in microseconds, as HdrHistogram's own base64 text."""
    min: float | None = None
    max: float | None = None
    """The shortest and the longest of the successes, exact, in seconds."""
    said: dict[Failure, str] = Field(default_factory=dict)
    """What the first failure of each kind said."""
    served: int | None = None
    """How many successes ended while it was measured; None in results of an earlier version."""

    @cached_property
    def times(self) -> Histogram:
        """The times of the successes."""
        return Histogram.decode(self.histogram)

    @property
    def succeeded(self) -> int:
        """How many were answered as they should be."""
        return self.count - sum(self.failures.values())

    @property
    def success(self) -> float | None:
        """The share of successes, 0 … 1; None without samples."""
        return self.succeeded / self.count if self.count else None

    def percentile(self, percent: float) -> float | None:
        """The time that this percentage of the successes took at most; None without successes."""
        return self._at(max(1, math.ceil(self.succeeded * percent / 100))) if self.succeeded else None

    def percentile_of_all(self, percent: float) -> float | None:
        """As ``percentile``, but of all requests, where one that failed counts as never answered (infinite)."""
        return self._at(max(1, math.ceil(self.count * percent / 100))) if self.count else None

    def interval(self, percent: float, level: float = confidence.CONFIDENCE) -> Interval | None:
        """Between which times ``percentile`` lies with this confidence; None without successes."""
        if not self.succeeded:
            return None
        low, high = confidence.places(self.succeeded, percent, level)
        return Interval(low=self._at(low) if low else 0.0, high=self._at(high), confidence=level)

    def _at(self, place: int) -> float:
        """The time at a place in the order of successes; infinite beyond the last."""
        if place > self.succeeded:
            return math.inf
        seconds = in_seconds(self.times.at_rank(place))
        return min(max(seconds, self.min or 0.0), self.max or math.inf)


class Second(_Part):
    """One second of the load, by when requests were sent to be answered; ``at`` counts from the end of the warm-up.

    ``sent`` counts requests by their intended send, ``done`` and ``failed`` by when they ended. Percentiles are of the
    successes that ended in it, None if there were none.
    """

    at: float
    sent: int
    done: int
    failed: int
    p50: float | None
    p95: float | None
    p99: float | None
    users: int


class Usage(_Part):
    """What the server used at a moment: CPU seconds since it started, memory in bytes.

    ``waited`` is how many seconds it was ready to run and had no processor; None where it is not known.
    """

    at: float
    cpu: float
    memory: int
    threads: int
    waited: float | None = None


class StageSpan(_Part):
    """When a stage began and ended, counted from the end of the warm-up."""

    begin: float
    end: float
    users: int | None = None
    rate: float | None = None


class ProcessShare(_Part):
    """What a process of the generator used: shares of one core, the mean over the load and the highest second; and
    ``waited``, the share of the time in which it could have gone on and other processes had the core."""

    name: str
    mean: float
    max: float
    waited: float = 0.0


class Generator(_Part):
    """What sent the load. ``late`` is how many seconds after the intended moment requests were sent although a
    connection was free, at the 99th percentile: the generator's own doing, and part of the times."""

    processes: tuple[ProcessShare, ...] = ()
    late: float | None = None

    @property
    def saturated(self) -> bool:
        """Whether a process of it had no time to spare: it used its core, or waited for it, as good as always."""
        return any(process.mean + process.waited >= SATURATED for process in self.processes)


class Noise(_Part):
    """What else happened on this machine: shares of all its cores, the mean over the load.

    ``steal`` is what the hypervisor gave to other machines; ``foreign`` is used by processes that are neither the
    server's nor the suite's. None: cannot be told here.
    """

    steal: float | None = None
    foreign: float | None = None
    cores: int = 1

    @property
    def taken(self) -> float:
        """The share of all cores that was left neither to the system nor to the suite, as far as can be told."""
        return (self.foreign or 0.0) + (self.steal or 0.0)


class WorkerState(_Part):
    """A process that sent requests: on which host, and why its share is incomplete (empty if it is not)."""

    name: str
    host: str
    samples: int = 0
    lost: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it ran on this machine, and ended with its load."""
        return self.name.startswith("local-")


class LoadResult(_Part):
    """A load as it was run. ``partial``: it did not run to its end, or not all of it was collected; it says why."""

    form: Literal[1] = 1
    plan: LoadPlan
    """As it was run, without the headers and bodies of its calls."""
    started: float
    """When measuring began, in seconds since the epoch."""
    seconds: float
    """How long was measured, without the warm-up."""
    asked_rate: float | None = None
    """Arrivals per second that were asked for, the mean over its stages."""
    users: int | None = None
    reached_rate: float = 0.0
    """Requests per second that were sent in time."""
    samples: int = 0
    left_out: int = 0
    """Requests of the warm-up, which are in no other figure."""
    unsent: int = 0
    """Arrivals that were due, and that the generator did not get to although connections were free."""
    held: int = 0
    """Arrivals that had to wait when they were due, as the target kept all connections busy."""
    round_trip: float = 0.0
    """Seconds that opening a connection takes the worker that is farthest away: what each time owes to the network."""
    most_open: int = 0
    """How many connections were open at the same time, at most."""
    endpoints: tuple[Endpoint, ...] = ()
    timeline: tuple[Second, ...] = ()
    stages: tuple[StageSpan, ...] = ()
    server: tuple[Usage, ...] = ()
    generator: Generator = Field(default_factory=Generator)
    noise: Noise = Field(default_factory=Noise)
    workers: tuple[WorkerState, ...] = ()
    partial: bool = False
    partial_because: str = ""
    table: Annotated[None, BeforeValidator(lambda _: None)] = Field(None, exclude=True)
    """A file of a result has its figures here too (see ``store``); they follow from the rest, and are not read back."""

    @cached_property
    def total(self) -> Endpoint:
        """All endpoints together."""
        return together("all", self.endpoints)

    def per_second(self, count: int | None) -> float | None:
        """How many that is for each second of the load; None where either is unknown."""
        return count / self.seconds if count is not None and self.seconds else None

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of this name. Raises UsageError for another."""
        for one in self.endpoints:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.endpoints) or "none was called"
        raise UsageError(f"the load has no endpoint {name!r}; there are: {known}")

    def cut(self, because: str) -> Self:
        """The same result, marked as partial."""
        why = "; ".join(filter(None, (self.partial_because, because)))
        return self.model_copy(update={"partial": True, "partial_because": why})


def together(name: str, endpoints: tuple[Endpoint, ...]) -> Endpoint:
    """Several endpoints as one."""
    times, failures = Histogram(), dict.fromkeys(FAILURES, 0)
    for one in endpoints:
        times.add(one.times)
        for kind, count in one.failures.items():
            failures[kind] += count
    return Endpoint(
        name=name,
        count=sum(one.count for one in endpoints),
        failures={kind: count for kind, count in failures.items() if count},
        said={kind: said for one in reversed(endpoints) for kind, said in one.said.items()},
        served=None if any(one.served is None for one in endpoints) else sum(one.served or 0 for one in endpoints),
        histogram=times.encode(),
        min=min((one.min for one in endpoints if one.min is not None), default=None),
        max=max((one.max for one in endpoints if one.max is not None), default=None),
    )


def summary(plan: LoadPlan) -> LoadPlan:
    """A plan as it may be kept: without headers and bodies, in which secrets may stand."""
    calls = tuple(call.model_copy(update={"headers": {}, "body": None}) for call in plan.calls)
    return plan.model_copy(update={"calls": calls})


def asked_rate(stages: tuple[Stage, ...]) -> float | None:
    """Arrivals per second over all stages; None where they have users."""
    if not stages or stages[0].rate is None:
        return None
    return sum((stage.rate or 0.0) * stage.seconds for stage in stages) / sum(stage.seconds for stage in stages)


def read(path: Path) -> LoadResult:
    """Read a result from its file. Raises UsageError."""
    try:
        return LoadResult.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: no load result can be read ({error.strerror})") from error
    except ValidationError as error:
        raise UsageError(f"{path}: is no load result ({error.errors()[0]['msg']})") from error
