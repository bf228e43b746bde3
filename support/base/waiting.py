"""Waiting, the only place in the suite that sleeps: until something is so, while it stays so, or for a reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from support.base.outcomes import NotMet, WaitedInVain

T = TypeVar("T")
POLL = 0.02
"""Seconds between two looks at a condition, unless told otherwise."""


def until(
    condition: Callable[[], T | None],
    timeout: float,
    what: str,
    poll: float = POLL,
    *,
    failing: Callable[[str], Exception] = WaitedInVain,
) -> T:
    """Wait until ``condition`` returns something true, and return that.

    An AssertionError from the condition counts as "not yet". Whatever else it raises ends the wait at once. After
    ``timeout`` seconds ``failing`` is raised, which says what was waited for and what was seen last; a step that
    judges the product passes NotMet. The condition is looked at once more when the time is up, so that a machine
    that was busy is not mistaken for a condition that did not hold.
    """
    started = time.monotonic()
    looks = 0
    while True:
        late = time.monotonic() - started >= timeout
        seen, because = _look(condition)
        looks += 1
        if seen:
            return seen
        if late:
            last = because or ("" if seen is None or seen is False else f"{seen!r}")
            saw = f"; last seen: {last}" if last else ""
            raise failing(f"waited {timeout:g} s in vain for {what} (looked {looks} times){saw}")
        time.sleep(max(0.0, min(poll, started + timeout - time.monotonic())))


def consistently(
    condition: Callable[[], T | None],
    during: float,
    what: str,
    poll: float = POLL,
    *,
    failing: Callable[[str], Exception] = NotMet,
) -> T:
    """See that ``condition`` stays true for ``during`` seconds, and return what it returned last.

    The first look that finds it untrue raises ``failing``, which says after how long.
    """
    started = time.monotonic()
    while True:
        elapsed = time.monotonic() - started
        seen, because = _look(condition)
        if not seen:
            saw = because or repr(seen)
            raise failing(f"{what} held for {elapsed:.2f} s, but should hold for {during:g} s; then seen: {saw}")
        if elapsed >= during:
            return seen
        time.sleep(max(0.0, min(poll, started + during - time.monotonic())))


def let_pass(seconds: float, why: str) -> None:
    """Let time go by where there is nothing to look at. ``why`` says to the reader what the time is needed for."""
    if not why:
        raise ValueError("say why time must pass")
    time.sleep(seconds)


def _look(condition: Callable[[], T | None]) -> tuple[T | None, str]:
    try:
        return condition(), ""
    except AssertionError as error:
        return None, str(error) or "an assertion failed"
