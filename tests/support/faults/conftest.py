"""A real HTTP server in a thread, for faults to stand before, and a client without patience for retries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from support.faults import FaultyProxy

ANSWER = b"0123456789" * 100


class Target(ThreadingHTTPServer):
    """Counts what reaches it."""

    seen: list[str]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        assert isinstance(self.server, Target)
        self.server.seen.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def target() -> Iterator[Target]:
    server = Target(("127.0.0.1", 0), Handler)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def proxy(target: Target) -> Iterator[FaultyProxy]:
    with FaultyProxy(f"http://127.0.0.1:{target.server_port}") as proxy:
        yield proxy


@pytest.fixture
def ask(proxy: FaultyProxy) -> Iterator[Callable[..., requests.Response]]:
    """Sends a request through the proxy, over one connection that is kept open between requests."""
    with requests.Session() as session:
        session.trust_env = False

        def send(body: str = "hello", timeout: float = 5) -> requests.Response:
            return session.post(proxy.url + "/notes", data=body, timeout=timeout)

        yield send
