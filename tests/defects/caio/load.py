"""Mistakes that show under load alone: slowness, queues, leaks, and figures that are not what callers see."""

from __future__ import annotations

import itertools
import json
import threading
import time
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap

DECIDES = "caio.orchestrator:Orchestrator.route_request"
HTTP = ("http",)


@defect("CAIO-LOAD-01", "Every fiftieth request fails", sample="A hundred users")
def every_fiftieth_fails() -> None:
    _fails_every(50)


@defect("CAIO-LOAD-01", "No more than 50 requests are let in at a time", HTTP, sample="A hundred users")
def few_let_in() -> None:
    under_way = 0

    @wrap("caio.store.gathering:Gathering.put")
    def broken(original: Any, self: Any, decision_id: str, spelled: bytes, tell: Any) -> None:
        from caio.store.database import StoreUnavailable

        def told(found: Any) -> None:
            nonlocal under_way
            under_way -= 1
            tell(found)

        nonlocal under_way
        if under_way >= 50:
            tell(StoreUnavailable("too many at a time"))
            return
        under_way += 1
        original(self, decision_id, spelled, told)


@defect("CAIO-LOAD-01", "Of many who come at the same moment, most are turned away", HTTP, sample="same moment")
def crowd_turned_away() -> None:
    _turned_away_beyond(400)


@defect("CAIO-LOAD-02", "Under load every two-hundredth answer is an error", sample="One user")
def every_two_hundredth_fails_under_load() -> None:
    _fails_every(200)


@defect("CAIO-LOAD-02", "Decisions are made one at a time, and each waits a while for its turn", sample="One user")
def one_decision_at_a_time() -> None:
    _one_at_a_time(0.025)


@defect("CAIO-LOAD-02", "A decision takes longer, the more have been made before", sample="One user")
def slower_with_every_decision() -> None:
    made = itertools.count()

    @wrap(DECIDES)
    def broken(original: Any, *call: Any, **rest: Any) -> Any:
        time.sleep(next(made) * 0.00006)
        return original(*call, **rest)


@defect("CAIO-LOAD-02", "Fifty people wait in one queue that moves too slowly", HTTP, sample="Fifty people")
def slow_queue_of_people() -> None:
    _one_at_a_time(0.022)


@defect("CAIO-LOAD-02", "Fewer are served than go on arriving", HTTP, sample="go on arriving")
def fewer_served_than_arrive() -> None:
    _one_at_a_time(0.022)


@defect("CAIO-SLO-01", "Every tenth decision waits for something in one of its stages", sample="one after the other")
def sleep_in_a_stage() -> None:
    _sleeps_in("rank", 10, 0.08)


@defect("CAIO-SLO-01", "Every two-hundredth answer is an error", sample="one after the other")
def every_two_hundredth_fails() -> None:
    _fails_every(200)


@defect("CAIO-SLO-01", "Decisions wait for each other, and at the target rate they queue", HTTP, sample="target rate")
def queue_at_the_target_rate() -> None:
    _one_at_a_time(0.022)


@defect("CAIO-SLO-01", "Every decision is counted twice", HTTP, sample="own metrics")
def decisions_counted_twice() -> None:
    @wrap("caio.api.metrics:Metrics.decided")
    def broken(original: Any, self: Any, durations: Any) -> None:
        original(self, durations)
        original(self, durations)


@defect("CAIO-SLO-01", "The metrics tell durations in milliseconds for seconds", HTTP, sample="own metrics")
def callers_durations_in_milliseconds() -> None:
    @wrap("chassis.metrics:HttpMetrics.observe")
    def broken(original: Any, self: Any, method: str, route: str, status: int, seconds: float) -> None:
        original(self, method, route, status, seconds * 1000)


@defect("CAIO-SLO-01", "The metrics tell durations in kiloseconds for seconds", HTTP, sample="same times")
def callers_durations_in_kiloseconds() -> None:
    @wrap("chassis.metrics:HttpMetrics.observe")
    def broken(original: Any, self: Any, method: str, route: str, status: int, seconds: float) -> None:
        original(self, method, route, status, seconds / 1000)


@defect("CAIO-SLO-01", "By the metrics no stage ever takes any time", HTTP, sample="same times")
def stages_take_no_time() -> None:
    @wrap("chassis.tallies:Tally.add_all")
    def broken(original: Any, self: Any, seconds: Any) -> None:
        original(self, [0.0 for _ in seconds])


@defect("CAIO-SLO-02", "Every tenth matching waits for something", sample="trace")
def slow_matching() -> None:
    _sleeps_in("match", 10, 0.015)


@defect("CAIO-SLO-02", "Matching reads the contract of every service anew", sample="trace")
def contracts_read_anew() -> None:
    @wrap("caio.routing.stages:_offering")
    def broken(original: Any, capabilities: Any, snapshot: Any) -> Any:
        from caio.contracts import parse_contract

        for entry in snapshot.entries.values():
            for _ in range(16):
                parse_contract(entry.contract.to_dict())
        return original(capabilities, snapshot)


@defect("CAIO-SLO-02", "The metrics leave out every second matching", HTTP, sample="metrics")
def matchings_left_out() -> None:
    @wrap("chassis.tallies:Tally.add_all")
    def broken(original: Any, self: Any, seconds: Any, turns: Any = itertools.count()) -> None:  # noqa: B008
        matching = self._histogram._labelvalues == ("match",)
        original(self, [each for each in seconds if not matching or next(turns) % 2])


@defect("CAIO-SLO-03", "Every tenth security verification waits for something", sample="trace")
def slow_security() -> None:
    _sleeps_in("security", 10, 0.03)


@defect("CAIO-SLO-03", "Every tenth security verification takes longer, which the metrics show", HTTP, sample="metrics")
def slow_security_in_metrics() -> None:
    _sleeps_in("security", 10, 0.03)


@defect("CAIO-SLO-03", "Security verification makes a new key for every eighth request", sample="trace")
def new_key_in_security() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    turns = itertools.count(1)

    @wrap("caio.routing.stages:_timed")
    def broken(original: Any, found: Any, started: int) -> Any:
        if found.name == "security" and next(turns) % 8 == 0:
            rsa.generate_private_key(65537, 2048)
        return original(found, started)


@defect("CAIO-RES-01", "Of every request a few kilobytes are never let go of")
def leak_with_every_request() -> None:
    kept: list[bytearray] = []

    @wrap(DECIDES)
    def broken(original: Any, *call: Any, **rest: Any) -> Any:
        kept.append(bytearray(4096))
        return original(*call, **rest)


@defect("CAIO-RES-01", "Every decision ever made is remembered, spelled out")
def decisions_remembered_for_good() -> None:
    kept: list[Any] = []

    @wrap("caio.decision:RoutingDecision.spell")
    def broken(original: Any, self: Any) -> Any:
        told = original(self)
        kept.append(json.loads(told[1]))
        return told


@defect("CAIO-RES-02", "Something is computed over and over for every request", HTTP)
def processor_burnt_by_requests() -> None:
    @wrap(DECIDES)
    def broken(original: Any, *call: Any, **rest: Any) -> Any:
        end = time.thread_time() + 0.0175
        while time.thread_time() < end:
            pass
        return original(*call, **rest)


@defect("CAIO-RES-02", "Two threads compute all the time, whether or not there is anything to do", HTTP)
def spinning_threads() -> None:
    @wrap("caio.api.instance:Instance.__init__")
    def broken(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        for _ in range(2):
            threading.Thread(target=_spin, daemon=True).start()


@defect("CAIO-CAP-01", "Decisions are made one at a time, and there is hardly room for more than the target", HTTP)
def hardly_room_for_more() -> None:
    _one_at_a_time(0.0165)


@defect("CAIO-CAP-01", "No more than 60 requests are let in each second", HTTP)
def sixty_a_second() -> None:
    _turned_away_beyond(60)


@defect("CAIO-CAP-02", "Every decision looks at every service that is registered")
def every_service_looked_at() -> None:
    @wrap("caio.routing.stages:_offering")
    def broken(original: Any, capabilities: Any, snapshot: Any) -> Any:
        for entry in snapshot.entries.values():
            assert entry.contract.to_dict() == entry.contract.to_dict()
        return original(capabilities, snapshot)


@defect("CAIO-CAP-02", "The digest of the registry is worked out anew for every decision")
def digest_worked_out_anew() -> None:
    @wrap(DECIDES)
    def broken(original: Any, self: Any, *call: Any, **rest: Any) -> Any:
        import hashlib

        import orjson

        digest = hashlib.sha256()
        for entry in self.registry.snapshot().entries.values():
            digest.update(orjson.dumps([entry.contract.to_dict(), entry.contract.to_dict()]))
        return original(self, *call, **rest)


def _turned_away_beyond(most: int) -> None:
    """No more requests than that are let in within a second."""
    latest: list[float] = []

    @wrap(DECIDES)
    def broken(original: Any, *call: Any, **rest: Any) -> Any:
        from caio.store.database import StoreUnavailable

        now = time.monotonic()
        latest[:] = [each for each in latest if now - each < 1.0]
        if len(latest) >= most:
            raise StoreUnavailable("too many in a second")
        latest.append(now)
        return original(*call, **rest)


def _fails_every(nth: int) -> None:
    turns = itertools.count(1)

    @wrap(DECIDES)
    def broken(original: Any, *call: Any, **rest: Any) -> Any:
        if next(turns) % nth == 0:
            raise RuntimeError("something that nobody thought of")
        return original(*call, **rest)


def _one_at_a_time(seconds: float) -> None:
    lock = threading.Lock()

    @wrap(DECIDES)
    def broken(original: Any, *call: Any, **rest: Any) -> Any:
        with lock:
            time.sleep(seconds)
            return original(*call, **rest)


def _sleeps_in(stage: str, nth: int, seconds: float) -> None:
    """One stage of every n-th decision takes longer, and says so itself."""
    turns = itertools.count(1)

    @wrap("caio.routing.stages:_timed")
    def broken(original: Any, found: Any, started: int) -> Any:
        if found.name == stage and next(turns) % nth == 0:
            time.sleep(seconds)
        return original(found, started)


def _spin() -> None:
    import hashlib

    block = bytes(1 << 20)
    while True:
        hashlib.sha256(block).digest()  # which lets other threads run meanwhile
