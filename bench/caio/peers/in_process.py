"""Measures one decision in process: CAIO's ``route_request`` beside ``litellm.Router``, with all services matching."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median

from caio import Orchestrator

from bench.caio import routing
from bench.caio.peers import litellm_child
from bench.caio.peers.effort import FULL, Effort
from bench.caio.peers.litellm_child import LEAST, LiteLLM, Times
from bench.caio.peers.rounds import Seats, ratios
from bench.caio.routing import POLICIES, REQUEST, Case
from bench.figures import Bound, Figure, Target, percentile, unmeasured
from bench.servers import NotAvailable

OURS, SPELLED_OUT = "CAIO, route_request", "CAIO, with proofs and trace spelled out"
STRATEGIES = ("simple-shuffle", "least-busy", "latency-based-routing")
FASTER = Target(3, Bound.AT_LEAST)
WARM_UP = 50

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One who decides, among so many services."""

    name: str
    services: int

    def __str__(self) -> str:
        return f"{self.services:,} service{'s' if self.services > 1 else ''}: {self.name}"


Deciders = dict[Row, Callable[[], Times]]


def measure(say: Say, effort: Effort = FULL) -> list[Figure]:
    """Ratios to LiteLLM's fastest strategy first, then everybody's p50 and p95."""
    seats: Seats[Row, Times] = Seats(effort.rounds)
    try:
        with litellm_child.started(say) as litellm:
            _rounds(seats, litellm, effort, say)
    except NotAvailable as error:
        say(f"litellm.Router is left out: {error}")
        for services in effort.sizes:
            for name in STRATEGIES:
                seats.drop(Row(_router(name), services), str(error))
        _rounds(seats, None, effort, say)
    return figures(seats, effort)


def figures(seats: Seats[Row, Times], effort: Effort) -> list[Figure]:
    """What the rounds gave."""
    found = [
        compared(seats, _fastest(seats, services, share), share, FASTER)
        for services in effort.sizes
        for share in (0.5, 0.95)
    ]
    note = (
        f"{effort.rounds} rounds in turn, each of {effort.decisions} decisions or {effort.decision_seconds:g} s, and "
        f"{LEAST} at least; all services match; LiteLLM 1.106.2 in an environment of its own, nothing recorded of its "
        "deployments yet; async_get_available_deployment, as its proxy calls it"
    )
    found.append(Figure("rounds of everybody in process", "", (effort.rounds,), None, note))
    for services in effort.sizes:
        for name in (OURS, SPELLED_OUT, *map(_router, STRATEGIES)):
            found += own(seats, Row(name, services))
    return found


def compared(seats: Seats[Row, Times], theirs: Row, share: float, target: Target | None) -> Figure:
    """How many times faster CAIO is, at a percentile; unknown where one of the two was not measured."""
    what = f"{theirs} / {OURS}, p{share * 100:.0f}"
    try:
        return Figure(what, "×", _faster(seats, theirs, share), target)
    except NotAvailable as error:
        return unmeasured(what, "×", target, str(error))


def own(seats: Seats[Row, Times], row: Row) -> Iterator[Figure]:
    """One row: p50, p95, and how many times CAIO's route_request it takes."""
    given, p95 = seats.given.get(row, []), "p95"
    if not given:
        yield Figure(str(row), "", (), None, seats.out.get(row, "it was not measured"), "p50")
        return
    yield Figure(str(row), "µs", tuple(percentile(times, 0.5) for times in given), aspect="p50")
    yield Figure(str(row), "µs", tuple(percentile(times, 0.95) for times in given), aspect=p95)
    if row.name != OURS and Row(OURS, row.services) in seats.given:
        yield Figure(str(row), "×", _faster(seats, row, 0.95), aspect="p95 by that of CAIO, route_request")


def _faster(seats: Seats[Row, Times], theirs: Row, share: float) -> tuple[float, ...]:
    both = []
    for row in (theirs, Row(OURS, theirs.services)):
        if row not in seats.given:
            raise NotAvailable(f"{row.name}: {seats.out.get(row, 'it was not measured')}")
        both.append([percentile(times, share) for times in seats.given[row]])
    return ratios(*both)


def _fastest(seats: Seats[Row, Times], services: int, share: float) -> Row:
    """LiteLLM's strategy that is fastest among so many services, at this percentile."""
    rows = [Row(_router(name), services) for name in STRATEGIES]
    known = [row for row in rows if seats.given.get(row)]
    return min(known, key=lambda row: median(percentile(times, share) for times in seats.given[row]), default=rows[0])


def _router(strategy: str) -> str:
    return f"litellm.Router, {strategy}"


def _rounds(seats: Seats[Row, Times], litellm: LiteLLM | None, effort: Effort, say: Say) -> None:
    for services in effort.sizes:
        say(f"decisions among {services:,} services that all match, CAIO and litellm.Router, {effort.rounds} rounds")
        deciders = _deciders(services, litellm, effort)
        seats.measure(list(deciders), partial(_decide, deciders))


def _deciders(services: int, litellm: LiteLLM | None, effort: Effort) -> Deciders:
    subject = routing.orchestrator(Case(services, services))
    deciders: Deciders = {
        Row(OURS, services): partial(decide, subject, effort, spelled_out=False),
        Row(SPELLED_OUT, services): partial(decide, subject, effort, spelled_out=True),
    }
    if litellm is not None:
        for strategy in STRATEGIES:
            deciders[Row(_router(strategy), services)] = partial(litellm.times, strategy, services, effort)
    return deciders


def _decide(deciders: Deciders, row: Row) -> Times:
    return deciders[row]()


def decide(subject: Orchestrator, effort: Effort, *, spelled_out: bool) -> Times:
    """Times of single decisions, after a warm-up."""
    _timed(subject, WARM_UP, 1, effort.decision_seconds / 2, spelled_out)
    return _timed(subject, effort.decisions, LEAST, effort.decision_seconds, spelled_out)


def _timed(subject: Orchestrator, most: int, least: int, seconds: float, spelled_out: bool) -> Times:
    """As many as fit into the seconds, within these bounds; so does LiteLLM's side."""
    times: Times = []
    until = time.monotonic() + seconds
    while len(times) < most and (len(times) < least or time.monotonic() < until):
        started = time.perf_counter_ns()
        decision = subject.route_request(request=REQUEST, policies=POLICIES, history={}, seed=42)
        if spelled_out:
            _ = decision.proofs, decision.trace
        times.append((time.perf_counter_ns() - started) / 1000)
    return times
