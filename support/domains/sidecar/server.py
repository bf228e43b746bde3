"""A small HTTP server in the suite's own process, for what the sidecar calls: webhook receivers and scripted models."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.base.waiting import let_pass

HOST = "127.0.0.1"
SLOWEST = 30.0
"""Seconds that a connection may be silent."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in; ``at`` is seconds since the epoch."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    def header(self, name: str) -> str:
        """A header by its name in any case; empty if it was not sent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: pieces one after the other, ``wait`` seconds before the first and ``pace`` between two.

    With ``cut`` the connection is reset after the last piece, and before anything where there is none.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    wait: float = 0.0
    pace: float = 0.0
    cut: bool = False


Answer = Callable[[Received], Reply]


class LocalServer:
    """Listens on a free loopback port until it is closed; keeps every request that came in, in order."""

    def __init__(self, answer: Answer) -> None:
        self._lock = threading.Lock()
        self._received: list[Received] = []
        bound = type("Handler", (_Handler,), {"answer": staticmethod(answer), "note": self._note})
        self._server = _Server((HOST, 0), bound)
        self._thread = threading.Thread(target=self._server.serve_forever, name="local server", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def received(self) -> list[Received]:
        """All that came in so far."""
        with self._lock:
            return list(self._received)

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening and give the port back."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _note(self, received: Received) -> None:
        with self._lock:
            self._received.append(received)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers drop connections as they like; what came in is what counts."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SLOWEST
    answer: Answer
    note: Callable[[Received], None]

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what came in is kept."""

    def do_POST(self) -> None:
        self._handle()

    def do_GET(self) -> None:
        self._handle()

    def _handle(self) -> None:
        at, body = time.time(), self._body()
        received = Received(self.command, self.path, dict(self.headers.items()), body, at)
        self.note(received)
        reply = self.answer(received)
        if reply.wait:
            let_pass(reply.wait, "the server that the sidecar calls takes its time")
        with contextlib.suppress(OSError):
            self._send(reply)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _send(self, reply: Reply) -> None:
        streamed = len(reply.pieces) > 1 or (reply.cut and bool(reply.pieces))
        if reply.pieces or not reply.cut:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = (
                ("Transfer-Encoding", "chunked") if streamed else ("Content-Length", str(len(_joined(reply.pieces))))
            )
            self.send_header(*length)
            self.end_headers()
        for number, piece in enumerate(reply.pieces):
            if number and reply.pace:
                let_pass(reply.pace, "the pieces of the answer come one after the other")
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if streamed else piece)
            self.wfile.flush()
        if reply.cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif streamed:
            self.wfile.write(b"0\r\n\r\n")


def _joined(pieces: Iterable[bytes]) -> bytes:
    return b"".join(pieces)
