"""A probe asks the service itself, and a service found well again starts afresh."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.systems.caio.core.builders import chat, contract, orchestrator


class Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.server.status if self.path == "/health" else 404)  # type: ignore[attr-defined]
        self.send_header("Location", "/health")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Quiet: the test reads no log."""


@pytest.fixture
def server() -> Iterator[Any]:
    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    running.status = 200
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def probed(port: int, health: str = "/health") -> Any:
    api = {
        "protocol": "http",
        "base_url": f"http://127.0.0.1:{port}/",
        "endpoints": [{"path": "/chat", "method": "POST"}],
        "health": health,
    }
    return contract("a", api=api, guarantees={"accuracy": 0.95})


@pytest.mark.parametrize(
    ("status", "health"), [(200, "healthy"), (204, "healthy"), (302, "unhealthy"), (503, "unhealthy")]
)
def test_health_is_an_answer_in_the_200s(server: Any, status: int, health: str) -> None:
    server.status = status
    assert orchestrator(probed(server.server_port)).probe("a").health == health


def test_a_wrong_path_and_a_closed_port_are_unhealthy(server: Any) -> None:
    assert orchestrator(probed(server.server_port, "/other")).probe("a").health == "unhealthy"
    assert orchestrator(probed(1)).probe("a").health == "unhealthy"


def test_a_recovered_service_is_chosen_again(server: Any) -> None:
    subject = orchestrator(probed(server.server_port), contract("b", guarantees={"accuracy": 0.9}))
    server.status = 500
    subject.probe("a")
    subject.record_outcome("a", False)
    assert subject.route_request(request=chat()).service_id == "b"
    server.status = 200
    subject.probe("a")
    assert subject.route_request(request=chat()).service_id == "a"
