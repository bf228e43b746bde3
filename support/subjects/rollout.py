"""Updates of a system that runs as replicas, while its callers go on: the set-up, what is done to it, the evidence."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from support.base.outcomes import Broken, NotMet
from support.base.waiting import let_pass, until
from support.checks.shapes import read
from support.deployments import Replica
from support.subjects.rollout_operator import Operation, Operator
from support.subjects.rollout_traffic import Sent, Traffic, TrafficKind, answered_by
from support.world.core import World

PRODUCTION = "production"
"""The profile that replicas run in."""
WORKING = "new"
"""The version that an ordinary update leads to: a stage of the Dockerfile that updates are rehearsed with."""
SICK = {
    "ends as soon as it is started": "ends-at-once",
    "never gets ready": "never-ready",
    "gets sick when it is used": "sick-when-used",
}
"""What is wrong with a new version → its stage."""
UNUSED = ("ends-at-once", "never-ready")
"""The stages of which no replica may ever get a request."""
ASKED = 8
"""Callers that are asked which version answers them, and what they are told; the balancer sends them to all replicas in
turn."""
_LATE = 2.0
"""Seconds for which a service goes on hanging: longer than a replica takes requests after it was told to stop."""
LONG = 40.0
"""Seconds that a user gives a request which is under way during an update."""
_POLL = 0.1


@dataclass(frozen=True, slots=True)
class InFlight:
    """A request that a replica is at work on, because ``service`` does not answer; ``asking`` ends with its answer."""

    service: str
    replica: Replica
    asking: threading.Thread


@dataclass(slots=True)
class Rollout:
    """The operator of a scenario's replicas, the traffic meanwhile, and a request that is under way."""

    operator: Operator | None = None
    traffic: Traffic | None = None
    in_flight: InFlight | None = None


def start(world: World) -> None:
    """Have replicas running behind a load balancer, and an operator who knows which versions they have."""
    replicas = world.replicate(PRODUCTION)
    world.meet()
    operator = Operator(replicas, world.settings.timeouts.start * 2, replicas.sides[0])
    world.part(Rollout).operator = operator
    operator.look_up_versions()


def start_apart(world: World) -> int:
    """Have replicas running and talk with each by itself; how many serve."""
    serving = world.replicate(PRODUCTION).sides[0]
    world.meet(*serving)
    return len(serving)


def keep_busy(world: World, kinds: Sequence[TrafficKind]) -> None:
    """Have requests flow from now on, until they are counted or the scenario ends."""
    traffic = Traffic(world, kinds)
    world.part(Rollout).traffic = traffic
    world.on_close(traffic.stop)
    traffic.start()


def hang_under_way(world: World, service: str, ask: Callable[[], object]) -> None:
    """Have a user wait, by ``ask``, for an answer that a replica cannot give, because the companion hangs it calls.

    Raises NotMet if the user was answered at once.
    """
    world.companions.hang(service)
    asking = threading.Thread(target=ask)
    asking.start()
    world.on_close(asking.join)
    called = world.companions.any_called
    until(lambda: called() or not asking.is_alive(), world.settings.timeouts.start, f"{service} to be called")
    if not called():
        raise NotMet(f"expected {service} to be called for a user, but the user was answered at once")
    replicas, seats = _operator(world).replicas, _operator(world).replicas.balancer.seats()
    at = [name for name, seat in seats.items() if seat.under_way]
    if len(at) != 1:
        raise Broken(
            f"expected one replica to be at work on a request, the balancer says: {list(map(str, seats.values()))}"
        )
    world.part(Rollout).in_flight = InFlight(service, replicas.replicas[at[0]], asking)


def update(world: World, stage: str = WORKING, patience: float | None = None) -> None:
    """Have the operator update the system to a version, and callers go on for a while afterwards.

    Raises Broken if a version that was to be used was never used: what came of that says nothing about the balancer;
    and NotMet if its replicas said that they were ready, and only the balancer did not see it.
    """
    operator = _operator(world)
    image, new = operator.replicas.version(stage), operator.replicas.opposite(operator.serving)
    with _awaking(world, lambda: operator.told(_in_flight(world).replica.name)):
        operator.replace(image, patience)
    if stage not in UNUSED and not operator.used(new[0].name):
        journal = "\n".join(told(operator.operations))
        if len(operator.overlooked) == len(new):
            ready = " and ".join(operator.overlooked)
            raise NotMet(
                f"expected the new version to be used, but the balancer did not see that {ready} were ready:\n{journal}"
            )
        raise Broken(f"expected the new version to be used, but the operator gave it up before:\n{journal}")
    _go_on(world)


def take_back(world: World) -> None:
    """Have the operator replace the version that serves by the one before, and callers go on."""
    operator = _operator(world)
    operator.replace(operator.replicas.image())
    _go_on(world)


def stop_unannounced(world: World) -> None:
    """Stop the replica that is at work on a request; the balancer has to find out by itself."""
    operator, replica = _operator(world), _in_flight(world).replica
    seat: Callable[[], bool] = lambda: not operator.replicas.balancer.seat(replica.name).serving  # noqa: E731
    with _awaking(world, seat):
        operator.stop_unannounced(replica)
    _go_on(world)


def count(world: World) -> list[Sent]:
    """End the traffic and show what became of it. Gives every request that was sent."""
    traffic = world.part(Rollout).traffic
    if traffic is None:
        raise Broken("no requests flow; begin with a Given that has them flow")
    operator, sent = _operator(world), traffic.stop_and_count()
    versions = answered_by(sent, operator.versions)
    told = ", ".join(f"{number} by {version}" for version, number in sorted(versions.items()))
    world.evidence.observation("requests sent, and how many each version answered", told, None, "", len(sent))
    longest = max((each.seconds for each in sent), default=0.0)
    world.evidence.observation("longest answer", round(longest, 3), None, "s", len(sent))
    world.evidence.text("timeline of the update", "\n".join(timeline(operator.operations, sent, operator.versions)))
    return sent


def versions_met(world: World) -> list[str]:
    """The versions that answer callers who come now."""
    path = world.endpoint("health")
    return [read(world.http.get(path).json(), str, "version") for _ in range(ASKED)]


def old_version(world: World) -> str:
    """The version that served at first."""
    operator = _operator(world)
    return operator.versions[operator.replicas.sides[0][0].name]


def new_version(world: World) -> str:
    """The version that the system was updated to. Raises NotMet if none ever served, Broken if it is the old one."""
    operator = _operator(world)
    found = operator.versions.get(operator.replicas.sides[1][0].name)
    if found is None:
        journal = "\n".join(told(operator.operations))
        raise NotMet(f"expected the new version to serve after the update, but it never did:\n{journal}")
    if found == old_version(world):
        raise Broken(f"expected the update to lead to another version than {found}")
    return found


def told(operations: Sequence[Operation]) -> list[str]:
    """The operator's journal, in seconds since its beginning."""
    return [f"{operation.at - operations[0].at:7.2f} s  the operator {operation.what}" for operation in operations]


def timeline(operations: Sequence[Operation], sent: Sequence[Sent], versions: Mapping[str, str]) -> Iterator[str]:
    """What the operator did, and second by second how many requests each version answered and how many were lost."""
    start = min([each.at for each in sent] + [operation.at for operation in operations], default=0.0)
    seconds: dict[int, list[Sent]] = {}
    for each in sent:
        seconds.setdefault(int(each.at - start), []).append(each)
    for second in range(max([*seconds, *(int(operation.at - start) for operation in operations)], default=-1) + 1):
        yield f"{second:3d} s  {_answers(seconds.get(second, ()), versions)}"
        yield from (f"{d.at - start:11.2f} s  the operator {d.what}" for d in operations if int(d.at - start) == second)


@contextmanager
def _awaking(world: World, condition: Callable[[], bool]) -> Iterator[None]:
    """Have the service that a request waits for wake up a while after the condition came true, or at the end.

    Where no request is under way nothing happens. The request has been answered, or not, afterwards.
    """
    in_flight = world.part(Rollout).in_flight
    if in_flight is None:
        yield
        return
    service, over = in_flight.service, threading.Event()

    def awake() -> None:
        until(lambda: over.is_set() or condition(), LONG, "the replica to be spared more requests", _POLL)
        let_pass(0 if over.is_set() else _LATE, "a request must still be under way when its replica is meant to end")
        world.companions.process(service).resume()  # healing would also end the connection that the request came by

    waiting = threading.Thread(target=awake)
    waiting.start()
    try:
        yield
    finally:
        over.set()
        waiting.join()
        in_flight.asking.join()
        world.companions.heal(service)


def _go_on(world: World) -> None:
    if (traffic := world.part(Rollout).traffic) is not None:
        traffic.go_on()


def _operator(world: World) -> Operator:
    operator = world.part(Rollout).operator
    if operator is None:
        raise Broken("there are no replicas; begin with a Given that starts some")
    return operator


def _in_flight(world: World) -> InFlight:
    in_flight = world.part(Rollout).in_flight
    if in_flight is None:
        raise Broken("no request is under way; begin with a Given that has a user wait")
    return in_flight


def _answers(sent: Iterable[Sent], versions: Mapping[str, str]) -> str:
    sent = list(sent)
    counted = Counter(answered_by(sent, versions))
    if failed := sum(not each.ok for each in sent):
        counted["LOST"] = failed
    return ", ".join(f"{version}: {number}" for version, number in sorted(counted.items())) or "nothing was sent"
