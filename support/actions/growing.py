"""Loads that are repeated, to see what grows: memory from round to round, times with the size of the registry."""

from __future__ import annotations

from collections.abc import Sequence

from support import measurements
from support.actions import loads, populating
from support.checks import growth
from support.checks.findings import Finding, found
from support.checks.growth import GIGABYTE, Round
from support.checks.load import Percentile, judge, remarks
from support.load.result import LoadResult
from support.outcomes import Broken
from support.world import World

CALLERS = 4
"""Who send at the same time in a round."""
ASKED = 200
"""Requests at each size of the registry."""
MOST_MATCHING = 10
"""Services, whatever the size of the registry, that offer what is asked for."""
MEDIAN, TAIL, FITTED = "p50", "p95", "law of p50"


def rounds(world: World, count: int, requests: int, ability: str) -> None:
    """Rounds of equal load; after each the memory is read. ``-D load.scale`` makes longer rounds."""
    each = max(1, round(requests * world.settings.load.scale / CALLERS))
    for _ in range(count):
        result = loads.whole(loads.each_sends(world, CALLERS, each, ability))
        world.rounds.append(Round(result.total.succeeded, loads.memory(world)))
    name = f"memory after rounds of {each * CALLERS:,} requests"
    drawn = measurements.rounds(name, [each.memory for each in world.rounds], growth.WARM_UP)
    measurements.show(world.evidence, drawn)


def demand_no_growth(world: World, target: float, most: float) -> None:
    """Judge the rounds; what is no growth follows from the target rate and the memory allowed (bytes)."""
    loads.settle(world, growth.judge_memory(world.rounds, growth.tolerance(target, most)))


def demand_memory(world: World, gigabytes: float) -> None:
    """Judge the highest memory that was seen, in the rounds or while loads ran."""
    seen = [each.memory for each in world.rounds]
    seen += [usage.memory for result in world.loads for usage in result.server]
    if not seen:
        raise Broken("nobody has measured the memory of the system under load")
    highest = max(seen) / GIGABYTE
    said = f"it used at most {highest:.3f} GB in {len(seen)} readings, where {gigabytes:g} GB are allowed"
    finding = found(highest < gigabytes, "memory under load", round(highest, 3), gigabytes, "GB", len(seen), said)
    loads.settle(world, finding.remarking(*remarks(world.load.noise)))


def sizes(world: World, wanted: Sequence[int], ability: str) -> None:
    """Ask for decisions while the registry holds more and more services."""
    for size in sorted(wanted):
        populating.fill(world, size, ability, MOST_MATCHING)
        world.sizes.append((size, loads.each_sends(world, 1, ASKED, ability)))


def demand_at_every_size(world: World, wanted: Percentile) -> None:
    """Judge the times at every size, draw them, and say by which law they grow, unless too few sizes were answered."""
    rows = [[size, *measurements.figures(result.total)] for size, result in world.sizes]
    world.evidence.table("decisions by size of the registry", ["services", *measurements.HEADINGS], rows)
    medians = _curve(world.sizes, 50)
    if len(medians) >= growth.LEAST_SIZES:
        _show_law(world, medians, wanted.limit)
    loads.settle(world, *(_at(size, judge(result, wanted)) for size, result in world.sizes))


def _show_law(world: World, medians: Sequence[tuple[float, float]], limit: float) -> None:
    fitted = growth.law(medians)
    lines = {
        MEDIAN: medians,
        TAIL: _curve(world.sizes, 95),
        FITTED: [(size, fitted.at(size)) for size, _ in (medians[0], medians[-1])],
    }
    name = f"decisions while the registry grows: {fitted}"
    measurements.show(world.evidence, measurements.growth(name, lines, FITTED, limit))
    world.evidence.observation("law of growth of the median decision", str(fitted), samples=len(medians))


def _at(size: int, finding: Finding) -> Finding:
    return finding.about(f"{finding.what} with {size:,} services")


def _curve(found_at: Sequence[tuple[int, LoadResult]], percent: float) -> list[tuple[float, float]]:
    """Seconds by size; at a size without any success there is no point."""
    points = ((float(size), result.total.percentile(percent)) for size, result in found_at)
    return [(size, seconds) for size, seconds in points if seconds is not None]
