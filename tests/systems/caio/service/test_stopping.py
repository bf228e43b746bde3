"""How a process ends: what is in flight is finished, and load balancers have time to go elsewhere."""

from __future__ import annotations

import concurrent.futures
import signal
import socket
import time
from collections.abc import Callable

import httpx
import pytest

from tests.systems.caio.service.conftest import Running, contract, until

Start = Callable[..., Running]

CHAT = {"intent": {"type": "chat"}}


def accepts(running: Running) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", running.http.base_url.port or 0), timeout=1):
            return True
    except OSError:
        return False


def answer_late(connection: socket.socket) -> None:
    body = b'{"reply": "late"}'
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    connection.close()


def test_while_it_drains_it_serves_and_is_not_ready_and_closes_each_connection(start: Start) -> None:
    running = start(DRAIN_SECONDS=60)
    assert running.http.post("/api/v1/services", json=contract()).status_code == 201
    running.process.send_signal(signal.SIGTERM)
    until(lambda: running.http.get("/health/ready").status_code == 503, "it says that it is not ready")
    report = running.http.get("/health/ready").json()
    assert report["status"] == "leaving"
    assert {state["status"] for state in report["components"].values()} == {"healthy"}
    assert running.http.get("/health/live").status_code == 200
    assert running.http.get("/health").status_code == 200
    until(lambda: running.http.get("/health/live").headers.get("connection") == "close", "connections are closed")
    decided = running.http.post("/api/v1/route", json=CHAT)
    assert (decided.status_code, decided.headers["connection"]) == (200, "close")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(10) == 0


def test_it_ends_by_itself_when_it_has_drained(start: Start) -> None:
    running = start(DRAIN_SECONDS=1)
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("drain", [0, 0.5])
def test_requests_in_flight_are_finished_and_nothing_new_is_accepted(start: Start, drain: float) -> None:
    running = start(DRAIN_SECONDS=drain)
    with socket.create_server(("127.0.0.1", 0)) as slow, concurrent.futures.ThreadPoolExecutor(1) as pool:
        api = contract()["api"] | {"base_url": f"http://127.0.0.1:{slow.getsockname()[1]}"}
        assert running.http.post("/api/v1/services", json=contract("slow", api=api)).status_code == 201
        idle = socket.create_connection(("127.0.0.1", running.http.base_url.port or 0))
        answer = pool.submit(httpx.post, f"{running.url}/api/v1/dispatch", json=CHAT, timeout=20)
        connection, _ = slow.accept()
        connection.recv(65_536)
        running.process.send_signal(signal.SIGTERM)
        until(lambda: not accepts(running), "it accepts no connection any more")
        idle.settimeout(10)
        assert idle.recv(1) == b""
        assert running.process.poll() is None
        answer_late(connection)
        finished = answer.result(20)
    assert finished.json()["output"] == {"reply": "late"}
    assert finished.headers["connection"] == "close"
    assert running.process.wait(10) == 0


def test_what_was_decided_before_the_end_is_there_for_the_other(start: Start) -> None:
    old, new = start(DRAIN_SECONDS=1), start()
    assert old.http.post("/api/v1/services", json=contract()).status_code == 201
    old.process.send_signal(signal.SIGTERM)
    decision = old.http.post("/api/v1/route", json=CHAT).json()
    assert old.process.wait(20) == 0
    assert new.http.get(f"/api/v1/decisions/{decision['decision_id']}").json() == decision
