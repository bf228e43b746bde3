"""Loads that are repeated, to see what grows: memory from round to round, times with the size of the registry."""

from __future__ import annotations

from collections.abc import Sequence

from support.checks import growth
from support.checks.findings import Finding
from support.checks.load_demands import Percentile, judge
from support.domains.caio import populating
from support.domains.caio.session import caio
from support.load.result import LoadResult
from support.subjects import load
from support.world import measurements
from support.world.core import World

ASKED = 200
"""Requests at each size of the registry."""
MOST_MATCHING = 10
"""Services, whatever the size of the registry, that offer what is asked for."""
MEDIAN, TAIL, FITTED = "p50", "p95", "law of p50"


def sizes(world: World, wanted: Sequence[int], ability: str) -> None:
    """Ask for decisions while the registry holds more and more services."""
    for size in sorted(wanted):
        populating.fill(world, size, ability, MOST_MATCHING)
        caio(world).sizes.append((size, load.each_sends(world, 1, ASKED, ability)))


def demand_at_every_size(world: World, wanted: Percentile) -> None:
    """Judge the times at every size, draw them, and say by which law they grow, unless too few sizes were answered."""
    rows = [[size, *measurements.figures(result.total)] for size, result in caio(world).sizes]
    world.evidence.table("decisions by size of the registry", ["services", *measurements.HEADINGS], rows)
    medians = _curve(caio(world).sizes, 50)
    if len(medians) >= growth.LEAST_SIZES:
        _show_law(world, medians, wanted.limit)
    load.settle(world, *(_at(size, judge(result, wanted)) for size, result in caio(world).sizes))


def _show_law(world: World, medians: Sequence[tuple[float, float]], limit: float) -> None:
    fitted = growth.law(medians)
    lines = {
        MEDIAN: medians,
        TAIL: _curve(caio(world).sizes, 95),
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
