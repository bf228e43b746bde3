"""The master: waits for workers, gives each its part, walks through the stages, and says what came of it."""

from __future__ import annotations

from support.load import engine  # first, since it patches what the others use

# isort: split
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import gevent
from gevent.event import Event

from support.load import numbers
from support.load.clock import CoreClock, Share
from support.load.collecting import Collector
from support.load.messages import End, FromMaster, Job, Progress, ToMaster, ToWorker
from support.load.result import MASTER, LoadResult, StageSpan, WorkerState
from support.load.tally import Report
from support.load.worker_pool import Trouble, WorkerPool

_TICK = 0.02
_INTERRUPTED_GRACE = 0.5
"""Seconds that requests under way have to be answered when the load is cut short."""
_GRACE = 3.0
"""Seconds that workers have, beyond the time-out of a request, to hand in their last report."""
_STANDING = 60.0
"""Seconds, beyond three time-outs, until all users are ready: ten thousand on a busy machine take some."""
_STALLED = 3
"""Time-outs in a row without a single success after which a fixed number of requests is not waited for any longer."""


class Master:
    """One load. Raises OSError where its port cannot be had."""

    def __init__(self, job: Job) -> None:
        self.job, self.plan = job, job.plan
        self._stop = Event()
        self._why_stopped = ""
        self._collector = Collector(job.plan)
        self._clock = CoreClock()
        self._began = 0.0
        self._last_success = (0, 0.0)
        self._runner = engine.master(job.plan, job.bind, job.port)
        self._runner.register_message(ToMaster.REPORT, self._on_report)
        self._pool = WorkerPool(self._runner, job, self.interrupt)

    def run(self) -> None:
        """Carry out the job."""
        try:
            self._gather()
            self._stand()
            self._measure()
            end = End(result=self._finished())
        except Trouble as trouble:
            end = End(trouble=str(trouble), kind=trouble.kind)
        if self.job.hosts:
            self._runner.quit()  # before the parent, who ends what it has started, ends this process too
        tell(end)

    def interrupt(self, why: str) -> None:
        """End the load early; what was measured is kept as partial."""
        self._why_stopped = self._why_stopped or why
        self._stop.set()

    # -- before

    def _gather(self) -> None:
        """Wait until all workers are there."""
        tell(Progress(phase="waiting", says=f"waiting for {self._pool.expected} workers"))
        self._wait(lambda: self._pool.complete, self.job.patience, self._pool.absent)
        self._pool.close()

    def _stand(self) -> None:
        """Give the workers their parts, and wait until every user is ready."""
        workers = list(self._pool)
        least = min([stage.users or 0 for stage in self.plan.timed] or [self.plan.most_users])
        if not self.plan.is_open and least < len(workers):
            raise Trouble("usage", f"{least} users are too few for {len(workers)} load workers")
        authority = self.plan.authority.read_text("utf-8") if self.plan.authority else ""
        part = {"plan": self.plan.model_dump_json(), "workers": len(workers), "first": numbers.first()}
        for index, worker in enumerate(workers):
            self._collector.workers[worker.name] = WorkerState(name=worker.name, host=worker.host)
            self._pool.tell(ToWorker.PLAN, worker, **part, authority=authority, index=index)
        self._wait(lambda: all(worker.ready for worker in workers), self.plan.timeout + _GRACE, self._pool.silent)
        self._pool.check_ready(self.plan)
        first = self.plan.timed[0].users if self.plan.timed else None
        self._spawn(first or self.plan.most_users)
        self._wait(
            lambda: all(worker.standing for worker in workers), self.plan.timeout * 3 + _STANDING, self._pool.silent
        )
        self._pool.check_standing(self.plan)

    def _wait(self, condition: Callable[[], bool], seconds: float, failing: Callable[[], Trouble]) -> None:
        until = time.monotonic() + seconds
        while not condition():
            if self._stop.is_set():
                raise Trouble("broken", f"the load ended before anything was measured: {self._why_stopped}")
            if time.monotonic() > until:
                raise failing()
            self._stop.wait(_TICK)

    def _spawn(self, users: int) -> None:
        gevent.spawn(self._runner.start, users, float(self.plan.most_users))  # all at once, up and down

    # -- while it runs

    def _measure(self) -> None:
        self._began = time.monotonic() + self.plan.warm_up
        self._last_success = (0, self._began)
        self._clock.share()
        for worker in self._pool:
            self._pool.tell(ToWorker.BEGIN, worker)
        for until, users in self._steps():
            if users is not None:
                self._spawn(users)
            if not self._pass(until):
                return
        if not self.plan.is_open:
            self._end(self.plan.timeout + _GRACE)
        self._pass(time.monotonic() + self.plan.timeout + _GRACE, ending=True)

    def _steps(self) -> Iterator[tuple[float, int | None]]:
        """Until when each stage lasts, and how many users it has where their number changes."""
        if not self.plan.timed:
            yield float("inf"), None
        until = self._began
        for number, stage in enumerate(self.plan.timed):
            until += stage.seconds
            yield until, stage.users if number else None

    def _pass(self, until: float, *, ending: bool = False) -> bool:
        """Let time go by, telling how far it is; False when there is nothing more to wait for."""
        told = 0.0
        while time.monotonic() < until:
            if self._pool.done:
                return False
            if self._cut():
                self._end(_INTERRUPTED_GRACE)
                self._linger(_INTERRUPTED_GRACE + _GRACE)
                return False
            if time.monotonic() - told >= 1:
                told = time.monotonic()
                self._tell(ending)
            self._stop.wait(_TICK)
        return True

    def _cut(self) -> bool:
        """Whether the load must end early; says why."""
        lost = self._pool.lost()
        for worker in lost:
            self._collector.lost(worker.name, "disconnected")
            worker.done = True
        if lost:
            names = ", ".join(map(str, lost))
            self.interrupt(f"load worker {names} disconnected, and what it sent last is missing")
        self._watch_for_stall()
        return bool(self._stop.is_set())

    def _watch_for_stall(self) -> None:
        succeeded, since = self._last_success
        now = time.monotonic()
        if self._collector.succeeded > succeeded or self.plan.timed:
            self._last_success = (self._collector.succeeded, now)
        elif now - since > _STALLED * self.plan.timeout + self.plan.think[1]:
            self.interrupt(f"the target answered nothing for {now - since:.0f} s")

    def _end(self, grace: float) -> None:
        for worker in self._pool:
            if not worker.done:
                self._pool.tell(ToWorker.END, worker, grace=grace)

    def _linger(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._pool.done:
            gevent.sleep(_TICK)

    # -- what comes of it

    def _on_report(self, msg: Any, **_: Any) -> None:
        worker = self._pool.by_client(msg.node_id)
        self._collector.add(worker.name, Report.unpacked(msg.data["report"]))
        if msg.data["measuring"]:
            self._collector.shares[worker.name].append(Share(*msg.data["cpu"]))

    def _tell(self, ending: bool) -> None:
        self._account()
        passed = time.monotonic() - self._began
        phase: Literal["warming up", "measuring", "ending"]
        phase = "ending" if ending else "measuring" if passed >= 0 else "warming up"
        result = self._result() if passed >= 0 else None
        says = f"{phase}, {abs(passed):.0f} s; {self._collector.samples:,} requests"
        tell(Progress(phase=phase, says=says, result=result))

    def _account(self) -> None:
        """Note how busy this process was while the load was measured; before and after it has less to do."""
        share, now = self._clock.share(), time.monotonic()
        lasts = sum(stage.seconds for stage in self.plan.timed)
        if share.lies_within(now, self._began, self._began + lasts if lasts else None):
            self._collector.shares[MASTER].append(share)

    def _result(self) -> LoadResult:
        result = self._collector.result(self._began, tuple(self._spans()))
        return result.model_copy(update={"round_trip": self._pool.round_trip})

    def _spans(self) -> Iterator[StageSpan]:
        begin = 0.0
        for stage in self.plan.timed:
            yield StageSpan(begin=begin, end=begin + stage.seconds, users=stage.users, rate=stage.rate)
            begin += stage.seconds

    def _finished(self) -> LoadResult:
        self._account()
        result = self._result()
        late = [worker.name for worker in self._pool if not worker.done]
        if self._why_stopped:
            result = result.cut(self._why_stopped)
        return result.cut(f"the last report of {', '.join(late)} is missing") if late else result


def tell(line: Progress | End) -> None:
    """Say something to the parent."""
    sys.stdout.write(FromMaster(line=line).model_dump_json() + "\n")
    sys.stdout.flush()
