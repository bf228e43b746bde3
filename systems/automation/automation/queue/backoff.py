"""How long to wait before something is tried again."""

from __future__ import annotations

import random


def delay(attempt: int, base: float, longest: float) -> float:
    """Seconds before the next try after so many: doubled each time, less up to half of it at random."""
    whole = min(longest, base * 2 ** min(attempt - 1, 30))
    return float(whole * random.uniform(0.5, 1.0))
