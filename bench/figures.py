"""A figure as it was measured: its samples, their median and spread, and the figure to reach that it stands beside."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """The figure to reach: below it, or at most it."""

    limit: float
    inclusive: bool = False

    def reached(self, value: float) -> bool:
        """Whether a value is as asked."""
        return value <= self.limit if self.inclusive else value < self.limit

    def __str__(self) -> str:
        return f"{'at most' if self.inclusive else 'under'} {number(self.limit)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity. Without samples it could not be measured, and ``note`` says why."""

    what: str
    unit: str
    samples: tuple[float, ...]
    target: Target | None = None
    note: str = ""
    """What is included, and how often it was measured."""

    @property
    def median(self) -> float | None:
        """The value that is judged; None without samples."""
        return statistics.median(self.samples) if self.samples else None

    @property
    def spread(self) -> str:
        """Smallest and largest sample; empty when there are not two."""
        return f"{number(min(self.samples))} to {number(max(self.samples))}" if len(self.samples) > 1 else ""

    @property
    def value(self) -> str:
        """The median as it is shown."""
        return "not measured" if self.median is None else f"{number(self.median)} {self.unit}".rstrip()

    @property
    def wanted(self) -> str:
        """The figure to reach as it is shown; empty when there is none."""
        return f"{self.target} {self.unit}".rstrip() if self.target else ""

    @property
    def judged(self) -> str:
        """Whether it is as asked: yes, no, or unknown without samples; empty when nothing is asked."""
        if self.target is None:
            return ""
        return "unknown" if self.median is None else "yes" if self.target.reached(self.median) else "no"

    def as_json(self) -> dict[str, Any]:
        """The figure for the files of results."""
        return {
            "what": self.what,
            "unit": self.unit,
            "median": self.median,
            "samples": list(self.samples),
            "target": str(self.target) if self.target else None,
            "reached": self.judged or None,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that belong together; ``name`` names their file of results."""

    name: str
    title: str
    figures: tuple[Figure, ...]


def unmeasured(what: str, unit: str, target: Target | None, why: str) -> Figure:
    """A figure that this machine could not give."""
    return Figure(what, unit, (), target, why)


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample below which the given share of all lies (nearest rank)."""
    ordered = sorted(samples)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def number(value: float) -> str:
    """Three significant digits, and no exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
