"""One HTTP call to one service, and what it shows: an answer, a refusal, a failure, or that it was never reached."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
import orjson

from caio.contracts import ServiceContract
from caio.contracts.model import Endpoint

LARGEST_ANSWER = 4_194_304
"""Bytes of a service's answer."""

CONNECT_SECONDS = 1.0
"""Longest wait for a connection: whoever does not accept within this is not there."""


class CallOutcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    UNREACHED = "unreached"

    @property
    def speaks_against_service(self) -> bool:
        """Whether the service is to blame; a request it rejects is the caller's own fault."""
        return self in (CallOutcome.FAILED, CallOutcome.TIMED_OUT, CallOutcome.UNREACHED)

    @property
    def may_have_had_effect(self) -> bool:
        """Whether the service may have acted on the call. Only without a connection it surely has not."""
        return self is not CallOutcome.UNREACHED


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call; ``output`` only if it was answered, ``reason`` only if not."""

    outcome: CallOutcome
    duration_ms: float
    status: int | None = None
    output: Any = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What to send where, and for how long to wait (seconds)."""

    contract: ServiceContract
    endpoint: Endpoint
    payload: dict[str, Any]
    timeout: float
    request_id: str | None


def url_of(contract: ServiceContract, path: str) -> str:
    """The address of a path of a service."""
    return contract.api.base_url.rstrip("/") + path


class ServiceCaller:
    """Makes calls over kept connections. Redirects are not followed and proxies of the environment not used."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def client(self) -> httpx.AsyncClient:
        """The client of the running event loop."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            limits = httpx.Limits(max_connections=1_000, max_keepalive_connections=200, keepalive_expiry=15)
            self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, limits=limits, timeout=None)
            self._loop = loop
        return self._client

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.aclose()
        self._client = None

    async def call(self, call: Call) -> CallResult:
        """Make one call. Never raises for what the service or the network does."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(call.timeout):
                status, body = await self.exchange(call)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return CallResult(CallOutcome.UNREACHED, since(started), reason=f"no connection: {spelled(error)}")
        except TimeoutError:
            reason = f"no answer within {call.timeout * 1000:.0f} ms"
            return CallResult(CallOutcome.TIMED_OUT, since(started), reason=reason)
        except (httpx.HTTPError, httpx.InvalidURL, AnswerTooLarge) as error:
            return CallResult(CallOutcome.FAILED, since(started), reason=spelled(error))
        return judge(status, body, since(started))

    async def exchange(self, call: Call) -> tuple[int, bytes]:
        """Send the request and read the whole answer."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if call.request_id:
            headers["X-Request-ID"] = call.request_id
        request = self.client().build_request(
            call.endpoint.method,
            url_of(call.contract, call.endpoint.path),
            headers=headers,
            timeout=httpx.Timeout(None, connect=min(CONNECT_SECONDS, call.timeout * 0.8)),
            **carried(call.endpoint.method, call.payload),
        )
        response = await self.client().send(request, stream=True)
        try:
            return response.status_code, await read_limited(response)
        finally:
            await response.aclose()


class AnswerTooLarge(Exception):
    """The service sent more than is read."""


async def read_limited(response: httpx.Response) -> bytes:
    """The body of an answer. Raises AnswerTooLarge."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise AnswerTooLarge(f"the answer is larger than {LARGEST_ANSWER} bytes")
    return bytes(body)


def carried(method: str, payload: dict[str, Any]) -> dict[str, Any]:
    """How the input travels: in the URL for methods without a body, as JSON otherwise."""
    if method in ("GET", "DELETE"):
        return {"params": {name: str(value) for name, value in payload.items()}}
    return {"content": orjson.dumps(payload)}


def judge(status: int, body: bytes, duration_ms: float) -> CallResult:
    """What an answer shows."""
    if 400 <= status < 500:
        reason = f"the service refused the input with status {status}"
        return CallResult(CallOutcome.REJECTED, duration_ms, status, reason=reason)
    if not 200 <= status < 300:
        return CallResult(CallOutcome.FAILED, duration_ms, status, reason=f"the service answered with status {status}")
    try:
        output = orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return CallResult(CallOutcome.FAILED, duration_ms, status, reason="the service's answer is not JSON")
    return CallResult(CallOutcome.ANSWERED, duration_ms, status, output)


def since(started: float) -> float:
    """Milliseconds since a moment."""
    return round((time.perf_counter() - started) * 1000, 3)


def spelled(error: Exception) -> str:
    """An error in one line; some of httpx's have no text."""
    return str(error) or type(error).__name__
