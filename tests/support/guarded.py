"""A server behind a password, and the address that holds it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PASSWORD = "s3cr3t%40word"


class Guarded(BaseHTTPRequestHandler):
    """Answers whoever shows the password of basic authentication."""

    def do_GET(self) -> None:
        expected = "Basic " + base64.b64encode(b"me:s3cr3t@word").decode()
        self.send_response(200 if self.headers["Authorization"] == expected else 401)
        self.send_header("Content-Length", "27")
        self.end_headers()
        self.wfile.write(b'{"items": [], "next": null}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def guarded() -> Iterator[str]:
    """The address of a server behind a password, with the password."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://me:{PASSWORD}@127.0.0.1:{server.server_port}"
        server.shutdown()
