"""Judges limits and budgets: what passed, what was told to wait, and for how long."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime

from support.base.waiting import let_pass
from support.checks.basis import enough
from support.domains.gateway import asking, routing
from support.domains.gateway.asking import Asked
from support.http import Exchange
from support.world.core import World

TOO_MANY = 429
END_OF_MINUTE = 54.0
"""Second of the minute from which on a limit that is counted by the clock's minutes could begin anew in between."""


def clear_of_the_minute() -> None:
    """Wait for the next minute where this one is nearly over: some count by the minutes of the clock, as they may."""
    second = time.time() % 60
    if second > END_OF_MINUTE:
        let_pass(60.5 - second, "the minute that a limit may be counted by is nearly over")


def ask_in_a_row(world: World, name: str, count: int, who: str = asking.CALLER) -> None:
    """Have a caller ask for a limited route, one question after the other, within one minute of the clock."""
    clear_of_the_minute()
    asking.many(world, [name] * count, 1, who=who)


def ask_at_once(world: World, name: str, count: int, who: str = asking.CALLER) -> None:
    """Have a caller ask for a limited route at the same moment, each time over a connection of its own."""
    clear_of_the_minute()
    asking.at_once(world, name, count, who)


def outcomes(world: World) -> list[str]:
    """What became of each question of the last step: "passed", "told to wait", or the whole exchange."""
    return [_outcome(each.exchange) for each in routing.asked(world)]


def _outcome(answer: Exchange) -> str:
    if answer.ok:
        return "passed"
    return "told to wait" if answer.status == TOO_MANY else answer.describe()


def wrong_waits(world: World, most: float) -> list[str]:
    """The refusals that do not say how long to wait (RFC 9110, Retry-After: seconds or a time), or say too long."""
    refused = [each.exchange for each in routing.asked(world) if each.exchange.status == TOO_MANY]
    wrong = []
    for answer in enough(refused, "callers who were told to wait"):
        told = answer.headers.get("Retry-After", "")
        seconds = _seconds(told)
        if seconds is None or not 0 <= seconds <= most:
            wrong.append(f"Retry-After is {told!r}\n{answer.describe()}")
    return wrong


def _seconds(told: str) -> float | None:
    if re.fullmatch(r"\d{1,9}", told):
        return float(told)
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    except ValueError:
        return None


def served(world: World) -> list[Asked]:
    """The questions of the last step that were answered."""
    return [each for each in routing.asked(world) if each.exchange.ok]


def not_refused(world: World) -> list[str]:
    """The questions of the last step that were neither answered nor refused as the caller's own affair (4xx)."""
    others = [each.exchange for each in routing.asked(world) if not each.exchange.ok]
    return [each.describe() for each in others if not 400 <= (each.status or 0) < 500]
