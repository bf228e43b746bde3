"""What a worker notes of every request, second by second, and hands on; cheap, since it runs beside the sending."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from support.load.histogram import LONGEST
from support.load.result import Failure

LATE = 0.25
"""Seconds by which a request may be sent too late, or after the end, and still be in time: so long may a process have
to wait for its core on a busy machine."""
_ROUNDING = 1e-6
"""Seconds; a request that was due at the beginning of a second belongs to it, whatever its sum came to."""


@dataclass(slots=True)
class Slot:
    """One second: requests intended in it, those that ended in it as failures, and times of the others by call."""

    times: list[array[int]]
    sent: int = 0
    failed: int = 0
    users: int = 0


@dataclass(slots=True)
class Report:
    """What one worker saw since its last report. Times are in microseconds, by second and call."""

    slots: list[tuple[int, Slot]] = field(default_factory=list)
    failures: list[tuple[int, Failure, int, str]] = field(default_factory=list)
    """Call, kind, how many, and what the first of them said."""
    late: array[int] = field(default_factory=lambda: array("I"))
    served: list[int] = field(default_factory=list)
    """By call: successes that ended while it was measured, whenever they were sent."""
    left_out: int = 0
    unsent: int = 0
    in_time: int = 0
    held: int = 0
    """Arrivals that were due and found all connections busy."""
    most_open: int = 0

    def packed(self) -> dict[str, Any]:
        """As plain values that a message can carry."""
        return {
            "slots": [
                (number, slot.sent, slot.failed, slot.users, [times.tobytes() for times in slot.times])
                for number, slot in self.slots
            ],
            "failures": self.failures,
            "late": self.late.tobytes(),
            "served": self.served,
            "counts": (self.left_out, self.unsent, self.in_time, self.held, self.most_open),
        }

    @classmethod
    def unpacked(cls, values: dict[str, Any]) -> Report:
        """From the plain values of a message."""
        slots = [
            (number, Slot([_array(times) for times in all_times], sent, failed, users))
            for number, sent, failed, users, all_times in values["slots"]
        ]
        failures = [(call, kind, count, said) for call, kind, count, said in values["failures"]]
        return cls(slots, failures, _array(values["late"]), list(values["served"]), *values["counts"])


class Tally:
    """Notes requests of ``calls`` kinds. ``zero`` is when measuring begins, and ``end`` when sending does, by the
    monotonic clock; requests intended before ``zero`` are left out of all figures but what is served meanwhile.
    ``standing`` is how many connections were open when sending began, where they were opened for that; else as many
    count as open as there are requests under way."""

    def __init__(self, calls: int, zero: float, end: float | None, standing: int | None = None) -> None:
        self.zero, self.end = zero, end
        self._calls = calls
        self._slots: dict[int, Slot] = {}
        self._failures: Counter[tuple[int, Failure]] = Counter()
        self._said: dict[tuple[int, Failure], str] = {}
        self._standing = standing
        self._rest = Report(served=[0] * calls, most_open=standing or 0)
        self._open = 0

    def sending(self, intended: float, now: float) -> None:
        """A request is sent."""
        self._open += 1
        if self._standing is None:
            self._rest.most_open = max(self._rest.most_open, self._open)
        if intended >= self.zero and (self.end is None or now <= self.end + LATE):
            self._rest.in_time += 1

    def ended(self, call: int, intended: float, now: float, failure: tuple[Failure, str] | None) -> None:
        """A request that was sent was answered, or failed of a kind, with what it said."""
        self._open -= 1
        self.counted(call, intended, now, failure)

    def counted(self, call: int, intended: float, now: float, failure: tuple[Failure, str] | None) -> None:
        """Note a request, also one that was given up before it could be sent."""
        if failure is None and self.zero <= now and (self.end is None or now <= self.end):
            self._rest.served[call] += 1
        if intended < self.zero:
            self._rest.left_out += 1
            return
        self._slot(int(intended - self.zero + _ROUNDING)).sent += 1
        slot = self._slot(int(now - self.zero))
        if failure is None:
            slot.times[call].append(min(int((now - intended) * 1_000_000), LONGEST))
            return
        slot.failed += 1
        kind, said = failure
        self._failures[call, kind] += 1
        self._said.setdefault((call, kind), said)

    def late(self, seconds: float) -> None:
        """A request was sent so much after it was due, although a connection was free."""
        self._rest.late.append(min(max(0, int(seconds * 1_000_000)), LONGEST))

    def held(self, intended: float, now: float) -> None:
        """A request is due and has to wait, as all connections are busy; one that is late already does so anyway."""
        if intended >= self.zero and now - intended <= LATE:
            self._rest.held += 1

    def unsent(self, count: int) -> None:
        """So many requests were due and never sent, by the generator's own doing."""
        self._rest.unsent += count

    def taken(self, now: float, users: int, *, last: bool = False) -> Report:
        """What was noted since the last time; the running second waits for the next time, unless this is the last."""
        running = int(now - self.zero)
        for slot in self._slots.values():
            slot.users = slot.users or users
        report, self._rest = self._rest, Report(served=[0] * self._calls)
        report.slots = [(number, self._slots[number]) for number in sorted(self._slots) if last or number < running]
        for number, _ in report.slots:
            del self._slots[number]
        report.failures = [(call, kind, n, self._said[call, kind]) for (call, kind), n in self._failures.items()]
        self._failures.clear()
        return report

    def _slot(self, number: int) -> Slot:
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = Slot([array("I") for _ in range(self._calls)])
        return slot


def _array(packed: bytes) -> array[int]:
    values = array("I")
    values.frombytes(packed)
    return values
