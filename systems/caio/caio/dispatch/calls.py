"""One HTTP call to one service, and what it shows: an answer, a refusal, a failure, or that it was never reached."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import orjson

from caio.contracts import ServiceContract
from caio.contracts.model import Endpoint
from caio.dispatch.addresses import Target, target_of
from caio.dispatch.connections import Broken, Connections, NotConnected

HEADERS = (
    "Accept: application/json\r\nAccept-Encoding: gzip, deflate\r\n"
    "Content-Type: application/json\r\nUser-Agent: caio\r\n"
)
"""What every call says of itself."""


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


@dataclass(slots=True)
class CallResult:
    """What came of a call; ``output`` only if it was answered, ``reason`` only if not.

    Not frozen, as with the other dataclasses that every request makes.
    """

    outcome: CallOutcome
    duration_ms: float
    status: int | None = None
    output: Any = None
    reason: str | None = None


@dataclass(slots=True)
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
        self._connections: Connections | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def connections(self) -> Connections:
        """Those of the running event loop."""
        loop = asyncio.get_running_loop()
        if self._connections is None or self._loop is not loop:
            self._connections = Connections()
            self._loop = loop
        return self._connections

    async def close(self) -> None:
        """Close all connections."""
        if self._connections is not None and self._loop is asyncio.get_running_loop():
            self._connections.close()
        self._connections = None

    async def call(self, call: Call) -> CallResult:
        """Make one call. Never raises for what the service or the network does."""
        started = time.perf_counter()
        try:
            status, body = await self.exchange(call)
        except NotConnected as error:
            return CallResult(CallOutcome.UNREACHED, since(started), reason=f"no connection: {error}")
        except TimeoutError:
            reason = f"no answer within {call.timeout * 1000:.0f} ms"
            return CallResult(CallOutcome.TIMED_OUT, since(started), reason=reason)
        except (Broken, ValueError) as error:
            return CallResult(CallOutcome.FAILED, since(started), reason=str(error))
        return judge(status, body, since(started))

    async def exchange(self, call: Call) -> tuple[int, bytes]:
        """Send the request and read the whole answer."""
        target = target_of(url_of(call.contract, call.endpoint.path))
        return await self.connections().ask(target, request_of(call, target), call.timeout)


def request_of(call: Call, target: Target) -> bytes:
    """The request as it is sent: the input in the URL for methods without a body, as JSON otherwise."""
    method, path, body = call.endpoint.method, target.path, b""
    if method not in ("GET", "DELETE"):
        body = orjson.dumps(call.payload)
    elif call.payload:
        path = f"{path}?{urlencode({name: str(value) for name, value in call.payload.items()})}"
    length = f"Content-Length: {len(body)}\r\n" if method not in ("GET", "DELETE") else ""
    # The id has been checked where it came in: it cannot end the line.
    request_id = f"X-Request-ID: {call.request_id}\r\n" if call.request_id else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: {target.host_header}\r\n{HEADERS}{request_id}{length}\r\n"
    return head.encode() + body


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
