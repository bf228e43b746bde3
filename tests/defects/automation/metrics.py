"""Mistakes in the metrics: counted twice, by each worker, in another unit, or of what is done."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import wrap

FIGURES = "automation.metrics:Metrics.figures"


def _changed(**change: Any) -> None:
    """Have a figure be what a function makes of it."""

    @wrap(FIGURES)
    def broken(original: Any, self: Any) -> Any:
        found = original(self)
        return dataclasses.replace(found, **{name: make(found) for name, make in change.items()})


@defect("AUTO-METRIC-01", "Each request is counted twice", HTTP, sample="counted once")
def counted_twice() -> None:
    @wrap("automation.metrics:Metrics.observe")
    def broken(original: Any, self: Any, *given: Any) -> None:
        original(self, *given)
        original(self, *given)


@defect("AUTO-METRIC-01", "Only failures of the server count as failed", HTTP, sample="counted once")
def callers_mistakes_uncounted() -> None:
    from tests.defects.patching import put

    put("automation.metrics:FAILED_FROM", 500)


@defect("AUTO-METRIC-01", "Each worker tells of its own requests alone", HTTP, sample="Every worker|counted once")
def counted_by_worker() -> None:
    @wrap("automation.metrics:Metrics._collected")
    def broken(original: Any, self: Any) -> Any:
        import os

        from prometheus_client.multiprocess import MultiProcessCollector

        files = [str(path) for path in self.shared.glob(f"*_{os.getpid()}.db")]
        return list(MultiProcessCollector.merge(files, accumulate=True))


@defect("AUTO-METRIC-01", "Latencies are told in seconds", HTTP, sample="longest request")
def latency_in_seconds() -> None:
    _changed(longest=lambda found: found.longest / 1000, seconds=lambda found: found.seconds / 1000)


@defect("AUTO-METRIC-01", "The latency is ten times what callers waited for", HTTP, sample="latency covers")
def latency_times_ten() -> None:
    _changed(seconds=lambda found: found.seconds * 10)


@defect("AUTO-METRIC-01", "The uptime stands still", HTTP, sample="uptime")
def uptime_stands() -> None:
    @wrap("automation.api.operations:told")
    def broken(original: Any, instance: Any) -> Any:
        return {**original(instance), "uptime_seconds": 1.0}
