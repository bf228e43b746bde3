"""How often one caller may call: a moving window per caller, from the `limits` library."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may go on; if not, after how many whole seconds it is worth trying again."""

    allowed: bool
    retry_after: int = 0


def parse(text: str) -> RateLimitItem:
    """Read ``5/minute``. Raises ValueError unless it is a positive number per a unit of time."""
    # Imported here, as below: who sets no limit need not wait for the library at every start.
    import limits

    try:
        # A list of limits would be cut down to its first without a word.
        (item,) = limits.parse_many(text)
    except ValueError:
        raise ValueError("expected a number per unit of time such as 5/minute") from None
    if item.amount < 1 or item.multiples < 1:
        raise ValueError("expected at least one call per unit of time, such as 5/minute")
    return item


class RateLimiter:
    """Counts calls per caller; callers do not affect one another."""

    def __init__(self, limit: RateLimitItem | None) -> None:
        self._limit = limit
        self._window = moving_window() if limit is not None else None

    def hit(self, caller: str) -> Verdict:
        """Count one call of this caller and say whether it may go on."""
        if self._limit is None or self._window is None or self._window.hit(self._limit, caller):
            return Verdict(True)
        resets = self._window.get_window_stats(self._limit, caller).reset_time
        return Verdict(False, seconds_until(resets))


def moving_window() -> MovingWindowRateLimiter:
    """A window that moves with time, so that no caller gets twice its limit around a full minute."""
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

    return MovingWindowRateLimiter(MemoryStorage())


def seconds_until(moment: float) -> int:
    """Whole seconds, at least one, until a moment of the clock."""
    return max(1, math.ceil(moment - time.time()))
