"""Many threads that ask one orchestrator for decisions at the same time, and how long each of them waited."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

MICROSECONDS = 1_000_000

REFUSED, RAISED = "status", "other"
"""How failures are called: an answer that is a refusal, and an error that should not have been."""

_numbers = count()
"""Of all calls of this process: no two have the same, so that no burst asks for what an earlier one has asked for."""


class Burst:
    """Calls ``ask(number)`` from some threads, each as often; ``is_refusal`` tells refusals from other errors.

    Every call, in every burst, has another number.

    Times are kept as counts by microsecond, per second of the burst, so that they do not grow with it.
    """

    def __init__(
        self, ask: Callable[[int], object], is_refusal: Callable[[Exception], bool], threads: int, each: int
    ) -> None:
        self._ask, self._is_refusal = ask, is_refusal
        self._each, self._over = each, False
        self._gate = threading.Barrier(threads + 1)
        self._logs: list[list[tuple[float, float, str]]] = [[] for _ in range(threads)]
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(threads)]

    def run(self) -> dict[str, Any]:
        """Have all threads begin at the same moment, and count what they saw once the last has ended.

        An interruption (SIGINT) ends it early: each thread ends after the call that it is in. For the main thread.
        """
        # An exception instead, in the middle of a join, would make Python take a thread that runs for one that ended.
        before = signal.signal(signal.SIGINT, self._end)
        try:
            for thread in self._threads:
                thread.start()
            self._gate.wait()
            started, clock = time.time(), time.perf_counter()
            for thread in self._threads:
                thread.join()
            seconds = time.perf_counter() - clock
            log = [entry for entries in self._logs for entry in entries]
            return {"started": started, "seconds": seconds, "by_second": _by_second(log, clock)}
        finally:
            signal.signal(signal.SIGINT, before)

    def _end(self, *_: object) -> None:
        self._over = True

    def _work(self, thread: int) -> None:
        log, ask, now = self._logs[thread], self._ask, time.perf_counter
        self._gate.wait()
        for _ in range(self._each):
            if self._over:
                break
            number, failure = next(_numbers), ""
            begun = now()
            try:
                ask(number)
            except Exception as error:  # noqa: BLE001 - every failure is counted, whatever it is
                failure = REFUSED if self._is_refusal(error) else RAISED
            log.append((begun, now(), failure))


def _by_second(log: list[tuple[float, float, str]], clock: float) -> list[dict[str, Any]]:
    """What was sent and what ended in each second; successes as counts by microsecond, failures by kind."""
    sent = Counter(int(begun - clock) for begun, _, _ in log)
    times: dict[int, Counter[int]] = {}
    failures: dict[int, Counter[str]] = {}
    for begun, ended, failure in log:
        second = int(ended - clock)
        if failure:
            failures.setdefault(second, Counter())[failure] += 1
        else:
            times.setdefault(second, Counter())[max(1, round((ended - begun) * MICROSECONDS))] += 1
    return [
        {"at": at, "sent": sent[at], "times": times.get(at, {}), "failures": failures.get(at, {})}
        for at in sorted({*sent, *times, *failures})
    ]
