"""Requests that flow all the time from several callers, each noted with what became of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from support.base.outcomes import Broken
from support.base.waiting import let_pass, until
from support.checks.basis import enough
from support.http import Exchange, HttpClient
from support.world.core import ADMIN, World

LONGEST = 20.0
"""Seconds after which a caller takes a request for lost."""
LEAST = 200
"""Requests below which nothing is proven."""
AROUND = 40
"""Requests that must have been answered before something is done to the system, and again afterwards."""


@dataclass(frozen=True, slots=True)
class TrafficKind:
    """What some callers send, each waiting for its answer before it goes on after a pause (seconds).

    ``send`` is given a client, a token, a name that no other request has, and the turn of its caller; it returns the
    exchange. A ``creating`` kind makes the thing of that name, which must then be there once.
    """

    name: str
    callers: int
    pause: float
    send: Callable[[HttpClient, str, str, int], Exchange]
    creating: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """One request and what became of it; ``created`` is what it makes, ``by`` the replica that answered.

    ``at`` is on the monotonic clock, when it was sent; ``seconds`` is how long its answer took.
    """

    at: float
    kind: str
    created: str
    by: str
    seconds: float
    status: int | None
    trouble: str

    @property
    def ok(self) -> bool:
        """Whether it was answered with success."""
        return not self.trouble

    def __str__(self) -> str:
        return f"{self.kind} {self.created}".rstrip() + f": {self.trouble or self.status} after {self.seconds:.3f} s"


class Traffic:
    """Callers that send requests from start() until stop(); each request is sent once, whatever becomes of it."""

    def __init__(self, world: World, kinds: Sequence[TrafficKind]) -> None:
        self._world, self._url = world, world.deployment.url
        self._token = world.system.token(ADMIN)
        self._served_by = world.system.deployments.replicas.served_by if world.system.deployments.replicas else ""
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._sent: list[Sent] = []
        self._ended_with: list[BaseException] = []
        callers = [kind for kind in kinds for _ in range(kind.callers)]
        self._callers = [threading.Thread(target=self._call, args=(*each,)) for each in enumerate(callers)]

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

    def _call(self, number: int, kind: TrafficKind) -> None:
        client = HttpClient(self._url, lambda _: None, LONGEST)
        turn = 0
        try:
            while not self._stopping.is_set():
                turn += 1
                self._note(self._once(client, kind, f"meanwhile-{number}-{turn:04d}", turn))
                let_pass(kind.pause, "callers are people and programs that do something with an answer")
        except BaseException as error:  # noqa: BLE001 -- a thread has nobody to raise it to; stop() tells it
            self._ended_with.append(error)
        finally:
            client.close()

    def _once(self, client: HttpClient, kind: TrafficKind, name: str, turn: int) -> Sent:
        began = time.monotonic()
        answer = kind.send(client, self._token, name, turn)
        by = answer.headers.get(self._served_by, "")
        created = name if kind.creating else ""
        return Sent(began, kind.name, created, by, answer.duration, answer.status, _trouble(answer))

    def _note(self, sent: Sent) -> None:
        with self._lock:
            self._sent.append(sent)


def lost(sent: Iterable[Sent]) -> list[str]:
    """The requests that were not answered with success, in words."""
    return [str(each) for each in enough(list(sent), "requests that were sent") if not each.ok]


def acknowledged(sent: Iterable[Sent]) -> set[str]:
    """What was created, and whose creation was acknowledged."""
    return {each.created for each in sent if each.created and each.ok}


def missed(expected: set[str], met: Iterable[Sequence[str]]) -> set[str]:
    """What any of some callers is not told of, by what each of them is told of the registry."""
    wanted = enough(expected, "services that were registered")
    return {name for told in enough(list(met), "callers who were told") for name in wanted.difference(told)}


def told_twice(met: Iterable[Sequence[str]]) -> set[str]:
    """What any of them is told of more than once."""
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
