"""A streamed answer: nothing is sent before its first token, and every end but a complete one is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpcore
import orjson

from gateway import calling, errors, sse
from gateway.calling import CallFailed
from gateway.errors import ApiError
from gateway.upstreams import Upstream

Send = Callable[[bytes], Awaitable[None]]
BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)

AFTER_DONE = 0.1
"""Seconds that an upstream has to end a stream properly after its [DONE]."""


@dataclass(slots=True)
class Counted:
    """What a stream has told of the tokens used, and how many of its events carried any."""

    told: tuple[int, int] | None = None
    events: int = 0


@dataclass(slots=True)
class Opened:
    """A stream whose first token has come: the events up to it, and those to come. ``ended``: it is complete."""

    held: list[str]
    rest: AsyncIterator[str]
    ended: bool = False


async def opened(response: httpcore.Response, upstream: Upstream, silence: float, counted: Counted) -> Opened:
    """Read up to the first token. Raises CallFailed for what is no stream, or ends or falls silent before that."""
    if "text/event-stream" not in calling.header(response, b"content-type"):
        raise CallFailed("the answer is not a stream")
    rest = sse.events(response.aiter_stream())
    held: list[str] = []
    while True:
        try:
            data = await following(rest, silence)
        except TimeoutError:
            raise CallFailed("the stream is silent before its first token") from None
        if data is None:
            raise CallFailed("the stream ended before its first token")
        if data == sse.DONE:
            if not held:
                raise CallFailed("the stream is empty")
            return Opened(held, rest, ended=True)
        value = parsed(data)
        if value is None or value.get("error") is not None or not isinstance(value.get("choices"), list):
            raise CallFailed("the stream begins with an error")
        held.append(data)
        if note(value, counted):
            return Opened(held, rest)


async def relay(stream: Opened, upstream: Upstream, silence: float, counted: Counted, send: Send) -> ApiError | None:
    """Send the events as they come, all but the last: that is [DONE], or the error that this gives."""
    for held in stream.held:
        await send(shown(held, upstream))
    if stream.ended:
        return None
    while True:
        try:
            data = await following(stream.rest, silence)
        except (TimeoutError, httpcore.TimeoutException):
            return errors.stream_silent()
        except BROKEN:
            return errors.stream_broken()
        if data is None:
            return errors.stream_broken()
        if data == sse.DONE:
            return None
        value = parsed(data)
        if value is None:
            return errors.stream_broken()
        if value.get("error") is not None:
            return told_error(value["error"], upstream)
        note(value, counted)
        await send(shown(data, upstream))


async def finish(stream: Opened) -> None:
    """Read what an upstream sends after [DONE], so that its connection can be used again."""
    with contextlib.suppress(TimeoutError, *BROKEN):
        while await following(stream.rest, AFTER_DONE) is not None:
            pass


async def following(events: AsyncIterator[str], silence: float) -> str | None:
    """The next event; None at the end. Raises TimeoutError if there is none within ``silence`` seconds."""
    async with asyncio.timeout(silence):
        return await anext(events, None)


def parsed(data: str) -> dict[str, Any] | None:
    """The object that an event carries; None if it carries none."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def note(value: dict[str, Any], counted: Counted) -> bool:
    """Count what an event carries. Gives whether it carries a part of the answer, or its end."""
    counted.told = calling.used(value) or counted.told
    choices = [choice for choice in value.get("choices") or () if isinstance(choice, dict)]
    carries = any(has_content(choice) for choice in choices)
    counted.events += carries
    return carries or any(choice.get("finish_reason") is not None for choice in choices)


def has_content(choice: dict[str, Any]) -> bool:
    """Whether a choice of an event adds to the answer; the role alone does not."""
    delta = choice.get("delta")
    parts = delta if isinstance(delta, dict) else choice
    return any(value for name, value in parts.items() if name not in ("role", "index", "finish_reason", "logprobs"))


def told_error(error: Any, upstream: Upstream) -> ApiError:
    """The error that an upstream told of in its stream, without its key and address."""
    message = error.get("message") if isinstance(error, dict) else error
    told = calling.without_address(calling.without_key(str(message).encode(), upstream), upstream).decode()
    return ApiError(502, told or "The upstream told of an error", "upstream_error", "upstream_error")


def shown(data: str, upstream: Upstream) -> bytes:
    """An event as callers get it."""
    return calling.without_key(sse.event(data), upstream)
