"""One call of one upstream: what is sent, what counts as an answer, and what as a failure."""

from __future__ import annotations

import contextlib
import email.utils
import json
import math
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore
import orjson

from gateway.config import Timeouts
from gateway.upstreams import Upstream

MOST_CONNECTIONS = 2_000
KEPT_SECONDS = 20.0
LARGEST_ANSWER = 67_108_864
"""Bytes of an answer that is not a stream; more is a failure of the upstream."""

PASSED_ON = (b"traceparent", b"tracestate", b"accept-language", b"idempotency-key")
"""Headers of the caller that upstreams are given, besides the request's id. Nothing else of the caller's goes there."""

CALLERS_FAULT = frozenset({400, 404, 405, 406, 409, 410, 411, 413, 414, 415, 416, 417, 421, 422, 431, 451})
"""Statuses that say that what the caller asked is wrong: another upstream would say the same."""

HIDDEN = b"[redacted]"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is sent to an upstream, besides its own key and its own name for the model."""

    path: str
    body: Mapping[str, Any]
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def stream(self) -> bool:
        """Whether the answer is to come as a stream."""
        return self.body.get("stream") is True

    def encoded(self, model: str) -> bytes:
        """The body, with this name for the model."""
        # By the standard library, which keeps whole numbers of any size as they are.
        return json.dumps({**self.body, "model": model}, separators=(",", ":")).encode()


class CallFailed(Exception):
    """The upstream has failed. The message is for the log; ``retry_after`` is how many seconds it wants to rest."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Refused:
    """The upstream says that what was asked is wrong."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer in one piece, and what it says of the tokens used; None if it says nothing."""

    body: bytes
    used: tuple[int, int] | None


class UpstreamClient:
    """Calls upstreams over connections that are kept."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=MOST_CONNECTIONS, max_keepalive_connections=200, keepalive_expiry=KEPT_SECONDS
        )

    async def close(self) -> None:
        """End all connections."""
        await self._pool.aclose()

    async def probe(self, url: str, seconds: float) -> int:
        """The status of a GET. Raises CallFailed."""
        limits = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        try:
            answer = await self._pool.request("GET", url, extensions={"timeout": limits})
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise CallFailed(type(error).__name__) from None
        return answer.status

    @contextlib.asynccontextmanager
    async def call(self, upstream: Upstream, model: str, outgoing: Outgoing) -> AsyncIterator[httpcore.Response]:
        """The head of an upstream's answer; it ends with the block, whatever ends that. Raises CallFailed."""
        patience = self._timeouts.silence if outgoing.stream else self._timeouts.answer
        limits = {"connect": self._timeouts.connect, "read": patience, "write": patience, "pool": patience}
        headers = [(b"content-type", b"application/json"), *outgoing.headers]
        headers.append((b"accept", b"text/event-stream" if outgoing.stream else b"application/json"))
        if upstream.key is not None:
            headers.append((b"authorization", b"Bearer " + upstream.key.encode()))
        try:
            async with self._pool.stream(
                "POST",
                upstream.url + outgoing.path,
                headers=headers,
                content=outgoing.encoded(model),
                extensions={"timeout": limits},
            ) as response:
                yield response
        except httpcore.TimeoutException as error:
            raise CallFailed(f"no answer in time ({type(error).__name__})") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise CallFailed(f"the connection failed ({type(error).__name__})") from None


def header(response: httpcore.Response, name: bytes) -> str:
    """The first header of that name, in lower case; empty if there is none."""
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


async def body_of(response: httpcore.Response) -> bytes:
    """All of an answer. Raises CallFailed for one that is too large."""
    found = bytearray()
    async for piece in response.aiter_stream():
        found += piece
        if len(found) > LARGEST_ANSWER:
            raise CallFailed("the answer is too large")
    return bytes(found)


async def refusal_of(response: httpcore.Response, upstream: Upstream) -> Refused | None:
    """What the upstream refuses of the caller's; None if it answers. Raises CallFailed if it is its own failure."""
    status = response.status
    if 200 <= status < 300:
        return None
    if status in CALLERS_FAULT:
        return Refused(status, without_address(without_key(await body_of(response), upstream), upstream))
    raise CallFailed(f"status {status}", seconds_of(header(response, b"retry-after")))


async def whole_of(response: httpcore.Response, upstream: Upstream, part: str) -> Whole:
    """A complete answer that holds a list ``part``. Raises CallFailed for what is none, whatever its status."""
    if "json" not in header(response, b"content-type"):
        raise CallFailed("the answer is not JSON")
    body = await body_of(response)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise CallFailed("the answer is not JSON") from None
    if not isinstance(value, dict) or value.get("error") is not None:
        raise CallFailed("an error with a status of success")
    if not isinstance(value.get(part), list) or not value[part]:
        raise CallFailed(f"the answer has no {part}")
    return Whole(without_key(body, upstream), used(value))


def used(value: Mapping[str, Any]) -> tuple[int, int] | None:
    """Tokens read and made, as an answer tells them."""
    usage = value.get("usage")
    if not isinstance(usage, dict) or not isinstance(usage.get("prompt_tokens"), int):
        return None
    made = usage.get("completion_tokens", 0)
    return usage["prompt_tokens"], made if isinstance(made, int) else 0


def without_key(body: bytes, upstream: Upstream) -> bytes:
    """What an upstream sent, without its own key, should it repeat that."""
    key = (upstream.key or "").encode()
    return body.replace(key, HIDDEN) if key and key in body else body


def without_address(body: bytes, upstream: Upstream) -> bytes:
    """What an upstream sent, without its address."""
    return body.replace(upstream.url.partition("://")[2].encode(), HIDDEN)


def seconds_of(retry_after: str) -> float | None:
    """How long to wait by a Retry-After header (RFC 9110, 10.2.3): seconds, or a date. None: it says neither."""
    text = retry_after.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
