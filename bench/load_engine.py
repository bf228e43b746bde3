"""Measures the suite's load engine beside wrk and hey, on one bare server: as fast as it can, and at an equal rate."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.caio.peers import clients, contenders, environments
from bench.caio.peers.clients import Client, Sample
from bench.caio.peers.contenders import BACKEND, NUMBER
from bench.caio.peers.effort import FULL, Effort
from bench.caio.peers.rounds import Seats, ratios
from bench.caio.peers.scratch import scratch
from bench.figures import Figure, percentile, unmeasured
from bench.processes import worked
from bench.servers import NotAvailable, Server
from support.base.outcomes import Broken, NotVerified, UsageError
from support.deployments.ports import HeldPort
from support.load.numbers import MARK
from support.load.plan import Call, LoadPlan
from support.load.result import LoadResult
from support.load.runner import run

CONNECTIONS = 50
PAUSE_MS = 50.0
"""Of each of wrk's connections before each request, so that together they ask some thousand times a second."""
ENGINE, WRK, HEY = "Signoff's load engine", "wrk", "hey"
FASTEST, EQUAL = "as fast as it can", "at an equal rate"
RATE, CPU, P99 = "requests per second", "CPU per request", "p99"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One of the three, in one of the two exercises."""

    who: str
    how: str

    def __str__(self) -> str:
        return f"{self.who}, {self.how}"


@dataclass(frozen=True, slots=True)
class Shot:
    """One round: good answers per second, processor time in µs for each, and p99 in ms."""

    rate: float
    cpu: float
    p99: float


def measure(say: Say, effort: Effort = FULL) -> list[Figure]:
    """Ratios first, then each one's own figures."""
    seats: Seats[Row, Shot] = Seats(effort.rounds)
    with ExitStack() as stack:
        port = HeldPort()
        stack.callback(port.release)
        try:
            folder = stack.enter_context(scratch(say))
            server = stack.enter_context(Server(contenders.backend(folder / "backend", port.number, say)))
        except NotAvailable as error:
            return [unmeasured("the bare server", "", None, str(error))]
        say(f"load engine, wrk and hey on one bare server, {effort.rounds} rounds of {effort.seconds:g} s, twice")
        exercises = _Exercises(server.url, folder, effort)
        seats.measure([Row(ENGINE, FASTEST), Row(WRK, FASTEST), Row(HEY, FASTEST)], exercises.run)
        seats.measure([Row(ENGINE, EQUAL), Row(WRK, EQUAL)], exercises.run)
    return figures(seats, effort)


def figures(seats: Seats[Row, Shot], effort: Effort) -> list[Figure]:
    """What the rounds gave."""
    pairs: list[tuple[str, str, str, Callable[[Shot], float]]] = [
        (WRK, FASTEST, RATE, lambda shot: shot.rate),
        (HEY, FASTEST, RATE, lambda shot: shot.rate),
        (WRK, FASTEST, CPU, lambda shot: shot.cpu),
        (HEY, FASTEST, CPU, lambda shot: shot.cpu),
        (WRK, EQUAL, P99, lambda shot: shot.p99),
    ]
    found = [_compared(seats, *pair) for pair in pairs]
    note = (
        f"{effort.rounds} rounds of {effort.seconds:g} s in turn, {CONNECTIONS} connections, one process each, on one "
        f"machine with the server; at the equal rate wrk's connections pause {PAUSE_MS:g} ms each time, and the engine "
        "sends at the rate that wrk reached last, with times from the intended send"
    )
    found.append(Figure("rounds of everybody", "", (effort.rounds,), None, note))
    for row in (*(Row(who, FASTEST) for who in (ENGINE, WRK, HEY)), *(Row(who, EQUAL) for who in (ENGINE, WRK))):
        found += _own(seats, row)
    return found


def read_hey(printed: str) -> tuple[int, float, float]:
    """Good answers, seconds from the first request to the last answer, and p99 in ms, of what ``hey -o csv`` prints."""
    rows = [row for row in csv.DictReader(io.StringIO(printed)) if (row.get("status-code") or "").isdigit()]
    times = [float(row["response-time"]) for row in rows if int(row["status-code"]) < 400]
    if not times:
        raise NotAvailable("hey had no good answer")
    ended = max(float(row["offset"]) + float(row["response-time"]) for row in rows)
    return len(times), ended, percentile(times, 0.99) * 1000


class _Exercises:
    """One round of one of the three."""

    def __init__(self, url: str, folder: Path, effort: Effort) -> None:
        self._url = url
        self._effort = effort
        self._request, self._body = folder / "request.http", folder / "body.json"
        self._request.write_bytes(BACKEND.on_the_wire(url))
        self._body.write_bytes(BACKEND.content)
        self._equal: float | None = None

    def run(self, row: Row) -> Shot:
        """Raises NotAvailable."""
        does = {ENGINE: self._engine, WRK: self._wrk, HEY: self._hey}
        return does[row.who](row.how)

    def _wrk(self, how: str) -> Shot:
        client = Client(WRK, environments.tool(WRK))
        ask = partial(client.ask, self._url, self._request, CONNECTIONS, first=0, pause_ms=self._pause(how))
        ask(seconds=self._effort.warm_up)
        before = worked()
        sample: Sample = ask(seconds=self._effort.seconds)
        self._equal = sample.rate if how == EQUAL else self._equal
        return _shot(sample.rate, worked() - before, sample.good, sample.p99)

    def _hey(self, _how: str) -> Shot:
        what = ["-m", "POST", "-T", "application/json", "-D", str(self._body), f"{self._url}{BACKEND.path}"]
        command = [environments.tool(HEY), "-c", str(CONNECTIONS), "-cpus", "1", "-o", "csv"]
        clients.run([*command, "-z", f"{self._effort.warm_up:g}s", *what], clients.PATIENCE)
        before = worked()
        printed = clients.run([*command, "-z", f"{self._effort.seconds:g}s", *what], clients.PATIENCE)
        good, seconds, p99 = read_hey(printed)
        return _shot(good / seconds, worked() - before, good, p99)

    def _engine(self, how: str) -> Shot:
        """Its processor time is what its processes report of the measured time, without their start."""
        call = Call(
            name="chat",
            method="POST",
            path=BACKEND.path,
            body=BACKEND.content.replace(NUMBER.encode(), MARK.encode()),
            headers={"Content-Type": "application/json"},
        )
        plan = LoadPlan(
            url=self._url,
            calls=(call,),
            users=CONNECTIONS if how == FASTEST else None,
            rate=self._rate() if how == EQUAL else None,
            most_open=CONNECTIONS,
            seconds=self._effort.seconds,
            warm_up=self._effort.warm_up,
        )
        try:
            result = run(plan)
        except (Broken, NotVerified, UsageError) as error:
            raise NotAvailable(str(error)) from error
        return _of(result)

    def _rate(self) -> float:
        """What wrk reached last with its pauses; it goes first if nobody has been asked yet."""
        if self._equal is None:
            self._wrk(EQUAL)
        assert self._equal is not None
        return self._equal

    @staticmethod
    def _pause(how: str) -> float:
        return PAUSE_MS if how == EQUAL else 0.0


def _of(result: LoadResult) -> Shot:
    if result.partial:
        raise NotAvailable(f"its result is partial: {result.partial_because}")
    good, p99 = result.total.succeeded, result.total.percentile(99)
    if p99 is None:
        raise NotAvailable("it had no good answer")
    used = sum(process.mean for process in result.generator.processes) * result.seconds
    return _shot(good / result.seconds, used, good, p99 * 1000)


def _shot(rate: float, cpu_seconds: float, good: int, p99: float) -> Shot:
    if not good:
        raise NotAvailable("it had no good answer")
    return Shot(rate, cpu_seconds * 1e6 / good, p99)


def _compared(seats: Seats[Row, Shot], other: str, how: str, quantity: str, of: Callable[[Shot], float]) -> Figure:
    what = f"{how}: load engine / {other}, {quantity}"
    try:
        both = [[of(shot) for shot in _given(seats, Row(who, how))] for who in (ENGINE, other)]
        return Figure(what, "×", ratios(*both))
    except NotAvailable as error:
        return unmeasured(what, "×", None, str(error))


def _own(seats: Seats[Row, Shot], row: Row) -> Iterator[Figure]:
    try:
        shots = _given(seats, row)
    except NotAvailable as error:
        yield Figure(str(row), "", (), None, str(error), RATE)
        return
    yield Figure(str(row), "", tuple(shot.rate for shot in shots), aspect=RATE)
    yield Figure(str(row), "µs", tuple(shot.cpu for shot in shots), aspect=CPU)
    yield Figure(str(row), "ms", tuple(shot.p99 for shot in shots), aspect=P99)


def _given(seats: Seats[Row, Shot], row: Row) -> list[Shot]:
    if row not in seats.given:
        raise NotAvailable(f"{row.who}: {seats.out.get(row, 'it was not measured')}")
    return seats.given[row]
