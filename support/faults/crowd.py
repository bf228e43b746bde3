"""Callers that call again and again until they are told to stop: users at work, or callers gone wild."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from support.faults.base import Fault


class Crowd(Fault):
    """So many callers, each of which calls, waits for ``pause`` seconds and calls again.

    ``call`` gives the outcome of a call in a word, such as its status; how often each came is told at the end.
    """

    def __init__(self, what: str, call: Callable[[], object], callers: int = 1, pause: float = 0.0) -> None:
        super().__init__(what)
        self.outcomes: Counter[str] = Counter()
        self._call, self._pause = call, pause
        self._gone = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, name=what, daemon=True) for _ in range(callers)]

    def _inject(self) -> None:
        for thread in self._threads:
            thread.start()

    def _heal(self) -> None:
        self._gone.set()
        for thread in self._threads:
            thread.join()
        told = ", ".join(f"{count} × {outcome}" for outcome, count in self.outcomes.most_common())
        self.observed(f"the calls ended as {told or 'nothing: there was none'}")

    def _go_on(self) -> None:
        while not self._gone.wait(self._pause):
            self.outcomes[str(self._call())] += 1
