"""Judges growth: of memory over equal rounds of load, and of times while what a system holds grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, median

from support.checks.findings import Finding, broken, found

WARM_UP = 1
"""Rounds that are left out at first: code is loaded, caches and pools fill up to their bounds."""
LEAST_ROUNDS = 4
"""Rounds after the warm-up that a slope needs: with fewer a single jump of the allocator would decide."""
LEAST_SIZES = 3
"""Sizes from which on a law of growth can be told."""
STEP = 1024**2
"""Bytes that the allocator takes at once (an arena of CPython): rounds for which less is tolerated show such a step."""
DAY = 86_400.0
GIGABYTE = 1024.0**3
MEGABYTE = 1024.0**2


@dataclass(frozen=True, slots=True)
class Round:
    """One round of load: requests that were answered, and the memory in use (bytes) when it had ended."""

    requests: int
    memory: float


def slope(values: Sequence[float]) -> float:
    """By how much values grow from one to the next: the median over all pairs, which a jump sways little (Theil, Sen).

    Raises ValueError for fewer than two.
    """
    if len(values) < 2:
        raise ValueError("a slope needs two values at least")
    return median((later - sooner) / (j - i) for (i, sooner), (j, later) in combinations(enumerate(values), 2))


def tolerance(rate: float, most: float) -> float:
    """Bytes per request that are no growth: what would, at the target rate, not use up ``most`` bytes in a day.

    Anything finer drowns in the allocator, which takes memory from the system in steps; a system that is to run for
    longer without a restart shows it in longer rounds (``-D load.scale``), which see finer growth.
    """
    return most / (rate * DAY)


def judge_memory(rounds: Sequence[Round], bytes_per_request: float) -> Finding:
    """Whether memory stays what it is from round to round, beyond what is tolerated for each request."""
    what = "growth of memory from round to round"
    kept = rounds[WARM_UP:]
    if len(kept) < LEAST_ROUNDS:
        return broken(f"{len(rounds)} rounds are too few: {WARM_UP + LEAST_ROUNDS} are needed", what)
    if len({each.requests for each in rounds}) > 1:
        told = ", ".join(f"{each.requests:,}" for each in rounds)
        return broken(f"the rounds were not equal: they had {told} requests", what)
    if not kept[0].requests:
        return broken("no request was answered in a round", what)
    if bytes_per_request * kept[0].requests < STEP:
        needed = math.ceil(STEP / bytes_per_request)
        return broken(
            f"rounds of {kept[0].requests:,} requests are too short: they need {needed:,} to see growth; raise "
            "-D load.scale",
            what,
        )
    grown = slope([each.memory for each in kept]) / kept[0].requests
    told = ", ".join(f"{each.memory / MEGABYTE:.1f}" for each in rounds)
    said = (
        f"memory grew by {grown:,.0f} bytes a request, where {bytes_per_request:,.0f} are tolerated; after rounds of "
        f"{kept[0].requests:,} requests it was {told} MB, and the first of them is a warm-up"
    )
    return found(
        grown <= bytes_per_request, what, round(grown, 1), round(bytes_per_request, 1), "bytes a request",
        sum(each.requests for each in kept), said,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Law:
    """How a time grows with a size: time = ``factor`` · size ^ ``exponent``; ``fit`` is R² on logarithmic axes."""

    factor: float
    exponent: float
    fit: float

    def at(self, size: float) -> float:
        """The time that it says for a size."""
        return float(self.factor * size**self.exponent)

    def __str__(self) -> str:
        fits = "which hardly varies with the size at all" if math.isnan(self.fit) else f"R² {self.fit:.2f}"
        return f"time ~ size^{self.exponent:.2f} ({fits})"


def law(points: Sequence[tuple[float, float]]) -> Law:
    """The law that fits best (least squares on logarithms). Raises ValueError for fewer than three sizes."""
    if len({size for size, _ in points}) < LEAST_SIZES:
        raise ValueError("a law of growth needs three sizes at least")
    xs, ys = [math.log(size) for size, _ in points], [math.log(time) for _, time in points]
    mean_x, mean_y = fmean(xs), fmean(ys)
    over = sum((x - mean_x) ** 2 for x in xs)
    exponent = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / over
    spread = sum((y - mean_y) ** 2 for y in ys)
    left = sum((y - mean_y - exponent * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return Law(math.exp(mean_y - exponent * mean_x), exponent, 1 - left / spread if spread else math.nan)
