"""Chats of several users at once, some of them explained: how long both took, and what was left unexplained."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from support.base.outcomes import Broken, NotMet
from support.base.waiting import let_pass
from support.checks.basis import enough
from support.checks.findings import found
from support.checks.load_demands import Percentile, fair, needed_for
from support.domains.sidecar import api, chats, graphs, traces
from support.domains.sidecar.traces import Trace, Traces
from support.http import Exchange, HttpClient
from support.load.histogram import Histogram
from support.load.result import Endpoint, Noise
from support.subjects import load
from support.subjects.load import Loads
from support.world.core import World

MICROSECONDS = 1_000_000
ATTACHED = (True, False, False, True, False, False, True, False, False, False)
"""Which of ten chats are explained: the source's attach rate of 0.3."""
THINK = 0.15
"""Seconds between a user's chats, where chats come at the pace of people rather than as fast as can be."""
POLL = 0.05
TIMES = 2.0
"""How many times as long as the model alone a chat may take while explanations are shed."""
WARM_UP = 20
"""Chats of each kind that are left out: connections are opened, code is loaded."""
SHED = "shed"
"""What the answer of a chat says that was left unexplained."""
ONCE_A_SECOND, WAIT = 0.95, 0.05
"""Seconds between two chats of such a user, and those that the model takes at least."""
LONGEST = 12
"""How many times as long as said users go on, on a machine that others use, until there are enough traces."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How users chat: for how many seconds at least, until there are how many traces, and with which pauses."""

    seconds: float
    think: float
    least: int = 0
    says: str = ""


Level = Callable[[int], str | None]
"""By which level the chat of this number is to be explained; None if it is not."""


@dataclass(slots=True)
class Mixed:
    """What came of a load: the chats, and the seconds that explanations, and chats with the model alone, took."""

    chats: list[Exchange] = field(default_factory=list)
    explained: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    pairs: list[tuple[float, float]] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)


def steadily(world: World, users: int, seconds: float, level: str) -> None:
    """Have users chat at the pace of people, three of ten chats explained; each explanation is waited for and timed."""
    pace = Pace(seconds * world.settings.load.scale, THINK, least=needed_for(95))
    with _watched(world):
        _users(world, users, pace, lambda number: level if ATTACHED[number % 10] else None)
        _await_all(world)


def often(world: World, users: int, seconds: float) -> None:
    """Have users chat about once a second each: first with the model alone, and then with every chat explained."""
    pace = Pace(seconds * world.settings.load.scale, ONCE_A_SECOND, says=f"wait={WAIT}")
    with _watched(world):
        _each(world, users, pace, _model(world), lambda number: None, _note_alone(world))
        _users(world, users, pace, lambda number: "sentence")


def _users(world: World, users: int, pace: Pace, level_of: Level) -> None:
    """Have users chat, and follow every trace meanwhile."""
    lock, mine, mixed = threading.Lock(), world.part(Traces), world.part(Mixed)

    def note(answer: Exchange) -> bool:
        with lock:
            mixed.chats.append(answer)
            mine.chats.append(answer)
            if name := answer.headers.get(api.TRACE, ""):
                mine.made.append(Trace(name, api.USER, answer))
        return len(mine.made) >= pace.least

    chatting = threading.Event()
    follower = threading.Thread(target=_follow, args=(world, chatting))
    follower.start()
    try:
        _each(world, users, pace, world.deployment.url, level_of, note)
    finally:
        chatting.set()
        follower.join()


def _each(world: World, users: int, pace: Pace, url: str, level_of: Level, note: Callable[[Exchange], bool]) -> None:
    """Have each user chat at an address until the time is over and what was needed is there, or it takes too long."""
    token, path, began = world.system.token(api.USER), world.endpoint("chat"), time.monotonic()

    def chat(user: int) -> None:
        client, number, done = world.client_for(url), user, False
        let_pass(pace.think * user / users, "users do not all begin at once") if pace.think else None
        while (passed := time.monotonic() - began) < pace.seconds or (not done and passed < LONGEST * pace.seconds):
            prompt, level = f"{pace.says} {traces.PROMPT} {user} {number}".strip(), level_of(number)
            done = note(client.post(path, json=api.body_of(prompt), headers=api.asking(level), token=token))
            number += 1
            let_pass(pace.think, "a user reads the answer")

    api.together(chat, range(users), users)


def _note_alone(world: World) -> Callable[[Exchange], bool]:
    def note(answer: Exchange) -> bool:
        world.part(Mixed).alone.append(answer.duration)
        return True

    return note


def _follow(world: World, over: threading.Event) -> None:
    """Look at every trace again and again until the users are done; how long each took is noted as it ends."""
    client, ended = world.client_for(world.deployment.url), set[str]()
    while not over.is_set():
        _look_at_all(world, client, ended)
        let_pass(POLL, "traces go on")


def _await_all(world: World) -> None:
    client, ended = world.client_for(world.deployment.url), set(_ended(world))
    deadline = time.monotonic() + traces.PATIENCE
    while len(ended) < len(world.part(Traces).made) and time.monotonic() < deadline:
        _look_at_all(world, client, ended)
        let_pass(POLL, "traces go on")
    world.part(Mixed).unfinished = [each.id for each in world.part(Traces).made if each.id not in ended]


def _ended(world: World) -> list[str]:
    told = world.part(Traces).told
    return [trace for trace, document in told.items() if document.get("status") in traces.ENDED]


def _look_at_all(world: World, client: HttpClient, ended: set[str]) -> None:
    """Note what has ended, by the caller's own watch: from the chat that was sent to the end that was seen."""
    mine, token = world.part(Traces), world.system.token(api.USER)
    for trace in [each for each in list(mine.made) if each.id not in ended]:
        answer = client.get(f"{world.endpoint('traces')}/{trace.id}", token=token)
        if answer.ok and answer.json().get("status") in traces.ENDED:
            ended.add(trace.id)
            mine.told[trace.id] = answer.json()
            world.part(Mixed).explained.append(time.time() - trace.chat.started - trace.chat.duration)


def demand_explained(world: World, percent: float, seconds: float) -> None:
    """Judge how long explanations took, from the chat's answer to the end of its trace."""
    times = world.part(Mixed).explained
    if world.part(Mixed).unfinished:
        raise NotMet(f"expected every trace to end, but {len(world.part(Mixed).unfinished)} have not")
    if len(times) < needed_for(percent):
        raise Broken(f"{len(times)} explanations are too few for a percentile of {percent:g} %: raise -D load.scale")
    load.demand_times(world, endpoint("explanations", times), Percentile(percent, seconds))


def demand_beside_model(world: World, percent: float) -> None:
    """Judge how long chats took beside the model alone."""
    alone = percentile(world.part(Mixed).alone, percent)
    seen = percentile([each.duration for each in world.part(Mixed).chats], percent)
    what, limit = f"p{percent:g} of chats while explanations are shed", alone * TIMES
    said = (
        f"{seen * 1000:.0f} ms, where the model alone takes {alone * 1000:.0f} ms and {TIMES:g} times that is allowed"
    )
    judged = found(seen <= limit, what, seen * 1000, limit * 1000, "ms", len(world.part(Mixed).chats), said)
    load.settle(world, fair(judged, world.part(Loads).noise or Noise()))


def in_turns(world: World, count: int) -> None:
    """Have the same chat answered so often by the model itself and by the sidecar, in turns, over kept connections."""
    path, token, body = world.endpoint("chat"), world.system.token(api.USER), api.body_of("How long does this take?")
    with _watched(world):
        _take_turns(world, count, path, token, body)


def _take_turns(world: World, count: int, path: str, token: str, body: api.Body) -> None:
    model, sidecar = world.client_for(_model(world)), world.client_for(world.deployment.url)
    for number in range(count + WARM_UP):
        pair = (model.post(path, json=body), sidecar.post(path, json=body, token=token))
        if wrong := chats.differences(*pair):
            raise NotMet(f"expected the same answer by the model and the sidecar, but {'; '.join(wrong)}")
        if number >= WARM_UP:
            world.part(Mixed).pairs.append((pair[0].duration, pair[1].duration))


def demand_added(world: World, percent: float, milliseconds: float) -> None:
    """Judge by how much the time of a chat at a percentile is longer by the sidecar than by the model itself."""
    pairs = enough(world.part(Mixed).pairs, "pairs of chats", needed_for(percent))
    alone, beside = [one for one, _ in pairs], [other for _, other in pairs]
    added = (percentile(beside, percent) - percentile(alone, percent)) * 1000
    what = f"added to an unexplained chat at p{percent:g}"
    middle = (percentile(beside, 50) - percentile(alone, 50)) * 1000
    said = (
        f"{added:.1f} ms ({percentile(beside, percent) * 1000:.1f} ms, by the model itself "
        f"{percentile(alone, percent) * 1000:.1f} ms; in the middle {middle:.1f} ms more)"
    )
    judged = found(added <= milliseconds, what, added, milliseconds, "ms", len(pairs), said)
    load.settle(world, fair(judged, world.part(Loads).noise or Noise()))


def unexplained(world: World) -> list[Exchange]:
    """The chats that asked for an explanation and name no trace."""
    asked = [each for each in world.part(Traces).chats if _asked(each)]
    return [each for each in enough(asked, "chats that asked for an explanation") if api.TRACE not in each.headers]


def not_told(world: World) -> list[str]:
    """The chats that were left unexplained without their caller being told so."""
    shed = enough(unexplained(world), "chats that were left unexplained")
    return [str(each) for each in shed if each.headers.get(api.STATUS) != SHED]


def unlike_end(world: World, end: str) -> dict[str, str]:
    """The traces of the load that ended otherwise, or not at all."""
    made = enough(world.part(Traces).made, "traces of the load")
    ends = {each.id: traces.await_end(world, each) for each in made}
    return {trace: seen for trace, seen in ends.items() if seen != end}


def invalid_graphs(world: World, least: int) -> list[str]:
    """What is wrong with the graphs of complete traces, of which there must be so many."""
    complete = [each for each in world.part(Traces).made if traces.await_end(world, each) == traces.COMPLETE]
    return [
        f"{each.id}: {wrong}"
        for each in enough(complete, "complete traces", least)
        for wrong in graphs.wrong_in(graphs.of(world, each), graphs.VERSION)
    ]


def percentile(times: Sequence[float], percent: float) -> float:
    """The time that this percentage of times took at most (nearest rank)."""
    ordered = sorted(enough(times, "times"))
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def endpoint(name: str, times: Sequence[float]) -> Endpoint:
    """Times (seconds) as a load has them."""
    counted = Histogram()
    counted.record(round(each * MICROSECONDS) for each in times)
    return Endpoint(name=name, count=len(times), histogram=counted.encode(), min=min(times), max=max(times))


def _asked(exchange: Exchange) -> bool:
    return any(name.lower() == api.MODE for name, _ in exchange.request_headers)


@contextmanager
def _watched(world: World) -> Iterator[None]:
    """Watch what else the machine does meanwhile, at both ends."""
    watch = load.noise_watch(world)
    watch.look()
    began = time.time()
    yield
    watch.look()
    world.part(Loads).noise = watch.between(began, time.time())


def _model(world: World) -> str:
    return chats.address_of_model(world)


def without_end(world: World) -> list[str]:
    """The traces of the load that do not end."""
    _await_all(world)
    enough(world.part(Traces).made, "traces of the load")
    return world.part(Mixed).unfinished
