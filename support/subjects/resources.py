"""What a system uses under repeated load: memory from round to round."""

from __future__ import annotations

from dataclasses import dataclass, field

from support.base.outcomes import Broken
from support.checks import growth
from support.checks.findings import found
from support.checks.growth import GIGABYTE, Round
from support.checks.load_demands import remarks
from support.subjects import load
from support.subjects.load import Loads
from support.world import measurements
from support.world.core import World


@dataclass(slots=True)
class MemoryRounds:
    """The rounds of equal load, with the memory that was in use after each."""

    rounds: list[Round] = field(default_factory=list)


CALLERS = 4
"""Who send at the same time in a round."""


def rounds(world: World, count: int, requests: int, ability: str) -> None:
    """Rounds of equal load; after each the memory is read. ``-D load.scale`` makes longer rounds."""
    each = max(1, round(requests * world.settings.load.scale / CALLERS))
    for _ in range(count):
        result = load.whole(load.each_sends(world, CALLERS, each, ability))
        world.part(MemoryRounds).rounds.append(Round(result.total.succeeded, load.memory(world)))
    name = f"memory after rounds of {each * CALLERS:,} requests"
    drawn = measurements.rounds(name, [each.memory for each in world.part(MemoryRounds).rounds], growth.WARM_UP)
    measurements.show(world.evidence, drawn)


def demand_no_growth(world: World, target: float, most: float) -> None:
    """Judge the rounds; what is no growth follows from the target rate and the memory allowed (bytes)."""
    load.settle(world, growth.judge_memory(world.part(MemoryRounds).rounds, growth.tolerance(target, most)))


def demand_memory(world: World, gigabytes: float) -> None:
    """Judge the highest memory that was seen, in the rounds or while loads ran."""
    seen = [each.memory for each in world.part(MemoryRounds).rounds]
    seen += [usage.memory for result in world.part(Loads).results for usage in result.server]
    if not seen:
        raise Broken("nobody has measured the memory of the system under load")
    highest = max(seen) / GIGABYTE
    said = f"it used at most {highest:.3f} GB in {len(seen)} readings, where {gigabytes:g} GB are allowed"
    finding = found(highest < gigabytes, "memory under load", round(highest, 3), gigabytes, "GB", len(seen), said)
    load.settle(world, finding.remarking(*remarks(world.part(Loads).last.noise)))
