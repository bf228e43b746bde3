"""Callers with good, bent, expired and no keys on every path of the API, and what may not be repeated of a key."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import NotVerified
from support.checks.basis import enough
from support.domains.gateway import asking, routing
from support.domains.gateway.questions import Question
from support.http import Exchange
from support.world.core import World
from support.world.upstreams import Upstreams

SHORTEST_PART = 12
"""Letters of a key from which on a part of it says more than which key is meant; masks show up to eight."""
UNAUTHENTICATED = 401
REFUSED = (401, 403, 404)
"""How a model is refused that a key is not for; whether it exists need not be told."""
SHOWN_WHERE = ("as a bearer token", "in another header as well", "for a stream")
"""Where a caller may show its key."""

KEYS: dict[str, Callable[[str], str | None]] = {
    "no key": lambda key: None,
    "an empty key": lambda key: "Bearer ",
    "an unknown key": lambda key: f"Bearer {_unknown(key)}",
    "all but the last letter of a key": lambda key: f"Bearer {key[:-1]}",
    "a key and one letter more": lambda key: f"Bearer {key}x",
    "a key in capital letters": lambda key: f"Bearer {key.upper()}",
    "a key under another scheme": lambda key: f"Basic {key}",
    "an expired key": lambda key: f"Bearer {key}",
    "a good key": lambda key: f"Bearer {key}",
}
"""Words of Gherkin → the Authorization header, made from a key that the gateway knows."""


@dataclass(slots=True)
class ShownKeys:
    """The keys that callers have shown in this scenario, and what came of each path that they called."""

    shown: list[str] = field(default_factory=list)
    calls: list[Exchange] = field(default_factory=list)


def call_every_path(world: World, words: str) -> None:
    """Have a caller with such a key call each path of the API that the gateway offers."""
    headers = shown(world, words)
    part = world.part(ShownKeys)
    part.calls = []
    for method, path, body in _paths(world):
        options: dict[str, Any] = {} if body is None else {"json": body}
        part.calls.append(world.http.request(method, path, headers=headers, timeout=asking.PATIENCE, **options))
    world.exchanges += part.calls


def ask(world: World, words: str, name: str) -> None:
    """Have a caller with such a key ask for a route."""
    question = asking.question_for(world, name)
    exchange = world.http.post(asking.CHAT, json=question.body, headers=shown(world, words), timeout=asking.PATIENCE)
    asking.keep(world, asking.Asked(question, name, None, exchange))
    world.part(ShownKeys).calls.append(exchange)


def shown(world: World, words: str) -> dict[str, str]:
    """What a caller with such a key sends with each request."""
    key = world.system.token("former" if words == "an expired key" else asking.CALLER)
    if words == "a key in capital letters" and key.upper() == key:
        raise NotVerified("the caller's key has no small letters, so that capital letters are no other key")
    value = KEYS[words](key)
    rest = {name: text for name, text in asking.headers_of(world, "plain", None).items() if name != "Authorization"}
    if value is None:
        return rest
    if len(showed := value.partition(" ")[2]) > SHORTEST_PART:
        world.part(ShownKeys).shown.append(showed)
    return {**rest, "Authorization": value}


def _unknown(key: str) -> str:
    """A key of the same form that nobody has: its letters after the first dash in another order."""
    head, dash, tail = key.partition("-")
    return f"{head}{dash}{tail[::-1]}x" if dash else f"{key[::-1]}x"


def _paths(world: World) -> Iterator[tuple[str, str, Any]]:
    """Method, path and body of each call of the API that the gateway offers."""
    question = asking.question_for(world, "plain")
    yield "POST", asking.CHAT, question.body
    yield "POST", asking.CHAT, Question(question.model, stream=True).body
    if "model-list" in world.system.capabilities:
        yield "GET", asking.MODELS, None
    if "embeddings" in world.system.capabilities:
        yield "POST", asking.EMBEDDINGS, {"model": question.model, "input": "a text"}


def not_refused(calls: list[Exchange]) -> list[str]:
    """The calls that were not refused as unauthenticated (401)."""
    judged = enough(calls, "calls of the API", 2)
    return [each.describe() for each in judged if each.status != UNAUTHENTICATED]


def unchallenged(calls: list[Exchange]) -> list[str]:
    """The refusals that name no scheme by which to identify oneself (RFC 9110, 11.6.1)."""
    judged = enough(calls, "calls of the API", 2)
    return [each.describe() for each in judged if not re.match(r"[A-Za-z]", each.headers.get("WWW-Authenticate", ""))]


def refused(calls: list[Exchange]) -> list[str]:
    """The calls that were not let in."""
    return [each.describe() for each in enough(calls, "calls of the API", 2) if not each.ok]


def repeated(answers: list[Exchange], keys: list[str]) -> list[str]:
    """What answers repeat of keys: the key, a long part of its beginning or end, or a hash by which it is known."""
    wrong = []
    for answer in enough(answers, "answers that could repeat a key"):
        text = text_of(answer)
        for key in enough(keys, "keys that were shown"):
            wrong += [f"{what} stands in\n{answer.describe()}" for what, sought in _marks(key) if sought in text]
    return wrong


def text_of(answer: Exchange) -> str:
    """Head and body of an answer."""
    return "\n".join([*(f"{name}: {value}" for name, value in answer.headers.items()), answer.text])


def _marks(key: str) -> Iterator[tuple[str, str]]:
    yield "the key", key
    yield "the beginning of the key", key[:SHORTEST_PART]
    yield "the end of the key", key[-SHORTEST_PART:]
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, key.encode())
        yield f"the {name} of the key", digest.hexdigest()
        yield f"the {name} of the key", b64encode(digest.digest()).decode().rstrip("=")
        yield f"the {name} of the key", urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def upstream_keys_in(world: World, answers: list[Exchange]) -> list[str]:
    """The answers that show the key of an upstream."""
    keys = {upstream.name: upstream.key for upstream in world.part(Upstreams).all()}
    enough(keys, "keys of upstreams")
    brought = [
        name for name, key in keys.items() if any(key in text for text in asking.headers_of(world, "plain").values())
    ]
    if brought:
        raise NotVerified(f"callers of {world.system.says} bring the keys of {', '.join(brought)} themselves")
    return [
        f"the key of {name} stands in\n{each.describe()}"
        for each in enough(answers, "answers of the gateway")
        for name, key in keys.items()
        if key in text_of(each)
    ]


def caller_keys_upstream(world: World) -> list[str]:
    """The calls of upstreams in which a key stands that a caller has shown."""
    keys, wrong = enough(world.part(ShownKeys).shown, "keys that callers have shown"), []
    made = [(name, call) for name, calls in asking.calls(world).items() for call in calls]
    for name, call in enough(made, "calls of upstreams"):
        for header, value in [*call.headers, ("the body", call.body), ("the path", call.path)]:
            wrong += [f"{name} was shown a caller's key in {header}" for key in keys if key in value]
    return wrong


def show_key(world: World, where: str, name: str) -> None:
    """Have a caller ask for a route and show a key: its own, or one that nobody asked for where none is needed."""
    key = asking.token_of(world, asking.CALLER) or "sk-of-a-caller-whom-nobody-asked-for-a-key"
    added = {"Authorization": f"Bearer {key}"}
    if where == "in another header as well":
        added |= {"X-API-Key": key}
    world.part(ShownKeys).shown.append(key)
    question = asking.question_for(world, name, stream=where == "for a stream")
    send = asking.ask_stream if question.stream else asking.ask
    send(world, name, question, added=added)


def shown_so_far(world: World) -> list[str]:
    """The keys that callers have shown, with that of the caller of whom nothing else is said."""
    token = asking.token_of(world, asking.CALLER)
    return list(dict.fromkeys([*world.part(ShownKeys).shown, *([token] if token else [])]))


def wrongly_opened(world: World, who: str, name: str) -> list[str]:
    """What an identity's key opened although it is not for a route, or did not open although it is."""
    opened, asked = world.system.identities[who].routes, world.part(asking.Register).last
    if opened is None or name in opened:
        return routing.wrong_answers(world)
    wrong = [] if asked.exchange.status in REFUSED else [f"it was not refused\n{asked.exchange.describe()}"]
    return wrong + routing.calls_for_current(world)
