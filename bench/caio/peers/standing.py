"""Where CAIO stands beside its peers: ratios round by round, the figures to reach, and each one's own figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.caio.peers.clients import Sample
from bench.caio.peers.contenders import DISPATCH, LITELLM, PORTKEY, ROUTE, SGLANG, STUB, TWO
from bench.caio.peers.effort import Effort
from bench.caio.peers.rounds import Seats, ratios
from bench.figures import Bound, Figure, Target, unmeasured
from bench.servers import NotAvailable

TOLERATED = 0.01
"""Share of failed requests beyond which a round's throughput and times say nothing, and nobody is compared."""
JUDGED_AT = 50
"""Connections at which the figures are to be reached; at others they are shown."""
LOWER = Target(1.0)


@dataclass(frozen=True, slots=True)
class Seat:
    """One contender at so many connections."""

    name: str
    connections: int

    def __str__(self) -> str:
        return f"{self.name}, {spelled(self.connections)}"


@dataclass(frozen=True, slots=True)
class Seen:
    """One round of a contender: what the client saw, and the processor seconds of its processes."""

    sample: Sample
    cpu: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours by theirs, in one quantity."""

    ours: str
    theirs: str
    quantity: str
    of: Callable[[Sample], float]
    target: Target | None = None


def _rate(sample: Sample) -> float:
    return sample.rate


def _p95(sample: Sample) -> float:
    return sample.p95


RATE, P95 = "answers per second", "p95"
COMPARISONS = (
    Comparison(DISPATCH, PORTKEY, RATE, _rate, Target(1.2, Bound.AT_LEAST)),
    Comparison(DISPATCH, PORTKEY, P95, _p95, LOWER),
    Comparison(f"{DISPATCH}{TWO}", PORTKEY, RATE, _rate, Target(1.2, Bound.AT_LEAST)),
    Comparison(f"{DISPATCH}{TWO}", PORTKEY, P95, _p95, LOWER),
    Comparison(DISPATCH, LITELLM, RATE, _rate, Target(10, Bound.AT_LEAST)),
    Comparison(DISPATCH, LITELLM, P95, _p95, LOWER),
    Comparison(f"{DISPATCH}{TWO}", LITELLM, RATE, _rate, Target(10, Bound.AT_LEAST)),
    Comparison(f"{DISPATCH}{TWO}", LITELLM, P95, _p95, LOWER),
    Comparison(DISPATCH, SGLANG, RATE, _rate),
    Comparison(DISPATCH, SGLANG, P95, _p95),
    Comparison(DISPATCH, STUB, RATE, _rate),
    Comparison(ROUTE, DISPATCH, RATE, _rate, Target(2, Bound.AT_LEAST)),
    Comparison(f"{ROUTE}{TWO}", f"{DISPATCH}{TWO}", RATE, _rate, Target(2, Bound.AT_LEAST)),
    Comparison(f"{DISPATCH}{TWO}", DISPATCH, RATE, _rate, Target(1.0, Bound.ABOVE)),
    Comparison(f"{ROUTE}{TWO}", ROUTE, RATE, _rate, Target(1.0, Bound.ABOVE)),
)


def figures(seats: Seats[Seat, Seen], names: Sequence[str], effort: Effort, client: str) -> list[Figure]:
    """All ratios, then all own figures; the connections at which figures are to be reached come first."""
    found = []
    for connections in sorted(effort.connections, key=lambda each: each != JUDGED_AT):
        for comparison in COMPARISONS:
            if comparison.ours in names and comparison.theirs in names:
                found.append(compared(seats, comparison, connections))
    note = f"{effort.rounds} rounds of {effort.seconds:g} s in turn, on one machine with client ({client}) and backend"
    found.append(Figure("rounds of everybody", "", (effort.rounds,), None, note))
    for connections in effort.connections:
        for name in names:
            found += own(seats, Seat(name, connections))
    return found


def compared(seats: Seats[Seat, Seen], comparison: Comparison, connections: int) -> Figure:
    """One ratio; unknown, with the reason, unless both gave good answers in every round."""
    what = f"{spelled(connections)}: {comparison.ours} / {comparison.theirs}, {comparison.quantity}"
    target = comparison.target if connections == JUDGED_AT else None
    try:
        ours, theirs = (_samples(seats, Seat(name, connections)) for name in (comparison.ours, comparison.theirs))
        found = ratios([comparison.of(each) for each in ours], [comparison.of(each) for each in theirs])
    except NotAvailable as error:
        return unmeasured(what, "×", target, str(error))
    return Figure(what, "×", found, target)


def own(seats: Seats[Seat, Seen], seat: Seat) -> Iterator[Figure]:
    """One row of figures; a contender that gave none has its reason there."""
    seen, row = seats.given.get(seat, []), str(seat)
    if not seen:
        yield Figure(row, "", (), None, seats.out.get(seat, "it was not measured"), RATE)
        return
    yield Figure(row, "", tuple(each.sample.rate for each in seen), aspect=RATE)
    yield Figure(row, "ms", tuple(each.sample.p50 for each in seen), aspect="p50")
    yield Figure(row, "ms", tuple(each.sample.p95 for each in seen), aspect=P95)
    yield Figure(row, "µs", tuple(each.cpu * 1e6 / each.sample.good for each in seen), aspect="CPU per answer")
    yield Figure(row, "%", tuple(each.sample.failed * 100 for each in seen), aspect="failed")


def _samples(seats: Seats[Seat, Seen], seat: Seat) -> list[Sample]:
    if seat not in seats.given:
        raise NotAvailable(f"{seat.name}: {seats.out.get(seat, 'it was not measured')}")
    samples = [each.sample for each in seats.given[seat]]
    worst = max(sample.failed for sample in samples)
    if worst > TOLERATED:
        raise NotAvailable(f"{seat.name}: {worst:.1%} of the requests of a round failed")
    return samples


def spelled(count: int) -> str:
    """So many connections, in words."""
    return f"{count} connection{'s' if count > 1 else ''}"
