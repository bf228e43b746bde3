"""When the requests of a rate are due: fixed before the first is sent, whatever the answers take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from support.load.plan import Stage


def moments(stages: Sequence[Stage], warm_up: float, index: int = 0, workers: int = 1) -> Iterator[float]:
    """Seconds, from the start of measuring on, at which one of several workers sends; before 0 in the warm-up.

    Arrivals come at equal distances within a stage, and are dealt to the workers in turn.
    """
    number, begin = 0, -warm_up
    for rate, seconds in _parts(stages, warm_up):
        for arrival in range(math.floor(rate * seconds + 1e-9)):
            if number % workers == index:
                yield begin + arrival / rate
            number += 1
        begin += seconds


def _parts(stages: Sequence[Stage], warm_up: float) -> Iterator[tuple[float, float]]:
    rates = [(stage.rate or 0.0, stage.seconds) for stage in stages]
    yield from [(rates[0][0], warm_up)] if warm_up else []
    yield from rates
