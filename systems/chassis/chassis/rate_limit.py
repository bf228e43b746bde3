"""How often one caller may call: a moving window per caller, from the `limits` library."""

from __future__ import annotations

import math
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chassis import logs

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.storage import MovingWindowSupport


FILE_NAME = "rate-limits.db"
"""In a folder that processes share."""


REST_SECONDS = 1.0
"""For how long a file that could not be used is left alone."""


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
    """Counts calls per caller; callers do not affect one another.

    With a file, all processes that have the same count together; while it cannot be used each counts for itself.
    """

    def __init__(self, limit: RateLimitItem | None, file: Path | None = None) -> None:
        self._limit = limit
        self._log = logs.get("rate_limit")
        self._failure: str | None = None
        self._rests_until = 0.0
        self._own = moving_window() if limit is not None else None
        self._window = moving_window(file) if limit is not None and file is not None else self._own

    def hit(self, caller: str) -> Verdict:
        """Count one call of this caller and say whether it may go on."""
        if self._limit is None or self._window is None or self._own is None:
            return Verdict(True)
        if time.monotonic() < self._rests_until:
            return judge(self._own, self._limit, caller)
        try:
            verdict = judge(self._window, self._limit, caller)
        except sqlite3.Error as error:
            self.note(str(error))
            return judge(self._own, self._limit, caller)
        self.note(None)
        return verdict

    def note(self, failure: str | None) -> None:
        """Say once, not for every call, that processes do not count together, and that they do again."""
        if failure and not self._failure:
            self._log.warning("calls are not counted together with other processes", reason=failure)
        elif self._failure and not failure:
            self._log.info("calls are counted together with other processes again")
        self._failure = failure
        # Waiting for a file that cannot be used holds up every request.
        self._rests_until = time.monotonic() + REST_SECONDS if failure else 0.0


def judge(window: MovingWindowSupport, limit: RateLimitItem, caller: str) -> Verdict:
    """Count one call in a window."""
    key, seconds = limit.key_for(caller), limit.get_expiry()
    if window.acquire_entry(key, limit.amount, seconds):
        return Verdict(True)
    first, _ = window.get_moving_window(key, limit.amount, seconds)
    return Verdict(False, seconds_until(first + seconds))


def moving_window(file: Path | None = None) -> MovingWindowSupport:
    """A window that moves with time, so that no caller gets twice its limit around a full minute."""
    from limits.storage import MemoryStorage

    from chassis.shared_window import SharedWindow

    return MemoryStorage() if file is None else SharedWindow(file)


def seconds_until(moment: float) -> int:
    """Whole seconds, at least one, until a moment of the clock."""
    return max(1, math.ceil(moment - time.time()))
