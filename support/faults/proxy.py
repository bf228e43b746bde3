"""A TCP proxy that misbehaves on demand: it refuses, resets, delays, swallows, cuts off, or answers with an error."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from support.base.outcomes import Broken
from support.faults.base import SETTLE, Fault
from support.faults.behaviour import PASS, Behaviour, Mode
from support.faults.http_requests import RequestReader

HOST = "127.0.0.1"
T = TypeVar("T")
_CHUNK = 64 * 1024
_ANSWER_TIME = 10.0
"""Seconds in which the proxy's own thread must have done what it is asked for."""


@dataclass(slots=True)
class _Passage:
    """One connection that is passed on: how many bytes of the answer to its latest request have come."""

    answered: int = 0


class FaultyProxy:
    """Stands before one server on a port of its own, by default a loopback one; ``behave()`` changes what it does.

    A change also ends the connections that are open: none goes on in a manner that holds no more. ``connections``
    counts those accepted, ``requests`` lists the HTTP requests that clients sent, as ``POST /chat``.
    """

    def __init__(self, target: str, address: str = HOST) -> None:
        parts = urlsplit(target if "//" in target else f"//{target}")
        if not parts.hostname or not parts.port:
            raise Broken(f"a proxy needs a target with host and port, not {target!r}")
        self._target = (parts.hostname, parts.port)
        self._address = address
        self._socket = _bound(address, 0)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{address}:{self.port}"
        self.behaviour = PASS
        self.connections = 0
        self.requests: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"faulty-proxy-{self.port}", daemon=True)
        self._thread.start()
        self._do(self._listen())

    def behave(self, behaviour: Behaviour) -> None:
        """From now on treat connections so; open ones are ended."""
        self._do(self._change(behaviour))

    def close(self) -> None:
        """End all connections and listen no more. May be called again."""
        if self._loop.is_closed():
            return
        self._do(self._stop_listening())
        self._do(self._end_connections())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_ANSWER_TIME)
        self._loop.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_ANSWER_TIME)

    async def _change(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        if behaviour.mode is Mode.REFUSE:
            await self._stop_listening()
        await self._end_connections()
        if behaviour.mode is not Mode.REFUSE and self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        # A second socket listens; the first stays bound, so that nobody else is given the port while it is refused.
        self._server = await asyncio.start_server(self._serve, sock=_bound(self._address, self.port), backlog=1024)

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _end_connections(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is always served in a task")
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._treat(reader, writer)
        except (OSError, asyncio.CancelledError):
            _reset(writer)  # the server is gone or the behaviour has changed: either way the client learns it at once
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _treat(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self.behaviour.mode:
            case Mode.RESET:
                await self._reset_at_request(reader, writer)
            case Mode.BLACKHOLE:
                await self._swallow(reader)
            case Mode.STATUS:
                await self._answer(reader, writer)
            case _:
                await self._pass_on(reader, writer)

    async def _swallow(self, reader: asyncio.StreamReader) -> None:
        requests = RequestReader()
        while data := await reader.read(_CHUNK):
            self.requests.extend(requests.feed(data))

    async def _reset_at_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Only when something has come: a reset before that may hit the client while it connects, or after, by chance.
        self.requests.extend(RequestReader().feed(await reader.read(_CHUNK)))
        _reset(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests = RequestReader()
        while data := await reader.read(_CHUNK):
            self.requests.extend(requests.feed(data))
            if requests.complete:
                writer.write(_error(self.behaviour.status))
                await writer.drain()
                return

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        try:
            passage = _Passage()
            onward = asyncio.ensure_future(self._requests(reader, back, passage))
            answers = asyncio.ensure_future(self._answers(there, writer, passage))
            try:
                await answers
            finally:
                onward.cancel()
                answers.cancel()
                await asyncio.gather(onward, answers, return_exceptions=True)
        finally:
            back.close()

    async def _requests(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, passage: _Passage) -> None:
        requests = RequestReader()
        while data := await reader.read(_CHUNK):
            begun = requests.feed(data)
            self.requests.extend(begun)
            if begun:
                passage.answered = 0
            back.write(data)
            await back.drain()
        back.write_eof()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, passage: _Passage) -> None:
        behaviour = self.behaviour
        while data := await there.read(_CHUNK):
            if behaviour.mode is Mode.DELAY and passage.answered == 0:
                await asyncio.sleep(behaviour.seconds)
            if behaviour.mode is Mode.CUT and passage.answered + len(data) > behaviour.bytes:
                writer.write(data[: behaviour.bytes - passage.answered])
                await writer.drain()
                return
            passage.answered += len(data)
            writer.write(data)
            await writer.drain()


class NetworkFault(Fault):
    """A proxy that misbehaves in one way; healed by passing everything on again."""

    def __init__(
        self,
        proxy: FaultyProxy,
        behaviour: Behaviour,
        what: str = "",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(f"{what or 'the network'} {behaviour}", steady, settle)
        self._proxy, self._behaviour = proxy, behaviour

    def _inject(self) -> None:
        self._proxy.behave(self._behaviour)

    def _heal(self) -> None:
        self._proxy.behave(PASS)


def _bound(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    return made


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN, which the client sees as "connection reset by peer"."""
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _error(status: int) -> bytes:
    body = b'{"error": "answered by a faulty proxy"}'
    head = f"HTTP/1.1 {status} Fault\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body
