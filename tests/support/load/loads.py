"""Short loads and made-up results for the tests."""

import os
import time
from collections.abc import Sequence
from typing import Any

from support.deployments import processes
from support.load.histogram import Histogram
from support.load.plan import Call, LoadPlan
from support.load.result import Endpoint, Failure, LoadResult

RUN_ID = f"load-tests-{os.getpid()}"


def plan(url: str = "http://127.0.0.1:9", **given: Any) -> LoadPlan:
    """A load of one call unless it says otherwise."""
    values: dict[str, Any] = {"calls": (Call(name="hello"),), "timeout": 2.0}
    return LoadPlan(url=url, **{**values, **given})


def endpoint(name: str, micros: Sequence[int], failures: dict[Failure, int] | None = None) -> Endpoint:
    """What is known of a call whose successes took so many microseconds each."""
    times = Histogram()
    times.record(micros)
    failed = failures or {}
    return Endpoint(
        name=name,
        count=len(micros) + sum(failed.values()),
        failures=failed,
        served=len(micros),
        histogram=times.encode(),
        min=min(micros) / 1e6 if micros else None,
        max=max(micros) / 1e6 if micros else None,
    )


def result(*endpoints: Endpoint, seconds: float = 10.0) -> LoadResult:
    """A load of ten seconds with these endpoints."""
    return LoadResult(
        plan=plan(users=5, seconds=seconds),
        started=1_000_000.0,
        seconds=seconds,
        users=5,
        samples=sum(one.count for one in endpoints),
        endpoints=endpoints,
    )


def left(run_id: str = RUN_ID, patience: float = 5.0) -> list[processes.ProcessIdentity]:
    """Processes of a load that still run, after those that are ending have had time for it."""
    until = time.monotonic() + patience
    while (found := processes.of_run(run_id)) and time.monotonic() < until:
        time.sleep(0.05)
    return found
