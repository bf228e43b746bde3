"""Scales of charts: from a value to a place between 0 and 1, with round ticks; linear, logarithmic, percentiles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["linear", "log", "percentile"]
"""How values are laid out: "percentile" gives each further nine the same room, as HDR plots do."""

MOST_TICKS = 6
"""Intervals that a linear axis has at most."""
NINES = (0.0, 50.0, 90.0, 95.0, 99.0, 99.9, 99.99, 99.999)
SECTIONS = {1: (1,), 2: (1, 2, 5)}
"""Ticks in each power of ten: one where there are many powers, three where there are few."""
FEW_DECADES = 2.2
MOST_DECADES = 12
"""Powers of ten that a logarithmic axis names at most."""
PREFIXES = ((1e9, " G"), (1e6, " M"), (1e3, " k"))


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis between ``least`` and ``most`` with the values that are written along it."""

    kind: Kind
    least: float
    most: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Where a value lies: 0 at the beginning of the axis, 1 at its end; what is beyond lies at the end."""
        begin, end = _stretched(self.kind, self.least), _stretched(self.kind, self.most)
        share = (_stretched(self.kind, value, self.least) - begin) / ((end - begin) or 1.0)
        return min(max(share, 0.0), 1.0)

    def written(self, tick: float) -> str:
        """A tick as a reader sees it."""
        return f"{tick:.10g}" if self.kind == "percentile" else figure(tick)


def fitting(kind: Kind, values: Iterable[float]) -> Scale:
    """The scale that shows all these values; those that cannot be shown, such as 0 on a logarithmic axis, are passed
    over."""
    shown = [value for value in values if math.isfinite(value) and (kind != "log" or value > 0)]
    if kind == "percentile":
        return _percentiles(shown)
    return _log(shown) if kind == "log" else _linear(shown)


def figure(value: float) -> str:
    """A number in few letters: 1,500 and 0.002, and 200 k from a hundred thousand on."""
    for size, prefix in PREFIXES:
        if abs(value) >= max(size, 100_000):
            return f"{value / size:.4g}{prefix}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _linear(values: Sequence[float]) -> Scale:
    least, most = min([0.0, *values]), max(values, default=0.0)
    rough = (most - least) / MOST_TICKS
    if rough <= 0:
        return Scale("linear", least, least + 1.0, (least, least + 1.0))
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.9999)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    ticks = tuple(count * step for count in range(first, last + 1))
    return Scale("linear", ticks[0], ticks[-1], ticks)


def _log(values: Sequence[float]) -> Scale:
    least, most = min(values, default=1.0), max(values, default=1.0)
    sections = SECTIONS[2 if math.log10(most / least) < FEW_DECADES else 1]
    first, last = math.floor(math.log10(least) - 1e-9), math.ceil(math.log10(most) + 1e-9)
    apart = math.ceil((last - first) / MOST_DECADES) or 1
    every = [factor * 10.0**power for power in range(first, last + apart, apart) for factor in sections]
    low = max((tick for tick in every if tick <= least * 1.000001), default=every[0])
    high = min((tick for tick in every if tick >= most * 0.999999 and tick > low), default=every[-1])
    return Scale("log", low, high, tuple(tick for tick in every if low <= tick <= high))


def _percentiles(values: Sequence[float]) -> Scale:
    most = max([value for value in values if value < 100.0], default=99.0)
    end = min((nine for nine in NINES if nine >= max(most, 99.0) - 1e-9), default=NINES[-1])
    return Scale("percentile", 0.0, end, tuple(nine for nine in NINES if nine <= end))


def _stretched(kind: Kind, value: float, least: float = 0.0) -> float:
    if kind == "log":
        return math.log10(max(value, least, 1e-300))
    return -math.log10(max(1 - value / 100, 1e-9)) if kind == "percentile" else value
