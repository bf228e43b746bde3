"""Asks the gateway, alone and with many callers at once, and keeps a register of who asked what and was told what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from support.base.outcomes import Broken, NotVerified
from support.base.placeholders import fill
from support.base.routes import Route
from support.deployments.base import Deployment, HasFurtherPorts
from support.domains.gateway import reading, streams
from support.domains.gateway.questions import Question
from support.domains.gateway.streams import Leave, Stream
from support.http import Exchange, HttpClient
from support.upstreams.calls import RecordedCall
from support.world.core import World, last
from support.world.upstreams import UNKNOWN, HasUpstreams, Upstreams

CALLER = "caller"
"""The identity of callers of whom nothing else is said, where the gateway knows any."""
CHAT, MODELS, EMBEDDINGS = "/v1/chat/completions", "/v1/models", "/v1/embeddings"
PATIENCE = 30.0
"""Seconds that callers wait for an answer; longer than any time-out that a gateway is configured with."""

Headers = Mapping[str, str]
Calls = Mapping[str, Sequence[RecordedCall]]
"""Upstream → the calls that reached it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, who asked it for which route (empty: for a model that is none), and what came of it."""

    question: Question
    route: str
    who: str | None
    exchange: Exchange
    stream: Stream | None = None

    @property
    def text(self) -> str:
        """The text that the caller was told; of a stream, what came until it ended or was left."""
        return reading.text_in(self.stream.events) if self.stream else reading.text_of(self.exchange)

    @property
    def speaker(self) -> str:
        """The upstream that the text is from; empty where it is from none."""
        return reading.speaker(self.text)

    def __str__(self) -> str:
        return f"question {self.question.number} for {self.question.model}: {self.stream or self.exchange}"


@dataclass(slots=True)
class Register:
    """Everything that was asked in a scenario, in the order in which it was answered; ``since`` begins a step's own.

    Questions that a Given asked are not judged by what follows: ``current`` are those of the When.
    """

    asked: list[Asked] = field(default_factory=list)
    since: int = 0

    @property
    def current(self) -> list[Asked]:
        """What the last step asked that asked anything."""
        return self.asked[self.since :]

    @property
    def last(self) -> Asked:
        """What was asked last. Raises Broken before anything was."""
        return last(self.current, "the gateway has not been asked anything yet")


def route(world: World, name: str) -> Route:
    """A route of the definition."""
    return world.system.route(name)


def begin(world: World) -> None:
    """From now on what is asked is another step's."""
    register = world.part(Register)
    register.since = len(register.asked)


def token_of(world: World, who: str | None) -> str | None:
    """The key of an identity; None for nobody, and where callers need no key."""
    return world.system.token(who) if who is not None and who in world.system.identities else None


def headers_of(
    world: World, name: str, who: str | None = CALLER, deployment: Deployment | None = None
) -> dict[str, str]:
    """What a caller sends with each request for a route: its key, and what the route's definition adds.

    ``deployment`` is the gateway that is asked, where that is another than the last one that the scenario has met.
    """
    declared = world.system.routes[name].headers if name in world.system.routes else {}
    token = token_of(world, who)
    shown = {} if token is None else {"Authorization": f"Bearer {token}"}
    return {**shown, **filled(world, declared, deployment)}


def filled(world: World, headers: Headers, deployment: Deployment | None = None) -> dict[str, str]:
    """Headers of a route with the addresses and keys of this run's upstreams, or of a deployment's own, in them."""
    known: dict[str, str] = {}
    met = [upstream.address for upstream in world.part(Upstreams).all()] if headers else []
    own = list(deployment.upstreams.values()) if isinstance(deployment, HasUpstreams) else met
    if not own and any("{upstream_" in text for text in headers.values()):
        raise NotVerified(UNKNOWN)
    for address in own:
        known |= address.bindings
    return {name: fill(text, known, f"{world.system.path}: routes") for name, text in headers.items()}


def ask(world: World, name: str, question: Question, who: str | None = CALLER, added: Headers | None = None) -> Asked:
    """Have somebody ask a question in one piece."""
    headers = {**headers_of(world, name, who), **(added or {})}
    exchange = world.http.post(CHAT, json=question.body, headers=headers, timeout=PATIENCE)
    return keep(world, Asked(question, name, who, exchange))


def ask_stream(
    world: World,
    name: str,
    question: Question,
    who: str | None = CALLER,
    leave: Leave | None = None,
    added: Headers | None = None,
) -> Asked:
    """Have somebody ask a question whose answer is streamed."""
    headers = {**headers_of(world, name, who), **(added or {})}
    stream = streams.ask(world.deployment.url + CHAT, headers, question.body, PATIENCE, leave)
    world.show(str(stream), stream.describe())
    return keep(world, Asked(question, name, who, stream.exchange, stream))


def keep(world: World, asked: Asked) -> Asked:
    """Enter a question into the register."""
    world.part(Register).asked.append(asked)
    world.exchanges.append(asked.exchange)
    if asked.stream is not None:
        world.sent.append(str(asked.stream))
    return asked


def question_for(world: World, name: str, *, stream: bool = False) -> Question:
    """A standard question for the model of a route."""
    return Question(route(world, name).model, stream=stream)


def one(world: World, name: str, *, stream: bool = False, who: str | None = CALLER, wait: float = 0.0) -> Asked:
    """Have somebody ask a standard question for a route, for whose answer the upstream takes so long (seconds)."""
    question = Question(route(world, name).model, stream=stream, wait=wait)
    return ask_stream(world, name, question, who) if stream else ask(world, name, question, who)


def many(
    world: World, routes: Sequence[str], at_once: int, *, stream: bool = False, who: str = CALLER, wait: float = 0.0
) -> list[Asked]:
    """Have callers ask standard questions for these routes, so many at a time."""
    asks = [lambda name=name: one(world, name, stream=stream, who=who, wait=wait) for name in routes]
    return together(asks, at_once)


def at_once(world: World, name: str, count: int, who: str = CALLER) -> list[Asked]:
    """Have callers ask for a route at the same moment, each over a connection of its own."""
    questions = [question_for(world, name) for _ in range(count)]
    clients = [client_apart(world) for _ in range(count)]
    headers = headers_of(world, name, who)

    def one_of(number: int) -> Asked:
        answer = clients[number].post(CHAT, json=questions[number].body, headers=headers, timeout=PATIENCE)
        return keep(world, Asked(questions[number], name, who, answer))

    return together([lambda number=number: one_of(number) for number in range(count)], count)  # type: ignore[misc]


def in_turn(routes: str, count: int) -> list[str]:
    """So many names of routes, each of a list such as "plain, guarded and shared" in turn."""
    names = re.split(r", | and ", routes)
    return [names[number % len(names)] for number in range(count)]


def together(asks: Iterable[Callable[[], Asked]], at_once: int) -> list[Asked]:
    """Ask all of this, so many at a time; in the order of the asks."""
    with ThreadPoolExecutor(at_once) as pool:
        return [each.result() for each in [pool.submit(ask) for ask in asks]]


def client_apart(world: World) -> HttpClient:
    """A client with a connection of its own to the gateway that was started last."""
    deployment = world.deployment
    others = deployment.elsewhere if isinstance(deployment, HasFurtherPorts) else {}
    return world.client_for(deployment.url, deployment.authority, elsewhere=others)


def calls(world: World) -> Calls:
    """The calls that reached each upstream since the scenario began, but for health checks."""
    return {upstream.name: upstream.calls() for upstream in world.part(Upstreams).all()}


def calls_of(made: Calls, question: Question) -> list[tuple[str, RecordedCall]]:
    """The calls that a question has led to, with the upstream of each, in the order in which they came."""
    found = [(name, call) for name, calls in made.items() for call in calls if question.is_in(call.body)]
    return sorted(found, key=lambda each: each[1].begun)


def call_of(made: Calls, question: Question) -> tuple[str, RecordedCall]:
    """The last call that a question has led to. Raises Broken if it led to none."""
    return last(calls_of(made, question), f"no upstream was called for the question {question.number}")


def upstream_of(world: World, which: str, name: str) -> str:
    """The first or second upstream of a route. Raises Broken if it has not so many."""
    number = ("first", "second", "third").index(which)
    names = route(world, name).upstreams
    if number >= len(names):
        raise Broken(f"the route {name} has {len(names)} upstreams: there is no {which} one")
    return names[number]
