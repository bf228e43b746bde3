"""What a judgement rests on: whatever is said of every one of nothing is true of any system, and proves nothing."""

from __future__ import annotations

from collections.abc import Sized
from typing import TypeVar

from support.base.outcomes import NothingToJudge

S = TypeVar("S", bound=Sized)


def enough(items: S, what: str, least: int = 1) -> S:
    """The items that are to be judged. Raises NothingToJudge where there are fewer than ``least``.

    ``what`` they are stands in the message, in the plural. Whatever is compared with each other takes two at least.
    """
    if not items:
        raise NothingToJudge(f"there are no {what}, so there is nothing to judge")
    if len(items) < least:
        raise NothingToJudge(f"there are {len(items)} {what}, and it takes {least} at least to judge anything")
    return items
