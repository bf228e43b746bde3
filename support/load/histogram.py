"""Times in an HDR histogram: in microseconds, exact to three digits, whatever their number."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from hdrh.histogram import HdrHistogram

DIGITS = 3
LONGEST = 3600 * 1_000_000
"""Microseconds; longer times count as this."""


class Histogram:
    """Counts of times. All figures are in microseconds."""

    def __init__(self, counts: Any = None) -> None:
        self._counts: Any = HdrHistogram(1, LONGEST, DIGITS) if counts is None else counts
        self._summed: list[int] | None = None

    @classmethod
    def decode(cls, text: str) -> Histogram:
        """From the base64 text of HdrHistogram's own format, V2."""
        return cls(HdrHistogram.decode(text))

    def encode(self) -> str:
        """As text, in the format that every HdrHistogram library and plotter reads."""
        encoded: bytes | str = self._counts.encode()
        return encoded.decode() if isinstance(encoded, bytes) else encoded

    def record(self, times: Iterable[int]) -> None:
        """Count times."""
        record = self._counts.record_value
        for time in times:
            record(max(1, min(time, LONGEST)))

    def add(self, other: Histogram) -> None:
        """Count what another has counted, too."""
        if other.count:
            self._counts.add(other._counts)

    @property
    def count(self) -> int:
        """How many times it has counted."""
        return int(self._counts.total_count)

    def at_rank(self, rank: int) -> int:
        """The time at a place in the order of all, from 1 (the shortest) on; the upper end of its bucket."""
        if not 1 <= rank <= self.count:
            raise ValueError(f"there is no time at place {rank} of {self.count}")
        index = bisect_left(self._sums(), rank)
        value = self._counts.get_value_from_index(index)
        return int(self._counts.get_highest_equivalent_value(value))

    def _sums(self) -> list[int]:
        """How many times are in each bucket or one before it; kept, as several places are asked for in a row."""
        if self._summed is None or self._summed[-1] != self.count:
            self._summed = list(accumulate(self._counts.counts[: self._counts.counts_len]))
        return self._summed

    def buckets(self) -> list[tuple[int, int]]:
        """Every time that was counted, with its count, the shortest first."""
        return [(int(item.value_iterated_to), int(item.count_at_value_iterated_to)) for item in self._recorded()]

    def _recorded(self) -> Iterable[Any]:
        recorded: Iterable[Any] = self._counts.get_recorded_iterator()
        return recorded
