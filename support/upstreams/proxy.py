"""``python -m support.upstreams.proxy``: the fault proxy before one upstream, with its control API on a second port."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import time
from collections import deque
from urllib.parse import urlsplit

import uvloop

from support.base.upstreams import UpstreamAddress
from support.upstreams import wire
from support.upstreams.calls import RecordedCall
from support.upstreams.control import Control
from support.upstreams.exchange import Ended, Exchange, Injection
from support.upstreams.faults import Kind, UpstreamFault
from support.upstreams.wire import Headers, Request, RequestConnection, ServiceConnection

HOST = "127.0.0.1"
KEPT_CALLS = 20_000
"""Calls that are remembered; a load may make more, and the oldest are forgotten then."""

UNREACHABLE = b'{"error": {"message": "the service behind the proxy cannot be reached", "type": "proxy_error"}}'


class ServicePool:
    """Connections to the service behind the proxy; those that it keeps open are used again."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        if not parts.hostname or not parts.port:
            raise ValueError(f"--target needs host and port, not {target!r}")
        self._host, self._port = parts.hostname, parts.port
        self._idle: deque[ServiceConnection] = deque()

    async def connect(self, request: Request) -> tuple[ServiceConnection, int, Headers]:
        """Ask the service; a connection that it closed while it was idle is replaced by a new one."""
        name = f"{self._host}:{self._port}"
        while self._idle:
            connection = self._idle.pop()
            try:
                return connection, *await connection.ask(request, name)
            except OSError:
                connection.close()
            except BaseException:
                connection.close()
                raise
        connection = ServiceConnection(*await asyncio.open_connection(self._host, self._port))
        try:
            return connection, *await connection.ask(request, name)
        except BaseException:
            connection.close()
            raise

    def give_back(self, connection: ServiceConnection) -> None:
        """Keep a connection for later, if it can be used again."""
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()


class FaultProxy:
    """Passes requests on and records them; ``inject`` and ``heal`` change what happens to those that come later."""

    def __init__(self, address: UpstreamAddress, port: int) -> None:
        self.address = address
        self.calls: deque[RecordedCall] = deque(maxlen=KEPT_CALLS)
        self.injections: list[Injection] = []
        self._port = port
        self._held = wire.bound(HOST, port)  # so that nobody else is given the port while connections are refused
        self._service = ServicePool(address.direct)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._number = self._injected = 0

    async def inject(self, fault: UpstreamFault) -> Injection:
        """Have a fault in force from the next request on."""
        self._injected += 1
        injection = Injection(self._injected, fault)
        self.injections.append(injection)
        if fault.kind is Kind.REFUSE:
            await self._refuse()
        return injection

    async def heal(self, number: int | None = None) -> None:
        """End one fault, or all; exchanges that it keeps silent are reset."""
        for injection in [each for each in self.injections if number in (None, each.number)]:
            self.injections.remove(injection)
            injection.healed.set()
        if self._server is None and not any(each.fault.kind is Kind.REFUSE for each in self.injections):
            await self.listen()

    async def listen(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._serve, sock=wire.bound(HOST, self._port), backlog=1024)

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is always served in a task")
        self._connections.add(task)
        connection = RequestConnection(reader, writer)
        pump = asyncio.create_task(connection.pump())
        try:
            while (request := await connection.next()) is not None:
                await self._exchange(request, connection, task)
        except Ended:
            pass
        except (OSError, asyncio.CancelledError):
            wire.reset(writer)
        finally:
            self._connections.discard(task)
            pump.cancel()
            writer.close()

    async def _exchange(self, request: Request, connection: RequestConnection, task: asyncio.Task[None]) -> None:
        call = self._record(request)

        def gone() -> None:
            call.gone = time.time()
            task.cancel()

        connection.on_gone = gone
        injection = next((each for each in self.injections if each.takes(request)), None)
        try:
            await Exchange(self._service, connection.writer, call, injection).run(request)
        except ConnectionRefusedError:
            await self._unreachable(call, connection.writer)
        finally:
            connection.on_gone = None
            call.ended = time.time()

    async def _unreachable(self, call: RecordedCall, writer: asyncio.StreamWriter) -> None:
        call.status = 502
        headers = (("Content-Type", "application/json"),)
        writer.write(wire.answer_head(502, headers, len(UNREACHABLE)) + UNREACHABLE)
        await writer.drain()

    def _record(self, request: Request) -> RecordedCall:
        self._number += 1
        body = request.body.decode(errors="replace")
        call = RecordedCall(self._number, request.method, request.path, request.headers, body, time.time())
        self.calls.append(call)
        return call


async def run(address: UpstreamAddress, port: int, control_port: int) -> None:
    """Serve both ports until SIGTERM or SIGINT."""
    proxy = FaultProxy(address, port)
    control = Control(proxy)
    await proxy.listen()
    server = await asyncio.start_server(control.serve, HOST, control_port)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="support.upstreams.proxy", description="Run one upstream's fault proxy.")
    parser.add_argument("--name", required=True, help="name of the upstream")
    parser.add_argument("--port", type=int, required=True, help="port for the gateway")
    parser.add_argument("--control", type=int, required=True, help="port of the control API")
    parser.add_argument("--target", required=True, help="URL of the service")
    parser.add_argument("--key", default="", help="key that the service accepts; told to whoever asks the control API")
    given = parser.parse_args()
    url, control = f"http://{HOST}:{given.port}", f"http://{HOST}:{given.control}"
    address = UpstreamAddress(given.name, url, given.target.rstrip("/"), control, given.key)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(run(address, given.port, given.control))


if __name__ == "__main__":
    main()
