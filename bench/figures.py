"""A figure as it was measured: its samples, their median and spread, and the figure to reach that it stands beside."""

from __future__ import annotations

import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Bound(StrEnum):
    """On which side of the limit a figure has to be; spelled as it is shown."""

    UNDER = "under"
    AT_MOST = "at most"
    AT_LEAST = "at least"
    ABOVE = "above"


_HOLDS: dict[Bound, Callable[[float, float], bool]] = {
    Bound.UNDER: operator.lt,
    Bound.AT_MOST: operator.le,
    Bound.AT_LEAST: operator.ge,
    Bound.ABOVE: operator.gt,
}


@dataclass(frozen=True, slots=True)
class Target:
    """The figure to reach: below it, unless told otherwise."""

    limit: float
    bound: Bound = Bound.UNDER

    @classmethod
    def parse(cls, shown: str) -> Target:
        """The target that is shown so, as in the files of results: ``under 1.5``."""
        bound, _, limit = shown.rpartition(" ")
        return cls(float(limit.replace(",", "")), Bound(bound))

    def reached(self, value: float) -> bool:
        """Whether a value is as asked."""
        return _HOLDS[self.bound](value, self.limit)

    def __str__(self) -> str:
        return f"{self.bound} {number(self.limit)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity. Without samples it could not be measured, and ``note`` says why."""

    what: str
    unit: str
    samples: tuple[float, ...]
    target: Target | None = None
    note: str = ""
    """What is included, and how often it was measured."""
    aspect: str = ""
    """Which of several quantities of one thing; these share a row, in columns of these names."""

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Figure:
        """The figure that stands so in a file of results."""
        target = Target.parse(found["target"]) if found["target"] else None
        samples = tuple(found["samples"])
        return cls(found["what"], found["unit"], samples, target, found["note"], found.get("aspect", ""))

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
        """Whether the median is as asked: yes, no, or unknown without samples; empty when nothing is asked.

        Where single samples tell otherwise, that is said.
        """
        if self.target is None:
            return ""
        if self.median is None:
            return "unknown"
        reached = [self.target.reached(sample) for sample in self.samples]
        if self.target.reached(self.median):
            return "yes" if all(reached) else "yes, not each time"
        return "no, but at times" if any(reached) else "no"

    def as_json(self) -> dict[str, Any]:
        """The figure for the files of results."""
        return {
            "what": self.what,
            "aspect": self.aspect,
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
