"""HTTP/1.1 on both sides of the proxy: requests read from a connection, answers read from the service, answers written.

Parsed by httptools; what is passed on keeps its bytes, so that a body or an event arrives as it was sent.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import httptools

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "te", "trailer"})
_CHUNK = 64 * 1024

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Request:
    """A request that has come in whole."""

    method: str
    path: str
    headers: Headers
    body: bytes


@dataclass(slots=True)
class _Parts:
    """What the parser has reported of the message that is being read."""

    url: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)


class RequestConnection:
    """One connection from a caller: its requests in order, and whether the caller has closed it.

    ``on_gone`` is called once, when it does; what is read meanwhile is kept.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.on_gone: Callable[[], None] | None = None
        self.gone = False
        self._reader = reader
        self._requests: asyncio.Queue[Request | None] = asyncio.Queue()
        self._parser = httptools.HttpRequestParser(self)
        self._parts = _Parts()

    async def next(self) -> Request | None:
        """The next request; None once the caller has closed the connection."""
        return await self._requests.get()

    async def pump(self) -> None:
        """Read until the caller closes the connection, or sends what is not HTTP."""
        try:
            while data := await self._reader.read(_CHUNK):
                self._parser.feed_data(data)
        except (OSError, httptools.HttpParserError):
            pass
        finally:
            self.gone = True
            self._requests.put_nowait(None)
            if self.on_gone is not None:
                self.on_gone()

    # -- called by the parser

    def on_message_begin(self) -> None:
        self._parts = _Parts()

    def on_url(self, url: bytes) -> None:
        self._parts.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._parts.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, body: bytes) -> None:
        self._parts.body.append(body)

    def on_message_complete(self) -> None:
        parts = self._parts
        method, path = self._parser.get_method().decode(), parts.url.decode("latin-1")
        self._requests.put_nowait(Request(method, path, tuple(parts.headers), b"".join(parts.body)))


class ServiceConnection:
    """One connection to the service. An answer is read in two steps: its head, then the pieces of its body."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._parts = _Parts()
        self._headed = self._whole = False

    async def ask(self, request: Request, host: str) -> tuple[int, Headers]:
        """Send a request; the status and headers of its answer. Raises OSError if the service closes before that."""
        self._begin()
        self._writer.write(_request_head(request, host) + request.body)
        await self._writer.drain()
        while not self._headed:
            await self._feed()
        return self._parser.get_status_code(), tuple(self._parts.headers)

    async def body(self) -> AsyncIterator[bytes]:
        """The pieces of the body as they come. Raises OSError if the service closes before the end."""
        while True:
            pieces, self._parts.body = self._parts.body, []
            for piece in pieces:
                yield piece
            if self._whole and not self._parts.body:
                return
            if not pieces:
                await self._feed()

    @property
    def reusable(self) -> bool:
        """Whether the answer was read whole and the service keeps the connection open."""
        return self._whole and self._parser.should_keep_alive() and not self._reader.at_eof()

    def close(self) -> None:
        """End the connection."""
        self._writer.close()

    async def _feed(self) -> None:
        data = await self._reader.read(_CHUNK)
        if not data:
            raise ConnectionResetError("the service closed the connection in the middle of an answer")
        self._parser.feed_data(data)

    # -- called by the parser

    def on_header(self, name: bytes, value: bytes) -> None:
        self._parts.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._headed = True

    def on_body(self, body: bytes) -> None:
        self._parts.body.append(body)

    def on_message_complete(self) -> None:
        self._whole = True


def _request_head(request: Request, host: str) -> bytes:
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in request.headers if name.lower() not in HOP_BY_HOP | {"host"}]
    if request.body or request.method == "POST":
        lines.append(f"Content-Length: {len(request.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer_head(status: int, headers: Headers, length: int | None) -> bytes:
    """Status line and headers of an answer; chunked where its length is not known."""
    reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Status"
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in HOP_BY_HOP]
    lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN, which the other side sees as "connection reset by peer"."""
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def bound(host: str, port: int) -> socket.socket:
    """A socket that holds a port; another may listen on it."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    return made
