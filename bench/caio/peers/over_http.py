"""Measures dispatching over HTTP: everybody runs at once, and is asked in turn by one client for the same chat."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.caio.peers import clients, contenders, standing
from bench.caio.peers.clients import Client
from bench.caio.peers.contenders import Ask, Contender
from bench.caio.peers.effort import FULL, Effort
from bench.caio.peers.rounds import Seats
from bench.caio.peers.scratch import scratch
from bench.caio.peers.standing import Seat, Seen
from bench.figures import Figure, unmeasured
from bench.servers import Launch, NotAvailable, Server, ask, get
from support.deployments.ports import HeldPort

NUMBERS = 10_000_000
"""Numbers set aside for each measurement, more than any server answers in it, so that none is used twice."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Entrant:
    """A contender that runs, with its request in a file for the client."""

    name: str
    what: Ask
    server: Server
    request: Path


def measure(say: Say, effort: Effort = FULL) -> list[Figure]:
    """Ratios first, then everybody's own figures; who could not be measured stands there with the reason."""
    seats: Seats[Seat, Seen] = Seats(effort.rounds)
    everybody = contenders.contenders()
    asking = clients.client()
    names = [contenders.STUB, *(each.name for each in everybody)]
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch(say))
            backend = stack.enter_context(Server(_backend(folder, stack, say)))
        except NotAvailable as error:
            return [unmeasured(contenders.STUB, "", None, str(error))]
        entrants = {contenders.STUB: _entrant(contenders.STUB, contenders.BACKEND, backend, backend, folder)}
        for contender in everybody:
            try:
                entrants[contender.name] = _enter(contender, folder, backend, stack, say)
            except NotAvailable as error:
                say(f"{contender.name} is left out: {error}")
                for connections in effort.connections:
                    seats.drop(Seat(contender.name, connections), str(error))
        one = _Measurement(asking, backend, effort)
        for connections in effort.connections:
            how = f"{effort.rounds} rounds of {effort.seconds:g} s"
            say(f"{len(entrants)} contenders, {standing.spelled(connections)}, {how}")
            keys = [Seat(name, connections) for name in entrants]
            seats.measure(keys, lambda seat: one.of(entrants[seat.name], seat.connections))
    return standing.figures(seats, names, effort, asking.name)


class _Measurement:
    """One contender, one round; no number is ever sent twice."""

    def __init__(self, client: Client, backend: Server, effort: Effort) -> None:
        self._client = client
        self._backend = backend
        self._effort = effort
        self._next = 0

    def of(self, entrant: Entrant, connections: int) -> Seen:
        """Warm up, then measure. Raises NotAvailable when the answers cannot all have come from the backend."""
        self._ask(entrant, connections, self._effort.warm_up)
        worked, called = entrant.server.usage().cpu, calls(self._backend)
        sample = self._ask(entrant, connections, self._effort.seconds)
        entrant.server.still_runs()
        worked, called = entrant.server.usage().cpu - worked, calls(self._backend) - called
        if not sample.good:
            raise NotAvailable(f"it gave no good answer: {sample}")
        if entrant.what.backend and called < sample.good:
            raise NotAvailable(f"it gave {sample.good} answers, but called the backend {called} times")
        return Seen(sample, worked)

    def _ask(self, entrant: Entrant, connections: int, seconds: float) -> clients.Sample:
        self._next += NUMBERS
        return self._client.ask(entrant.server.url, entrant.request, connections, seconds, self._next)


def calls(backend: Server) -> int:
    """How often the backend has been called so far."""
    return int(json.loads(get(backend.url, "/calls")[1])["calls"])


def check(entrant: Entrant, backend: Server) -> None:
    """See that one request is answered as it should. Raises NotAvailable with what was answered instead."""
    before, what = calls(backend), entrant.what
    try:
        status, body = ask(entrant.server.url, "POST", what.path, what.content, what.headers_for(backend.url))
    except OSError as error:
        raise NotAvailable(f"it did not answer: {error}") from error
    called = calls(backend) - before
    if status != 200 or what.contains not in body.decode(errors="replace"):
        raise NotAvailable(f"it answered with status {status} and {body[:200]!r}, without {what.contains!r}")
    if called != int(what.backend):
        raise NotAvailable(f"it called the backend {called} times for one request")


def _enter(contender: Contender, folder: Path, backend: Server, stack: ExitStack, say: Say) -> Entrant:
    """Start it, prepare it, and see that it answers. One that does not is ended at once."""
    say(f"{contender.name} is started")
    port = _port(stack)
    launch = contender.started(folder / _file_name(contender.name), backend.url, port, say)
    with ExitStack() as own:
        server = own.enter_context(Server(launch))
        contender.prepare(server.url, backend.url)
        entrant = _entrant(contender.name, contender.ask, server, backend, folder)
        check(entrant, backend)
        stack.push(own.pop_all())
    return entrant


def _entrant(name: str, what: Ask, server: Server, backend: Server, folder: Path) -> Entrant:
    request = folder / f"{_file_name(name)}.http"
    request.write_bytes(what.on_the_wire(backend.url))
    return Entrant(name, what, server, request)


def _backend(folder: Path, stack: ExitStack, say: Say) -> Launch:
    return contenders.backend(folder / "backend", _port(stack).number, say)


def _port(stack: ExitStack) -> HeldPort:
    port = HeldPort()
    stack.callback(port.release)
    return port


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())
