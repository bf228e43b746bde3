"""Loads on the Python API: threads of the system's own process that ask for decisions, as a load result like any.

They are one call to that process, which tells of them once all are done, or once it is interrupted.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

from support.base import clock
from support.deployments.driver import DriverDeployment
from support.deployments.processes import Usage as ServerUsage
from support.domains.caio.interface import RouteRequest
from support.domains.caio.python_interface import PythonInterface
from support.load.histogram import Histogram
from support.load.noise import NoiseWatch
from support.load.plan import Call, LoadPlan
from support.load.result import MICROSECOND, Endpoint, LoadResult, Second, Usage
from support.load.runner import LoadInterrupted
from support.world.core import World

LAST_WORDS = 5.0
"""Seconds that the process has to tell what it has done when a load is interrupted."""
EVERY = 0.5
"""Seconds between two looks at what the process uses."""
NOWHERE = "http://python.invalid"
"""The address that a plan names for what is reached without one (RFC 2606 keeps it from ever being anybody's)."""


def run(
    world: World,
    interface: PythonInterface,
    deployment: DriverDeployment,
    name: str,
    asked: RouteRequest,
    threads: int,
    each: int,
) -> LoadResult:
    """Have so many threads ask for a decision, each so many times, one right after the other.

    Raises LoadInterrupted on Ctrl-C.
    """
    noise, used, interrupted = NoiseWatch(), _UsageWatch(deployment.usage), False
    world.progress(f"measuring in process: {name}")
    noise.look()
    with used:
        try:
            answer = interface.load(asked, threads, each).result()
        except KeyboardInterrupt:
            answer, interrupted = deployment.cut_short(LAST_WORDS), True
    noise.look()
    if answer is None:
        raise LoadInterrupted(None)
    result = _result(name, answer, threads, each)
    end = result.started + result.seconds
    result = result.model_copy(
        update={"noise": noise.between(result.started, end), "server": used.between(result.started, end)}
    )
    if result.samples < threads * each:
        result = result.cut(f"{'interrupted: ' if interrupted else ''}{result.samples:,} of {threads * each:,} calls")
    if interrupted:
        raise LoadInterrupted(result)
    return result


class _UsageWatch:
    """Looks at what a process uses, now and then from a thread, while something else waits for that process."""

    def __init__(self, usage: Callable[[], ServerUsage]) -> None:
        self._usage = usage
        self._seen: list[tuple[float, ServerUsage]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="usage", daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def between(self, begin: float, end: float) -> tuple[Usage, ...]:
        """What was seen; the first and the last look count as of the beginning and the end (seconds, epoch)."""
        return tuple(
            Usage(
                at=min(max(at, begin), end) - begin,
                cpu=seen.cpu,
                memory=seen.memory,
                threads=seen.threads,
                waited=seen.waited,
            )
            for at, seen in self._seen
        )

    def _look_on(self) -> None:
        while not self._over.wait(EVERY):
            with suppress(Exception):  # a process that has just died has nothing to tell
                self._look()

    def _look(self) -> None:
        self._seen.append((clock.now(), self._usage()))


def endpoint_of(name: str, counts: Mapping[int, int], failures: Mapping[str, int]) -> Endpoint:
    """An endpoint from times in microseconds with their counts, and from failures by kind."""
    times = Histogram()
    for microseconds, count in counts.items():
        times.record([microseconds] * count)
    return Endpoint(
        name=name,
        count=sum(counts.values()) + sum(failures.values()),
        failures=dict(failures),
        histogram=times.encode(),
        min=min(counts, default=0) * MICROSECOND if counts else None,
        max=max(counts, default=0) * MICROSECOND if counts else None,
    )


def _result(name: str, answer: Mapping[str, Any], threads: int, each: int) -> LoadResult:
    seconds = [_Second(entry) for entry in answer["by_second"]]
    all_times = sum((second.times for second in seconds), Counter[int]())
    all_failures = sum((second.failures for second in seconds), Counter[str]())
    samples = all_times.total() + all_failures.total()
    call = Call(name=name, method="CALL", path="/")
    return LoadResult(
        plan=LoadPlan(name=name, url=NOWHERE, calls=(call,), users=threads, requests=threads * each),
        started=answer["started"],
        seconds=answer["seconds"],
        users=threads,
        reached_rate=samples / answer["seconds"],
        samples=samples,
        most_open=threads,
        endpoints=(endpoint_of(name, all_times, all_failures).model_copy(update={"served": all_times.total()}),),
        timeline=tuple(second.drawn(threads) for second in seconds),
    )


class _Second:
    """What the driver tells of one second; JSON has turned the numbers of its counts into texts."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.at, self.sent = float(entry["at"]), int(entry["sent"])
        self.times = Counter({int(time): count for time, count in entry["times"].items()})
        self.failures: Counter[str] = Counter(entry["failures"])

    def drawn(self, users: int) -> Second:
        """As a point of the timeline."""
        p50, p95, p99 = _percentiles(self.times, (50, 95, 99))
        failed, done = self.failures.total(), self.times.total()
        return Second(at=self.at, sent=self.sent, done=done, failed=failed, p50=p50, p95=p95, p99=p99, users=users)


def _percentiles(times: Counter[int], percents: Sequence[float]) -> list[float | None]:
    """Times in seconds; None for all where there are none."""
    ordered = sorted(times.elements())
    places = (min(int(len(ordered) * percent / 100), len(ordered) - 1) for percent in percents)
    return [ordered[place] * MICROSECOND if ordered else None for place in places]
