"""What is counted at once is what would have been counted one by one."""

from __future__ import annotations

from chassis.tallies import Tally
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

BUCKETS = (0.001, 0.01, 0.1)
SEEN = [0.0, 0.0005, 0.001, 0.0010001, 0.01, 0.05, 0.1, 0.2, 99.0]


def metrics() -> tuple[CollectorRegistry, Counter, Histogram]:
    registry = CollectorRegistry()
    counter = Counter("seen", "how many", ("kind",), registry=registry)
    histogram = Histogram("took_seconds", "how long", ("kind",), buckets=BUCKETS, registry=registry)
    return registry, counter, histogram


def told(registry: CollectorRegistry) -> list[str]:
    return [line for line in generate_latest(registry).decode().splitlines() if "_created" not in line]


def test_the_same_is_told_as_if_each_had_been_observed() -> None:
    one_by_one, counter, histogram = metrics()
    for seconds in SEEN:
        counter.labels("a").inc()
        histogram.labels("a").observe(seconds)
    at_once, counter, histogram = metrics()
    tally = Tally(histogram.labels("a"), counter.labels("a"))
    for part in (SEEN[:4], [], SEEN[4:-2]):
        for seconds in part:
            tally.add(seconds)
        tally.flush()
    tally.add_all(SEEN[-2:])
    tally.flush()
    assert told(at_once) == told(one_by_one)


def test_nothing_is_counted_before_and_nothing_twice() -> None:
    registry, counter, histogram = metrics()
    tally = Tally(histogram.labels("a"), counter.labels("a"))
    before = told(registry)
    tally.add(0.05)
    assert told(registry) == before
    tally.flush()
    after = told(registry)
    tally.flush()
    assert told(registry) == after
    assert 'seen_total{kind="a"} 1.0' in after
