"""What a system's metrics have counted since a scenario first read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from support.base.outcomes import NotMet, WaitedInVain
from support.base.waiting import until
from support.checks import exposition
from support.checks.basis import enough
from support.world.core import World


@dataclass(slots=True)
class MetricsBaseline:
    """The metrics as a scenario first read them, by which later counts are compared."""

    samples: exposition.Samples = field(default_factory=dict)


COUNTED_WITHIN = 2.0
"""Seconds within which a request that was answered must have been counted."""


def read(world: World) -> exposition.Samples:
    """The metrics as they are now. Raises NotMet if there are none or if they cannot be read."""
    exchange = world.http.get(world.endpoint("metrics"))
    if not exchange.ok:
        raise NotMet(f"expected metrics, but got {exchange}")
    try:
        return exposition.read(exchange.text)
    except ValueError as error:
        raise NotMet(f"expected a Prometheus exposition, but it cannot be read: {error}") from error


def settled(world: World) -> exposition.Samples:
    """The metrics, once two readings agree on all requests but those for the metrics themselves."""
    mine = set(world.system.metric_labels("requests", world.endpoint("metrics")).items())

    def others(samples: exposition.Samples) -> exposition.Samples:
        name = world.system.metric("requests")
        return {key: value for key, value in samples.items() if key[0] == name and not mine <= key[1]}

    # Nobody but the suite calls a process of its own: what goes on counting there is counting wrongly.
    failing = NotMet if world.deployment.kind == "process" else WaitedInVain
    agree = lambda: others(read(world)) == others(read(world))  # noqa: E731
    until(agree, COUNTED_WITHIN, "the metrics to settle", failing=failing)
    return read(world)


def rise(world: World, metric: str, labels: Mapping[str, str], expected: float | None, suffix: str = "") -> float:
    """By how much a metric of ``system.yaml`` rose, looked at until it is what was expected or some time has passed.

    Raises NothingToJudge if it was not to rise and has no sample at all: what is never counted never rises.
    """
    name = world.system.metric(metric) + suffix

    if expected == 0:
        enough([sample for sample, _ in read(world) if sample == name], f"samples of {name}")

    def risen() -> float:
        return exposition.rise(world.part(MetricsBaseline).samples, read(world), name, labels)

    try:
        until(lambda: expected is None or risen() == expected, COUNTED_WITHIN, name)
    except WaitedInVain:
        return risen()
    return risen()
