"""What the users of one worker do and share: in which order they call, when they send, and when they end."""

from __future__ import annotations

import math
import random
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate
from typing import Protocol

import gevent
from gevent.event import AsyncResult, Event
from gevent.lock import BoundedSemaphore

from support.load import due, numbers
from support.load.alarm import Alarm
from support.load.failures import TooLate, kind_of
from support.load.plan import Call, LoadPlan
from support.load.result import Failure
from support.load.tally import Tally

_BREATH = 0.1
"""Seconds that a user whose connection failed waits before it tries again; a refused one would else try thousands of
times a second, and the generator be as busy as under the highest load."""
_CONNECTING = 200
"""Connections that are being opened at the same time, so that a server's queue of new ones does not overflow."""
_BATCH = 50
"""Overdue arrivals that are handed out before others have their turn."""
_BEHIND = 0.5
"""Seconds after the end of a load from which what is not yet handed out is not sent any more."""


class User(Protocol):
    """One user, by whichever client it calls."""

    @property
    def stopping(self) -> bool: ...

    def connect(self) -> None: ...

    def is_connected(self) -> bool: ...

    def drop(self) -> None: ...

    def exchange(self, call: Call, number: bytes) -> tuple[int, bytes]: ...


class Site:
    """One worker's part of a load: worker ``index`` of ``workers``, with its share of a fixed number of requests.

    ``first`` is the number of the load's first request.
    """

    def __init__(self, plan: LoadPlan, index: int, workers: int, first: int) -> None:
        self.plan = plan
        self.standing: list[User] = []
        self.cannot_connect = ""
        self.over = Event()
        self.tally = Tally(len(plan.calls), 0.0, None)
        self._begun = Event()
        self._connecting = BoundedSemaphore(_CONNECTING)
        self._random = random.Random(f"{plan.seed} {index}")
        self._weights = list(accumulate(call.weight for call in plan.calls))
        self._places = range(len(plan.calls))
        self._numbers = numbers.of_worker(first, index, workers)
        self._awaited = [[numbers.parts(text.encode()) for text in call.contains] for call in plan.calls]
        self._moments = due.moments(plan.timed, plan.warm_up, index, workers) if plan.is_open else iter(())
        self._budget = _share(plan.requests, index, workers)
        self._idle: list[AsyncResult[float | None]] = []
        self._overdue: deque[float] = deque()
        self._all_due = False

    def begin(self) -> None:
        """Let the users who wait go on; measuring begins after the warm-up."""
        zero = time.monotonic() + self.plan.warm_up
        seconds = sum(stage.seconds for stage in self.plan.timed)
        # Looked at before any user of this worker sends: a server may have closed some of them meanwhile.
        open_now = sum(user.is_connected() for user in self.standing) if self.plan.connections == "at once" else None
        self.tally = Tally(len(self.plan.calls), zero, zero + seconds if seconds else None, open_now)
        self._begun.set()
        if self.plan.is_open:
            gevent.spawn(self._hand_out)

    def end(self) -> None:
        """Have no more requests sent; those under way go on until they are answered or time out."""
        self.over.set()

    def work(self, user: User) -> None:
        """All that a user does, until the load is over."""
        if not self._begun.is_set():
            self._stand(user)
        with suppress(gevent.GreenletExit):
            self._serve(user) if self.plan.is_open else self._call(user)
        user.drop()

    @property
    def done(self) -> bool:
        """Whether a fixed number of requests has been sent."""
        return self._budget == 0

    def _stand(self, user: User) -> None:
        """Be ready, with an open connection if it is to be so, until all are."""
        if self.plan.connections == "at once":
            with self._connecting:
                try:
                    user.connect()
                except Exception as error:  # noqa: BLE001 - told to the one who waits for all to be ready
                    self.cannot_connect = self.cannot_connect or ": ".join(kind_of(error))
        self.standing.append(user)
        self._begun.wait()

    def _call(self, user: User) -> None:
        """One request after the other, each after the answer to the last, and a time to think."""
        low, high = self.plan.think
        end = self.tally.end or math.inf
        while not (self.over.is_set() or user.stopping) and (now := time.monotonic()) < end and self._take():
            failure = self._attempt(user, now, now)
            thinks = self._random.uniform(low, high) if high else 0.0
            if failure in ("refused", "reset", "other"):
                thinks = max(thinks, _BREATH)
            if thinks:
                self.over.wait(thinks)

    def _take(self) -> bool:
        if self._budget is None:
            return True
        if self._budget == 0:
            return False
        self._budget -= 1
        return True

    def _serve(self, user: User) -> None:
        """Send whatever is due, and what is overdue first."""
        while (moment := self._next()) is not None:
            now = time.monotonic()
            if now - moment >= self.plan.timeout:
                place = self._pick()
                self.tally.counted(place, moment, now, ("time-out", "no connection became free in time"))
            else:
                self._attempt(user, moment, now)

    def _next(self) -> float | None:
        if self._overdue:
            return self._overdue.popleft()
        if self._all_due or self.over.is_set():
            return None
        waiting: AsyncResult[float | None] = AsyncResult()
        self._idle.append(waiting)
        moment: float | None = waiting.get()
        return moment

    def _hand_out(self) -> None:
        """Give every arrival, when it is due, to the user who was idle last, so that few connections are used."""
        zero, end, alarm = self.tally.zero, self.tally.end or 0.0, Alarm()
        for number, offset in enumerate(self._moments):
            moment = zero + offset
            if moment > time.monotonic():
                alarm.wait_until(moment)
            elif number % _BATCH == 0:
                gevent.sleep(0)
            now = time.monotonic()
            if self.over.is_set() or now > end + _BEHIND:
                self.tally.unsent(1 + sum(1 for _ in self._moments))
                break
            if not self._idle:
                self.tally.held(moment, now)
                self._overdue.append(moment)
                continue
            self.tally.late(now - moment)
            self._idle.pop().set(moment)
        alarm.close()
        self._all_due = True
        for waiting in self._idle:
            waiting.set(None)

    def _attempt(self, user: User, intended: float, now: float) -> Failure | None:
        place = self._pick()
        self.tally.sending(intended, now)
        failure = self._failure(user, place, self.plan.timeout - (now - intended))
        self.tally.ended(place, intended, time.monotonic(), failure)
        return failure[0] if failure else None

    def _failure(self, user: User, place: int, seconds: float) -> tuple[Failure, str] | None:
        call, number = self.plan.calls[place], next(self._numbers)
        try:
            with _deadline(seconds):
                status, body = user.exchange(call, number)
        except (Exception, TooLate) as error:  # noqa: BLE001 - whatever goes wrong is a failure of some kind
            user.drop()
            return kind_of(error)
        if self.plan.connections == "new":
            user.drop()
        if not call.accepts(status):
            return "status", f"{status}: {body[:120].decode(errors='replace')}"
        for awaited in self._awaited[place]:
            if body.find(number.join(awaited)) < 0:
                return "wrong body", body[:120].decode(errors="replace")
        return None

    def _pick(self) -> int:
        if len(self._places) == 1:
            return 0
        return self._random.choices(self._places, cum_weights=self._weights)[0]


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    timer = gevent.Timeout.start_new(seconds, TooLate(f"no whole answer within {seconds:.3g} s"))
    try:
        yield
    finally:
        timer.close()


def _share(requests: int | None, index: int, workers: int) -> int | None:
    if requests is None:
        return None
    return requests // workers + (index < requests % workers)
