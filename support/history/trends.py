"""Figures over runs: how each moved, and whether that is a trend. Pure functions of entries.

A trend is read off by the slope of Theil and Sen (Sen 1968, "Estimates of the regression coefficient based on
Kendall's tau"): the median of the slopes between all pairs of runs, which one odd run does not turn; and Kendall's
tau says how many of the pairs agree with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from statistics import median

from support.history.entry import Entry, Measured

WINDOW = 20
"""A trend is that of the last so many runs."""
FEWEST = 4
AGREE = 0.5
"""Kendall's tau from which pairs agree: three of four of them point the same way."""
NOTABLE = 0.05
"""Part of the figure by which it must have moved over the window."""


class Direction(StrEnum):
    """Where a figure is going."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "too few runs for a trend"


@dataclass(frozen=True, slots=True)
class Series:
    """One figure over runs: its value in each of them (None: not observed as a number), and the latest record of it."""

    latest: Measured
    values: tuple[float | None, ...]
    direction: Direction

    @property
    def numbers(self) -> list[float]:
        """The values that are known."""
        return [value for value in self.values if value is not None]

    @property
    def limit(self) -> float | None:
        """The limit that it is judged by, where that is a number."""
        return number(self.latest.limit)


def number(value: float | int | str | bool | None) -> float | None:
    """The value as a number that can be drawn; None for words, truths and what has no end."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def series(entries: Sequence[Entry]) -> list[Series]:
    """Every figure that some run observed as a number, in the order of the latest run that has it."""
    per_run = [{figure.identity: figure for figure in entry.figures} for entry in entries]
    latest = {identity: figure for figures in per_run for identity, figure in figures.items()}
    order = list(dict.fromkeys(identity for figures in reversed(per_run) for identity in figures))
    found = []
    for identity in order:
        values = tuple(number(run[identity].observed) if identity in run else None for run in per_run)
        if any(value is not None for value in values):
            known = [value for value in values if value is not None]
            found.append(Series(latest[identity], values, direction(known)))
    return found


def direction(values: Sequence[float]) -> Direction:
    """Where the last values are going."""
    recent = values[-WINDOW:]
    if len(recent) < FEWEST:
        return Direction.UNKNOWN
    slopes = [(later - earlier) / (j - i) for (i, earlier), (j, later) in combinations(enumerate(recent), 2)]
    tau = sum((slope > 0) - (slope < 0) for slope in slopes) / len(slopes)
    moved = median(slopes) * (len(recent) - 1)
    size = abs(median(recent)) or max(abs(value) for value in recent)
    if abs(tau) < AGREE or abs(moved) < NOTABLE * size or not moved:
        return Direction.STEADY
    return Direction.RISING if moved > 0 else Direction.FALLING


def moved(before: Measured | None, after: Measured) -> float | None:
    """By which part of itself a figure moved between two runs; None where that cannot be said."""
    one, other = number(before.observed) if before else None, number(after.observed)
    if one is None or other is None or one == 0:
        return None
    return (other - one) / abs(one)
