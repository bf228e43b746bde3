"""Finds the highest rate at which a system keeps its objectives, and what it uses at the target rate."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from support.base.outcomes import Broken, Outcome
from support.checks import capacity_search
from support.checks.capacity_search import Step
from support.checks.distance import served_rate
from support.checks.findings import Finding, broken, found
from support.checks.load_demands import (
    SHORT_OF_RATE,
    Percentile,
    Success,
    generator_trouble,
    held_up,
    judge,
    needed_for,
    needed_for_share,
    remarks,
)
from support.load.result import LoadResult
from support.subjects import load
from support.subjects.load import Loads
from support.world import measurements
from support.world.core import World


@dataclass(slots=True)
class CapacitySearch:
    """The rates that were tried, and what was seen at each."""

    steps: list[Step] = field(default_factory=list)


STEP = 4.0
"""Seconds of each rate. With arrivals of which a system serves 1.3 % too few, the last wait for longer than 50 ms."""
SPARE = 2
"""How many times the samples are taken, at each rate, that its judgement needs at least."""
WARM_UP = 1.0
"""Seconds before each that are left out."""


def search(world: World, target: float, objectives: tuple[Percentile, Success], ability: str) -> None:
    """Raise the rate from the target on until the objectives are missed, and halve the gap until it is narrow."""
    least = SPARE * max(needed_for(objectives[0].percent), needed_for_share(objectives[1].share))
    while (rate := capacity_search.next_rate(world.part(CapacitySearch).steps, target)) is not None:
        result = load.arriving(world, rate, STEP, ability, WARM_UP, least)
        world.part(CapacitySearch).steps.append(_step(result, rate, objectives))
    limit = objectives[0].limit
    points = [(step.rate, step.p95, step.outcome) for step in world.part(CapacitySearch).steps if step.p95 is not None]
    kept = sorted((rate, seconds) for rate, seconds, outcome in points if outcome is Outcome.MET)
    missed = [(rate, seconds) for rate, seconds, outcome in points if outcome is not Outcome.MET]
    name = "capacity: rates tried, and the times at each"
    measurements.show(world.evidence, measurements.curve(name, kept, missed, limit))
    rows = [
        [f"{s.rate:g}", "" if s.p95 is None else f"{s.p95 * 1000:.4g}", s.outcome, s.says]
        for s in world.part(CapacitySearch).steps
    ]
    world.evidence.table("rates tried", ["requests per second", "p95 ms", "outcome", "because"], rows)


def demand_margin(world: World, target: float, margin: float) -> None:
    """Judge how far the highest rate lies above the target."""
    load.settle(world, capacity_search.judge(world.part(CapacitySearch).steps, target, margin))


def demand_processor(world: World, percent: float) -> None:
    """Judge the processor time that the system used while the last load was measured.

    One processor counts as all: an instance is one process that computes in one thread at a time, and would be at its
    end there however many processors the machine has.
    """
    load.settle(world, judge_processor(load.whole(world.part(Loads).last), percent))


def judge_processor(result: LoadResult, percent: float) -> Finding:
    """Whether so many percent of a processor were enough for the rate of the load.

    Not met if it kept that rate from being sent; broken where the generator did not send the rate. Where others left it
    less than the limit to take, a limit is kept only if it would have been with a processor for itself: the rate was
    served, and the time taken and the time waited for a processor stay under the limit together. Otherwise broken.
    """
    share, wanted, seconds = _share(result)
    what, noise = "processor time at the target rate", result.noise
    said = f"it used {share:.1%} of a processor over {seconds:.1f} s, where {percent:g} % are allowed"
    left = (1 - noise.taken) * noise.cores
    unserved = result.asked_rate is not None and served_rate(result) < SHORT_OF_RATE * result.asked_rate
    if share * 100 <= percent and left * 100 < percent:
        others = f"others left {max(left, 0):.0%} of a processor"
        if unserved:
            return broken(f"{others}, and the rate was not served: {said}", what)
        if wanted is None:
            return broken(f"{others}, and how long it waited for one is not known: {said}", what)
        if wanted * 100 > percent:
            return broken(f"{others}; with its waiting for one it would have used up to {wanted:.1%}: {said}", what)
    judged = found(share * 100 <= percent, what, round(share * 100, 2), percent, "%", len(result.server), said)
    if judged.outcome is Outcome.MET and (trouble := generator_trouble(result)):
        return broken(f"{trouble}; {said}", what)
    if said := held_up(result):
        judged = found(False, what, None, percent, "%", len(result.server), said)
    return judged.remarking(*remarks(noise))


def _share(result: LoadResult) -> tuple[float, float | None, float]:
    """Processor seconds per second, those with the waiting for a processor, if known, and over how many seconds.

    Raises Broken where nobody has looked.
    """
    seen = [usage for usage in result.server if 0 <= usage.at <= result.seconds]
    if len(seen) < 2 or seen[-1].at - seen[0].at < result.seconds / 2:
        raise Broken(f"the system's processor time was read {len(seen)} times in {result.seconds:.1f} s: too few")
    seconds = seen[-1].at - seen[0].at
    used, first, last = seen[-1].cpu - seen[0].cpu, seen[0].waited, seen[-1].waited
    wanted = None if first is None or last is None else (used + max(0.0, last - first)) / seconds
    return used / seconds, wanted, seconds


def _step(result: LoadResult, rate: float, objectives: tuple[Percentile, Success]) -> Step:
    findings, at = [judge(result, each) for each in objectives], result.total.percentile_of_all(95)
    p95 = at if at is not None and math.isfinite(at) else None
    for outcome in (Outcome.NOT_MET, Outcome.BROKEN):
        if bad := [each for each in findings if each.outcome is outcome]:
            return Step(rate, p95, outcome, "; ".join(each.says for each in bad))
    return Step(rate, p95, Outcome.MET, "; ".join(each.says for each in findings))
