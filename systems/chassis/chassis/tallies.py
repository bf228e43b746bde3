"""Counts what happens with every request: at once for all requests of one turn of the event loop.

prometheus_client takes a lock for each figure that it adds, and writes to a file if several processes count together.
For a service that answers thousands in a second that takes longer than some of what is counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from prometheus_client import Counter, Histogram


class Tally:
    """Of one series of a histogram, and of a counter that rises by one with each observation. ``flush`` adds up."""

    __slots__ = ("_counter", "_fresh", "_histogram")

    def __init__(self, histogram: Histogram, counter: Counter | None = None) -> None:
        self._histogram = histogram
        self._counter = counter
        self._fresh: list[float] = []

    def add(self, seconds: float) -> None:
        """Take note of one observation."""
        self._fresh.append(seconds)

    def add_all(self, seconds: Sequence[float]) -> None:
        """Take note of several."""
        self._fresh += seconds

    def flush(self) -> None:
        """Count what has been noted."""
        if not self._fresh:
            return
        fresh, self._fresh = self._fresh, []
        series = self._histogram
        counts: dict[int, int] = {}
        for seconds in fresh:
            # The first bucket whose bound is not below, as Histogram.observe has it.
            bucket = bisect_left(series._upper_bounds, seconds)
            counts[bucket] = counts.get(bucket, 0) + 1
        series._sum.inc(sum(fresh))
        for bucket, count in counts.items():
            series._buckets[bucket].inc(count)
        if self._counter is not None:
            self._counter.inc(len(fresh))
