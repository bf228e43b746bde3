"""The master: waits for workers, gives each its part, walks through the stages, and says what came of it."""

from __future__ import annotations

from support.load import engine  # first, since it patches what the others use

# isort: split
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import gevent
from gevent.event import Event

from support.load.clock import CoreClock, Share
from support.load.collecting import Collector
from support.load.messages import SPEAKS, End, FromMaster, Job, Progress, ToMaster, ToWorker
from support.load.result import StageSpan, WorkerState
from support.load.tally import Report

_TICK = 0.02
_INTERRUPTED_GRACE = 0.5
"""Seconds that requests under way have to be answered when the load is cut short."""
_GRACE = 3.0
"""Seconds that workers have, beyond the time-out of a request, to hand in their last report."""
_STALLED = 3
"""Time-outs in a row without a single success after which a fixed number of requests is not waited for any longer."""
NAME = "master"


class Trouble(Exception):
    """Why nothing can be measured."""

    def __init__(self, kind: Literal["broken", "not verified", "usage"], text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(slots=True)
class _Hand:
    """A worker, as the master sees it."""

    client: str
    name: str
    host: str
    hosts: list[str]
    ready: dict[str, Any] | None = None
    standing: dict[str, Any] | None = None
    done: bool = False


class Master:
    """One load."""

    def __init__(self, job: Job) -> None:
        self.job, self.plan = job, job.plan
        self.stop = Event()
        self.why_stopped = ""
        self._hands: dict[str, _Hand] = {}
        self._collector = Collector(job.plan)
        self._clock = CoreClock()
        self._began = 0.0
        self._opened = 0
        self._last_success = (0, 0.0)
        self._runner = engine.master(job.plan, job.bind, job.port)
        for message, handler in (
            (ToMaster.HELLO, self._on_hello),
            (ToMaster.READY, self._on_ready),
            (ToMaster.STANDING, self._on_standing),
            (ToMaster.REPORT, self._on_report),
            (ToMaster.DONE, self._on_done),
        ):
            self._runner.register_message(message, handler)

    def run(self) -> None:
        """Carry out the job."""
        try:
            self._gather()
            self._stand()
            self._measure()
            end = End(result=self._finished())
        except Trouble as trouble:
            end = End(trouble=str(trouble), kind=trouble.kind)
        tell(end)
        self._runner.quit()

    def interrupt(self, why: str) -> None:
        """End the load early; what was measured is kept as partial."""
        self.why_stopped = self.why_stopped or why
        self.stop.set()

    # -- before

    def _gather(self) -> None:
        """Wait until all workers are there."""
        tell(Progress(phase="waiting", says=f"waiting for {self._expected} workers"))
        self._wait(lambda: len(self._hands) >= self._expected and not self._missing(), self.job.patience, self._absent)

    @property
    def _expected(self) -> int:
        return self.job.local + len(self.job.hosts)

    def _missing(self) -> list[str]:
        """The machines from which no worker has come; a machine that is named twice needs two."""
        free = [hand for hand in self._hands.values() if not _is_local(hand)]
        missing = []
        for host in self.job.hosts:
            found = next((hand for hand in free if host in (hand.name, *hand.hosts)), None)
            if found is None:
                missing.append(host)
            else:
                free.remove(found)
        return missing

    def _absent(self) -> Trouble:
        here = sum(_is_local(hand) for hand in self._hands.values())
        missing = self._missing()
        if not missing:
            return Trouble("broken", f"{here} of {self.job.local} load workers of this machine started in time")
        come = ", ".join(f"{hand.name} at {hand.host}" for hand in self._hands.values() if not _is_local(hand))
        return Trouble(
            "usage",
            f"no load worker came from {', '.join(missing)} within {self.job.patience:g} s (there came: "
            f"{come or 'none'}); start there: signoff load-worker --master HOST:{self.job.port}, "
            "with the address of this machine as HOST",
        )

    def _stand(self) -> None:
        """Give the workers their parts, and wait until every user is ready."""
        hands = list(self._hands.values())
        if not self.plan.is_open and self._least_users() < len(hands):
            raise Trouble("usage", f"{self._least_users()} users are too few for {len(hands)} load workers")
        authority = self.plan.authority.read_text("ascii") if self.plan.authority else ""
        for index, hand in enumerate(hands):
            self._collector.workers[hand.name] = WorkerState(name=hand.name, host=hand.host)
            plan = self.plan.model_dump_json()
            values = {"plan": plan, "authority": authority, "index": index, "workers": len(hands)}
            self._runner.send_message(ToWorker.PLAN, values, hand.client)
        self._wait(lambda: all(hand.ready for hand in hands), self.plan.timeout + _GRACE, self._silent)
        for hand in hands:
            self._check_ready(hand)
        self._spawn(self.plan.timed[0].users or self.plan.most_users if self.plan.timed else self.plan.most_users)
        self._wait(lambda: all(hand.standing for hand in hands), self.plan.timeout * 3 + 60, self._silent)
        for hand in hands:
            self._check_standing(hand)

    def _least_users(self) -> int:
        return min([stage.users or 0 for stage in self.plan.timed] or [self.plan.most_users])

    def _silent(self) -> Trouble:
        late = [hand.name for hand in self._hands.values() if not (hand.ready and hand.standing)]
        return Trouble("broken", f"the load workers {', '.join(late)} were not ready in time")

    def _check_ready(self, hand: _Hand) -> None:
        said = hand.ready or {}
        if said["cannot"]:
            raise Trouble("not verified", f"{hand.name}: {said['cannot']}")
        if said["refuses"]:
            raise Trouble(
                "broken",
                f"the target {self.plan.url} cannot be reached from {hand.name} ({said['refuses']}), so no load was "
                "put on it: see that it is running, and at that address",
            )

    def _check_standing(self, hand: _Hand) -> None:
        said = hand.standing or {}
        if said["cannot"]:
            raise Trouble(
                "broken",
                f"not all of {self.plan.most_users:,} connections to {self.plan.url} could be opened from {hand.name} "
                f"({said['cannot']}): see the server's limits of open files and of waiting connections",
            )
        if self.plan.connections == "at once":
            self._opened += said["users"]

    def _spawn(self, users: int) -> None:
        gevent.spawn(self._runner.start, users, float(self.plan.most_users))  # all at once, up and down

    # -- while it runs

    def _measure(self) -> None:
        self._began = time.monotonic() + self.plan.warm_up
        self._last_success = (0, self._began)
        self._clock.share()
        for hand in self._hands.values():
            self._runner.send_message(ToWorker.BEGIN, {}, hand.client)
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
            if all(hand.done for hand in self._hands.values()):
                return False
            if self._cut():
                self._end(_INTERRUPTED_GRACE)
                self._patient(_INTERRUPTED_GRACE + _GRACE)
                return False
            if time.monotonic() - told >= 1:
                told = time.monotonic()
                self._tell(ending)
            self.stop.wait(_TICK)
        return True

    def _cut(self) -> bool:
        """Whether the load must end early; says why."""
        lost = [hand for hand in self._hands.values() if not hand.done and self._is_lost(hand)]
        for hand in lost:
            self._collector.lost(hand.name, "disconnected")
            hand.done = True
        if lost:
            names = ", ".join(f"{hand.name} at {hand.host}" for hand in lost)
            self.interrupt(f"load worker {names} disconnected, and what it sent last is missing")
        self._watch_for_stall()
        return bool(self.stop.is_set())

    def _is_lost(self, hand: _Hand) -> bool:
        client: Any = self._runner.clients.get(hand.client)
        return client is None or bool(client.state == "missing")

    def _watch_for_stall(self) -> None:
        succeeded, since = self._last_success
        now = time.monotonic()
        if self._collector.succeeded > succeeded or self.plan.timed:
            self._last_success = (self._collector.succeeded, now)
        elif now - since > _STALLED * self.plan.timeout:
            self.interrupt(f"the target answered nothing for {now - since:.0f} s")

    def _end(self, grace: float) -> None:
        for hand in self._hands.values():
            if not hand.done:
                self._runner.send_message(ToWorker.END, {"grace": grace}, hand.client)

    def _patient(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not all(hand.done for hand in self._hands.values()):
            gevent.sleep(_TICK)

    def _tell(self, ending: bool) -> None:
        self._account()
        passed = time.monotonic() - self._began
        phase: Literal["warming up", "measuring", "ending"]
        phase = "ending" if ending else "measuring" if passed >= 0 else "warming up"
        result = self._result() if passed >= 0 else None
        says = f"{phase}, {abs(passed):.0f} s; {self._collector.samples:,} requests"
        tell(Progress(phase=phase, says=says, result=result))

    def _account(self) -> None:
        share = self._clock.share()
        if time.monotonic() >= self._began:
            self._collector.shares[NAME].append(share)

    def _result(self) -> Any:
        return self._collector.result(self._began, tuple(self._spans()), self._opened)

    def _spans(self) -> Iterator[StageSpan]:
        begin = 0.0
        for stage in self.plan.timed:
            yield StageSpan(begin=begin, end=begin + stage.seconds, users=stage.users, rate=stage.rate)
            begin += stage.seconds

    def _finished(self) -> Any:
        self._account()
        result = self._result()
        late = [hand.name for hand in self._hands.values() if not hand.done]
        if self.why_stopped:
            result = result.cut(self.why_stopped)
        return result.cut(f"the last report of {', '.join(late)} is missing") if late else result

    # -- what workers say

    def _wait(self, condition: Callable[[], bool], seconds: float, failing: Callable[[], Trouble]) -> None:
        until = time.monotonic() + seconds
        while not condition():
            if self.stop.is_set():
                raise Trouble("broken", f"the load ended before anything was measured: {self.why_stopped}")
            if time.monotonic() > until:
                raise failing()
            self.stop.wait(_TICK)

    def _on_hello(self, msg: Any, **_: Any) -> None:
        said = msg.data
        if said["speaks"] != SPEAKS:
            self.interrupt(f"the load worker {said['name']} is of another version of signoff")
            return
        taken = {hand.name for hand in self._hands.values()}
        name = next(each for each in _names(said["name"]) if each not in taken)
        self._hands[msg.node_id] = _Hand(msg.node_id, name, said["host"], said["hosts"])

    def _on_ready(self, msg: Any, **_: Any) -> None:
        self._hands[msg.node_id].ready = msg.data

    def _on_standing(self, msg: Any, **_: Any) -> None:
        self._hands[msg.node_id].standing = msg.data

    def _on_report(self, msg: Any, **_: Any) -> None:
        hand = self._hands[msg.node_id]
        self._collector.add(hand.name, Report.unpacked(msg.data["report"]))
        if msg.data["measuring"]:
            self._collector.shares[hand.name].append(Share(*msg.data["cpu"]))

    def _on_done(self, msg: Any, **_: Any) -> None:
        self._hands[msg.node_id].done = True


def tell(line: Progress | End) -> None:
    """Say something to the parent."""
    sys.stdout.write(FromMaster(line=line).model_dump_json() + "\n")
    sys.stdout.flush()


def _is_local(hand: _Hand) -> bool:
    return hand.name.startswith("local-")


def _names(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
