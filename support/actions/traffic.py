"""Requests that flow all the time from several callers, each noted with what became of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from support.checks.basis import enough
from support.http import Exchange, HttpClient
from support.interfaces import RouteRequest, contracts
from support.interfaces.http import as_json
from support.interfaces.requests import request
from support.outcomes import Broken
from support.waiting import let_pass, until
from support.world import ADMIN, World

ASKING, REGISTERING = "ask", "register"
CALLERS = {ASKING: 3, REGISTERING: 2}
"""How many callers ask for decisions, and how many register services; each waits for its answer before it goes on."""
PAUSES = {ASKING: 0.02, REGISTERING: 0.05}
"""Seconds between an answer and the caller's next request: traffic that a machine of two processors can well bear."""
LONGEST = 20.0
"""Seconds after which a caller takes a request for lost."""
LEAST = 200
"""Requests below which nothing is proven."""
AROUND = 40
"""Requests that must have been answered before something is done to the system, and again afterwards."""

ASKED_FOR, OFFERED = "chat", "embed"
"""What decisions are asked for, and what the services offer that are registered meanwhile."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request and what became of it; ``service`` is the one it registers, ``by`` the replica that answered.

    ``at`` is on the monotonic clock, when it was sent; ``seconds`` is how long its answer took.
    """

    at: float
    kind: str
    service: str
    by: str
    seconds: float
    status: int | None
    trouble: str

    @property
    def ok(self) -> bool:
        """Whether it was answered with success."""
        return not self.trouble

    def __str__(self) -> str:
        return f"{self.kind} {self.service}".rstrip() + f": {self.trouble or self.status} after {self.seconds:.3f} s"


class Traffic:
    """Callers that send requests from start() until stop(); each request is sent once, whatever becomes of it."""

    def __init__(self, world: World) -> None:
        self._world, self._url = world, world.deployment.url
        self._token = world.system.token(ADMIN)
        self._served_by = world.system.deployments.replicas.served_by if world.system.deployments.replicas else ""
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._sent: list[Sent] = []
        self._ended_with: list[BaseException] = []
        kinds = [kind for kind, count in CALLERS.items() for _ in range(count)]
        self._callers = [threading.Thread(target=self._call, args=(*each,)) for each in enumerate(kinds)]

    def start(self) -> None:
        """Have requests flow, and wait until some have been answered."""
        for caller in self._callers:
            caller.start()
        limit = self._world.settings.timeouts.settle + LONGEST
        until(lambda: len(self.sent) >= AROUND, limit, f"{AROUND} requests to have ended")

    def go_on(self) -> None:
        """Wait until some more requests have been sent and ended, and in all as many as it takes to prove anything."""
        enough = max(len(self.sent) + AROUND, LEAST)
        limit = self._world.settings.timeouts.settle + LONGEST
        until(lambda: len(self.sent) >= enough, limit, f"{enough} requests to have ended")

    def stop_and_count(self) -> list[Sent]:
        """Stop, and give every request that was sent. Raises Broken if they are too few to prove anything."""
        self.stop()
        if len(self.sent) < LEAST:
            raise Broken(f"expected at least {LEAST} requests to have been sent, there were {len(self.sent)}")
        return self.sent

    def stop(self) -> None:
        """Have no more requests sent, and wait for the answers to those under way. May be called again."""
        self._stopping.set()
        for caller in self._callers:
            caller.join()
        if self._ended_with:
            raise Broken(f"a caller could not go on: {self._ended_with[0]!r}") from self._ended_with[0]

    @property
    def sent(self) -> list[Sent]:
        """Every request that has ended so far, in the order in which they did."""
        with self._lock:
            return list(self._sent)

    def _call(self, number: int, kind: str) -> None:
        client = HttpClient(self._url, lambda _: None, LONGEST)
        turn = 0
        try:
            while not self._stopping.is_set():
                turn += 1
                self._note(self._once(client, kind, f"meanwhile-{number}-{turn:04d}", turn))
                let_pass(PAUSES[kind], "callers are people and programs that do something with an answer")
        except BaseException as error:  # noqa: BLE001 -- a thread has nobody to raise it to; stop() tells it
            self._ended_with.append(error)
        finally:
            client.close()

    def _once(self, client: HttpClient, kind: str, service: str, turn: int) -> Sent:
        began = time.monotonic()
        if kind == REGISTERING:
            contract = contracts.text(contracts.contract({"service": service, "offers": OFFERED}))
            as_yaml = {"Content-Type": "application/yaml"}
            path = self._world.endpoint("services")
            answer = client.post(path, content=contract, headers=as_yaml, token=self._token)
        else:
            asked = as_json(RouteRequest(request(ASKED_FOR), [], {}, turn))
            answer = client.post(self._world.endpoint("route"), json=asked, token=self._token)
            service = ""
        by = answer.headers.get(self._served_by, "")
        return Sent(began, kind, service, by, answer.duration, answer.status, _trouble(answer))

    def _note(self, sent: Sent) -> None:
        with self._lock:
            self._sent.append(sent)


def lost(sent: Iterable[Sent]) -> list[str]:
    """The requests that were not answered with success, in words."""
    return [str(each) for each in enough(list(sent), "requests that were sent") if not each.ok]


def acknowledged(sent: Iterable[Sent]) -> set[str]:
    """The services whose registration was acknowledged."""
    return {each.service for each in sent if each.kind == REGISTERING and each.ok}


def missed(expected: set[str], met: Iterable[Sequence[str]]) -> set[str]:
    """The services that any of some callers is not told of, by what each of them is told of the registry."""
    wanted = enough(expected, "services that were registered")
    return {name for told in enough(list(met), "callers who were told") for name in wanted.difference(told)}


def told_twice(met: Iterable[Sequence[str]]) -> set[str]:
    """The services that any of them is told of more than once."""
    callers = enough(list(met), "callers who were told")
    enough([name for told in callers for name in told], "services that anybody was told of")
    return {name for told in callers for name, times in Counter(told).items() if times > 1}


def answered_by(sent: Iterable[Sent], versions: Mapping[str, str]) -> Counter[str]:
    """How many requests each version answered; ``versions`` are those of the replicas."""
    return Counter(versions.get(each.by, "unknown") for each in sent if each.ok)


def _trouble(answer: Exchange) -> str:
    if answer.ok:
        return ""
    return answer.error or f"status {answer.status}: {answer.text[:200]}"
