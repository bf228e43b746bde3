"""Calls of the sidecar's API by somebody it knows, and the chats that callers have there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from support.base.outcomes import NotMet
from support.checks import shapes
from support.http import Exchange
from support.world.core import World

USER, READER, WRITER, OTHER, NAMESAKE = "user", "reader", "writer", "neighbour", "namesake"
"""Identities: three of one tenant; one of another, and one of a tenant whose name differs in case alone."""
MODE, LEVEL, TRACE, STATUS = "x-explain-mode", "x-explain-level", "x-trace-id", "x-explain-status"
"""Headers of a chat: what is asked for, and what became of it."""
HYPERGRAPH = "hypergraph"
MODEL = "model-of-the-suite"

Body = Mapping[str, Any]
T = TypeVar("T")


def call(world: World, who: str | None, method: str, endpoint: str, below: str = "", **options: Any) -> Exchange:
    """Call an endpoint, or a path below it, with the token of an identity, or without one."""
    token = None if who is None else world.system.token(who)
    return world.http.request(method, world.endpoint(endpoint) + below, token=token, **options)


def act(world: World, who: str | None, method: str, endpoint: str, below: str = "", **options: Any) -> Exchange:
    """Call an endpoint as the step's own action: what was answered is what the next sentences judge."""
    world.exchanges.append(call(world, who, method, endpoint, below, **options))
    return world.exchange


def body_of(prompt: str, stream: bool = False, **more: Any) -> dict[str, Any]:
    """A chat of one message."""
    return {"model": MODEL, "messages": [{"role": "user", "content": prompt}], "stream": stream, **more}


def asking(level: str | None) -> dict[str, str]:
    """The headers that ask for an explanation by a level; none for a chat that is not to be explained."""
    return {} if level is None else {MODE: HYPERGRAPH, LEVEL: level}


def chat(
    world: World, who: str | None, body: Body, headers: Mapping[str, str], below: str = "", **options: Any
) -> Exchange:
    """Have somebody chat."""
    return call(world, who, "POST", "chat", below, json=body, headers=dict(headers), **options)


def done(exchange: Exchange) -> Any:
    """What an exchange was answered, as JSON. Raises NotMet unless it succeeded."""
    if not exchange.ok:
        raise NotMet(f"expected a success, but got\n{exchange.describe()}")
    return exchange.json()


def text_of(exchange: Exchange) -> str:
    """The text of an answered chat, whichever way it came."""
    if "event-stream" not in exchange.headers.get("Content-Type", ""):
        first, *_ = shapes.read(exchange.json(), shapes.Objects, "choices")
        return str(shapes.read(first, shapes.Object, "message").get("content") or "")
    words = [each["choices"][0]["delta"].get("content") or "" for each in events(exchange.body) if each["choices"]]
    return "".join(words)


def events(stream: bytes) -> list[Any]:
    """The JSON events of a stream, without its end mark."""
    told = [line[len(b"data:") :].strip() for line in stream.splitlines() if line.startswith(b"data:")]
    return [json.loads(each) for each in told if each != b"[DONE]"]


def is_whole(exchange: Exchange) -> bool:
    """Whether the stream of an answered chat came to its end mark."""
    return exchange.status is not None and b"data: [DONE]" in exchange.body


def together(work: Callable[[int], T], numbers: Sequence[int], threads: int) -> list[T]:
    """Do the same for each number, so many at the same time; results in the order of the numbers."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, numbers))


def shape_wrong(exchange: Exchange) -> list[str]:
    """What is wrong with the form of an answered chat, streamed or not."""
    if "event-stream" in exchange.headers.get("Content-Type", ""):
        return [] if is_whole(exchange) else ["the stream has no end mark"]
    choices = exchange.json().get("choices")
    return [] if choices and "message" in choices[0] else [f"it has no message: {exchange.text[:200]}"]
