"""Webhooks: receivers in the suite's own process that accept, fail, dawdle and redirect, and what they were told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from support.base.outcomes import Broken, NotMet, NotVerified
from support.base.waiting import consistently, let_pass, until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.sidecar import api, signatures, traces
from support.domains.sidecar.server import LocalServer, Received, Reply
from support.domains.sidecar.traces import Trace, Traces
from support.http import Exchange
from support.world.core import World, last

TIME_OUT = 2.5
"""Seconds after which a receiver accepts a call that should come in time: longer than the courier waits."""
PATIENCE = 25.0
"""Seconds in which a call must have come, retries with their pauses included."""
QUIET = 1.5
"""Seconds for which no call may come where none is expected."""
GONE, ERROR, REDIRECT, OK = 410, 500, 307, 204
EARLIER = 0.05
"""Seconds by which a pause may be shorter than the one before, as clocks and threads are not exact."""

Behaviour = Callable[[int], Reply]
"""How the call of this number, from 1 on, is answered."""


def accepting(number: int) -> Reply:
    """A receiver that accepts every call."""
    return Reply(OK)


def _first(times: int, reply: Reply) -> Behaviour:
    return lambda number: reply if number <= times else Reply(OK)


BEHAVIOURS: Mapping[str, Behaviour] = {
    "answers with an error twice": _first(2, Reply(ERROR)),
    "answers with an error 3 times": _first(3, Reply(ERROR)),
    "accepts it after the time-out, twice": _first(2, Reply(OK, wait=TIME_OUT)),
    "breaks the connection twice": _first(2, Reply(cut=True)),
    "is gone for good": lambda number: Reply(GONE),
}
"""What a receiver does, in the words of Gherkin."""
ADDRESSES: Mapping[str, str] = {
    "the loopback address": "http://127.0.0.1:9/",
    "the name of this machine": "http://localhost:9/",
    "a private network": "http://10.0.0.1/",
    "another private network": "http://192.168.1.1/",
    "the cloud's own service of secrets": "http://169.254.169.254/latest/",
    "the loopback address of IPv6": "http://[::1]:9/",
    "the loopback address of IPv4 within IPv6": "http://[::ffff:127.0.0.1]:9/",
    "the loopback address as one number": "http://2130706433:9/",
    "the loopback address in hexadecimal": "http://0x7f.1:9/",
    "the address of nobody": "http://0.0.0.0:9/",
    "the loopback address with a dot behind it": "http://127.0.0.1.:9/",
    "another protocol than the web's": "ftp://example.com/",
    "an address with a password in it": "http://user:secret@example.com/",
}
"""Addresses that no webhook may have, in the words of Gherkin."""
REDIRECTS = "redirects to another address of this machine"


@dataclass(slots=True)
class Receiver:
    """A receiver with an address of its own on the server, the webhook that calls it, and its secret."""

    name: str
    behaviour: Behaviour
    owner: str = api.USER
    id: str = ""
    secret: str = ""


class Receivers:
    """The receivers of a scenario, behind one server that is started with the first."""

    def __init__(self, world: World) -> None:
        self.made: list[Receiver] = []
        self._server = LocalServer(self._answer)
        self._counts: dict[str, int] = {}
        self._world, self._started = world, False

    @classmethod
    def of(cls, world: World) -> Receivers:
        """The receivers of a world."""
        return cls(world)

    @property
    def last(self) -> Receiver:
        """The last receiver. Raises Broken before there is one."""
        return last(self.made, "no webhook has been registered yet")

    def add(self, behaviour: Behaviour, owner: str) -> Receiver:
        """A receiver at an address of its own."""
        if self._world.settings.deployment != "process":
            raise NotVerified("webhook receivers of the suite listen on loopback, which only local processes reach")
        if not self._started:
            self._server.start()
            self._world.on_close(self._server.close)
            self._started = True
        self.made.append(Receiver(uuid.uuid4().hex, behaviour, owner))
        return self.last

    def address(self, receiver: Receiver) -> str:
        """Where a receiver listens."""
        return f"{self._server.url}/{receiver.name}"

    def calls(self, receiver: Receiver) -> list[Received]:
        """The calls that a receiver has had, in order."""
        return [each for each in self._server.received if each.path == f"/{receiver.name}"]

    def _answer(self, received: Received) -> Reply:
        name = received.path.strip("/")
        self._counts[name] = number = self._counts.get(name, 0) + 1
        known = [each for each in self.made if each.name == name]
        return known[0].behaviour(number) if known else Reply(404)


def anywhere(world: World) -> str:
    """An address that a webhook may have."""
    mine = world.part(Receivers)
    return mine.address(mine.add(accepting, api.USER))


def register(world: World, behaviour: Behaviour = accepting, who: str = api.USER) -> Receiver:
    """Have somebody register a webhook with a receiver that behaves like this; it is accepted."""
    mine = world.part(Receivers)
    receiver = mine.add(behaviour, who)
    told = api.done(api.call(world, who, "POST", "webhooks", json={"url": mine.address(receiver)}))
    receiver.id, receiver.secret = shapes.read(told, str, "id"), shapes.read(told, str, "secret")
    world.on_close(partial(_forget, world, receiver))
    return receiver


def register_behaving(world: World, says: str) -> Receiver:
    """Have a user register a webhook whose receiver behaves as Gherkin says."""
    if says == REDIRECTS:
        mine = world.part(Receivers)
        elsewhere = mine.address(mine.add(accepting, "nobody"))
        return register(world, lambda number: Reply(REDIRECT, {"Location": elsewhere}))
    if says not in BEHAVIOURS:
        raise Broken(f"nothing is known of a receiver that {says!r}; there are: {', '.join([*BEHAVIOURS, REDIRECTS])}")
    return register(world, BEHAVIOURS[says])


def take_away(world: World, receiver: Receiver) -> Exchange:
    """Have its owner take a webhook away."""
    return api.call(world, receiver.owner, "DELETE", "webhooks", f"/{receiver.id}")


def about(calls: Sequence[Received], trace: Trace) -> list[Received]:
    """The calls that are about a trace."""
    return [each for each in calls if shapes.read(body_of(each), str, "data", "trace_id") == trace.id]


def body_of(call: Received) -> object:
    """What a call tells. Raises NotMet if it is no JSON."""
    try:
        return json.loads(call.body)
    except ValueError as error:
        raise NotMet(f"expected a webhook that tells JSON, but {error}: {call.body[:200]!r}") from error


def await_calls(world: World, receiver: Receiver, count: int) -> list[Received]:
    """The calls of a receiver about the last trace, once there are so many, and no more come. Raises NotMet."""
    trace, mine = world.part(Traces).last, world.part(Receivers)

    def come() -> bool:
        assert len(calls := about(mine.calls(receiver), trace)) >= count, f"{len(calls)} calls"
        return True

    until(come, PATIENCE, f"{count} calls of the webhook", poll=0.05, failing=NotMet)
    consistently(lambda: len(about(mine.calls(receiver), trace)) == count, QUIET, f"just {count} calls", poll=0.2)
    return about(mine.calls(receiver), trace)


def told_status(call: Received) -> str:
    """The status of the trace that a call tells of."""
    return shapes.read(body_of(call), str, "data", "status")


def no_calls(world: World, receiver: Receiver) -> None:
    """See that a receiver is not called, once the last trace has ended. Raises NotMet."""
    traces.await_end(world, world.part(Traces).last)
    consistently(lambda: not world.part(Receivers).calls(receiver), QUIET, "no call of the webhook", poll=0.2)


def ids_of(calls: Sequence[Received]) -> list[str]:
    """The ids under which calls came, each once."""
    return list(dict.fromkeys(each.header("webhook-id") for each in enough(calls, "calls of the webhook")))


def badly_signed(world: World, receiver: Receiver) -> list[str]:
    """The calls of a receiver whose signature it could not trust, and why."""
    calls = enough(world.part(Receivers).calls(receiver), "calls of the webhook")
    found = [
        signatures.wrong_in(
            receiver.secret,
            each.header("webhook-id"),
            each.header("webhook-timestamp"),
            each.header("webhook-signature"),
            each.body,
            each.at,
        )
        for each in calls
    ]
    return [wrong for wrong in found if wrong]


def pauses(calls: Sequence[Received]) -> list[float]:
    """The seconds between one call and the next."""
    return [later.at - sooner.at for sooner, later in pairwise(calls)]


def not_growing(found: Sequence[float]) -> list[str]:
    """The pauses that are shorter than the one before."""
    pairs = pairwise(enough(found, "pauses between calls", 2))
    return [f"{sooner:.2f} s, then {later:.2f} s" for sooner, later in pairs if later < sooner - EARLIER]


def held_in(world: World, receiver: Receiver, texts: Sequence[str]) -> list[str]:
    """Which of the texts stand in a call of a receiver."""
    calls = enough(world.part(Receivers).calls(receiver), "calls of the webhook")
    wrote = "\n".join(f"{dict(each.headers)} {each.body.decode(errors='replace')}" for each in calls)
    return [text for text in enough(texts, "texts to look for") if text in wrote]


def await_more(world: World, receiver: Receiver, count: int) -> list[Received]:
    """The calls of a receiver about the last trace, once there are at least so many. Raises NotMet."""
    trace, mine = world.part(Traces).last, world.part(Receivers)
    enough_came = lambda: len(about(mine.calls(receiver), trace)) >= count  # noqa: E731
    until(enough_came, PATIENCE, f"{count} calls of the webhook", poll=0.05, failing=NotMet)
    return about(mine.calls(receiver), trace)


def all_calls_after(world: World, receiver: Receiver) -> list[Received]:
    """All calls of a receiver, some time after the last trace has ended."""
    traces.await_end(world, world.part(Traces).last)
    let_pass(QUIET, "a call that may not come would have come by then")
    return world.part(Receivers).calls(receiver)


def calls_elsewhere(world: World) -> list[Received]:
    """The calls at addresses that are no webhook's, which only a redirect names."""
    mine = world.part(Receivers)
    others = enough([each for each in mine.made if not each.id], "addresses that are no webhook's")
    return [call for each in others for call in mine.calls(each)]


def not_told_once(world: World, receiver: Receiver) -> list[str]:
    """The traces that a receiver was not told of, or under several ids, or with several statuses."""
    mine, found = world.part(Receivers), []
    for trace in enough(world.part(Traces).made, "traces"):
        told = lambda trace=trace: about(mine.calls(receiver), trace)  # noqa: E731
        until(told, PATIENCE, f"the webhook to tell of {trace.id}", poll=0.1, failing=NotMet)
    let_pass(QUIET, "a second call that may not come would have come by then")
    for trace in world.part(Traces).made:
        calls = about(mine.calls(receiver), trace)
        said = {(each.header("webhook-id"), told_status(each)) for each in calls}
        found += [f"{trace.id}: {sorted(said)}"] if len(said) != 1 else []
    return found


def _forget(world: World, receiver: Receiver) -> None:
    """Take a webhook away at the end of its scenario, whatever becomes of it."""
    take_away(world, receiver)
