"""One worker beside several: the same load or the same deliveries with each, and what that changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from support.checks.findings import found
from support.domains.automation import deliveries, leads, queue, stress, stress_mix
from support.subjects import load, topology
from support.world.core import World, last

USERS, SPAWN = 50, 10
WORKERS = "AUTOMATION_WORKERS"
LONGEST = 120.0
"""Seconds in which all deliveries must have been made, however few make them."""


@dataclass(slots=True)
class Scaling:
    """How long the same deliveries took, by how many made them: workers and seconds, in order."""

    took: list[tuple[int, float]] = field(default_factory=list)


def send_to_workers(world: World, count: int) -> None:
    """Give the stress mix to an orchestrator of its own with so many API workers."""
    world.start("stress", {WORKERS: str(count)}, own=True)
    result = stress.sent(world, stress_mix.plan(world, USERS, SPAWN))
    world.part(stress.Stress).compared.append(load.whole(result))


def deliver_with(world: World, counts: Mapping[int, int]) -> None:
    """Have so many leads delivered by each of these numbers of workers (workers → leads), and take the time."""
    for workers, count in counts.items():
        topology.scale(world, queue.WORKER, workers)
        already = len(world.part(leads.Leads).created)
        began = time.monotonic()
        leads.create_in_bulk(world, count)
        deliveries.await_delivered(world, world.part(leads.Leads).created[already:], LONGEST)
        world.part(Scaling).took.append((workers, time.monotonic() - began))


def demand_faster(world: World, share: float) -> None:
    """Judge whether the most workers took at most such a share of the time that the fewest took."""
    took = world.part(Scaling).took
    (few, slow), (many, fast) = took[0], last(took, "no deliveries have been timed yet")
    said = f"{few} workers took {slow:.1f} s and {many} took {fast:.1f} s, {fast / slow:.2f} times as long"
    finding = found(
        fast <= share * slow, "time of the same deliveries by more workers", fast / slow, share, "times", 2, said
    )
    load.settle(world, finding)
