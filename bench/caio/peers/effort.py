"""How much is measured: enough for figures that mean something, or just enough to see that all works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds of everybody in turn; seconds over HTTP, and before that to warm up; decisions or seconds in process."""

    rounds: int = 5
    seconds: float = 4.0
    warm_up: float = 1.0
    connections: tuple[int, ...] = (1, 50)
    decisions: int = 1000
    decision_seconds: float = 1.0
    sizes: tuple[int, ...] = (1, 10, 100, 1000, 10000)


FULL = Effort()
TINY = Effort(rounds=2, seconds=1.0, warm_up=1.0, decisions=50, decision_seconds=0.2, sizes=(1, 100))
