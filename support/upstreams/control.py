"""The control API of a fault proxy: recorded calls, faults injected and healed. JSON over HTTP on loopback.

``GET /health``, ``GET /about``, ``GET /calls?since=NUMBER``, ``GET /calls/last`` (the number of the last), ``DELETE
/calls``, ``GET /faults``, ``POST /faults`` (answers with the fault's number), ``DELETE /faults`` (all), ``DELETE
/faults/NUMBER``.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from support.base.upstreams import UpstreamAddress
from support.upstreams import wire
from support.upstreams.calls import RecordedCall
from support.upstreams.exchange import Injection
from support.upstreams.faults import UpstreamFault
from support.upstreams.wire import Request, RequestConnection


class Controlled(Protocol):
    """The proxy as the control API knows it."""

    address: UpstreamAddress
    calls: deque[RecordedCall]
    injections: list[Injection]

    async def inject(self, fault: UpstreamFault) -> Injection: ...

    async def heal(self, number: int | None = None) -> None: ...


class Control:
    """Answers the requests of the suite."""

    def __init__(self, proxy: Controlled) -> None:
        self._proxy = proxy

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes on one connection."""
        connection = RequestConnection(reader, writer)
        pump = asyncio.create_task(connection.pump())
        try:
            while (request := await connection.next()) is not None:
                status, value = await self._answer(request)
                body = json.dumps(value).encode()
                head = wire.answer_head(status, (("Content-Type", "application/json"),), len(body))
                writer.write(head + body)
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass  # whoever asked is gone, or the proxy ends
        finally:
            pump.cancel()
            writer.close()

    async def _answer(self, request: Request) -> tuple[int, Any]:
        parts = urlsplit(request.path)
        match request.method, parts.path.strip("/").split("/"):
            case "GET", ["health"]:
                return 200, {"status": "healthy"}
            case "GET", ["about"]:
                return 200, asdict(self._proxy.address)
            case "GET", ["calls"]:
                since = int(parse_qs(parts.query).get("since", ["0"])[0])
                return 200, [call.to_json() for call in self._proxy.calls if call.number > since]
            case "GET", ["calls", "last"]:
                return 200, {"number": self._proxy.calls[-1].number if self._proxy.calls else 0}
            case "DELETE", ["calls"]:
                self._proxy.calls.clear()
                return 200, {}
            case "GET", ["faults"]:
                return 200, [shown(each) for each in self._proxy.injections]
            case "POST", ["faults"]:
                return await self._inject(request)
            case "DELETE", ["faults", *number]:
                return await self._heal(number)
        return 404, {"error": f"{request.method} {request.path} is not of the control API"}

    async def _inject(self, request: Request) -> tuple[int, Any]:
        try:
            fault = UpstreamFault.from_json(json.loads(request.body))
        except (ValueError, KeyError, TypeError) as error:
            return 400, {"error": f"no fault: {error}"}
        return 201, shown(await self._proxy.inject(fault))

    async def _heal(self, number: Sequence[str]) -> tuple[int, Any]:
        await self._proxy.heal(int(number[0]) if number else None)
        return 200, {}


def shown(injection: Injection) -> dict[str, Any]:
    """A fault as the control API tells of it."""
    return {"number": injection.number, "says": injection.fault.says, "left": injection.left}
