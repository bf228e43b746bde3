"""Rounds in which everybody is measured in turn, each time in another order, and the ratios of what they gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bench.servers import NotAvailable

Seen = TypeVar("Seen")
Key = TypeVar("Key")


@dataclass(slots=True)
class Seats(Generic[Key, Seen]):
    """What each gave, round by round, and why some gave nothing. Who fails once is out, with all it gave before."""

    rounds: int
    given: dict[Key, list[Seen]] = field(default_factory=dict)
    out: dict[Key, str] = field(default_factory=dict)

    def measure(self, keys: Sequence[Key], once: Callable[[Key], Seen]) -> None:
        """All rounds of all. What is measured may raise NotAvailable."""
        for number in range(self.rounds):
            for key in rotated(keys, number):
                if key in self.out:
                    continue
                try:
                    self.given.setdefault(key, []).append(once(key))
                except NotAvailable as error:
                    self.drop(key, str(error))

    def drop(self, key: Key, why: str) -> None:
        """Leave somebody out."""
        self.given.pop(key, None)
        self.out[key] = why


def rotated(keys: Sequence[Key], number: int) -> Iterator[Key]:
    """All of them, another one first in each round, so that nobody always follows the same."""
    at = number % len(keys) if keys else 0
    yield from keys[at:]
    yield from keys[:at]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Ours by theirs, round by round. Raises NotAvailable where a round has nothing to compare."""
    if len(ours) != len(theirs) or not ours:
        raise NotAvailable(f"{len(ours)} rounds of one and {len(theirs)} of the other cannot be compared")
    if min(*ours, *theirs) <= 0:
        raise NotAvailable("in a round one of the two gave nothing")
    return tuple(one / other for one, other in zip(ours, theirs, strict=True))
