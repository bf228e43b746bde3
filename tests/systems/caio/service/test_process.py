"""CAIO as a real process: how it starts, refuses to start, stops, dies and comes back, and what it writes."""

from __future__ import annotations

import concurrent.futures
import json
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.systems.caio.service.conftest import ADMIN, TOKENS, USER, Running, bearer, contract, until

Start = Callable[..., Running]

CHAT = {"intent": {"type": "chat"}}


def lines(running: Running) -> list[dict[str, Any]]:
    return [json.loads(line) for line in running.log.read_text().splitlines()]


def test_every_line_is_a_json_object_also_those_of_the_server_and_of_bad_requests(start: Start) -> None:
    running = start()
    answer = running.http.get("/health", headers={"X-Request-ID": "look-for-me"})
    with socket.create_connection(("127.0.0.1", running.http.base_url.port or 0)) as raw:
        raw.sendall(b"\x00\x01 nonsense\r\n\r\n")
        raw.recv(1000)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(10) == 0
    written = lines(running)
    for line in written:
        assert {"time", "level", "event", "request_id", "logger"} <= line.keys()
    assert any(line["logger"].startswith("uvicorn") for line in written)
    mine = [line for line in written if line["request_id"] == answer.headers["x-request-id"]]
    assert [(line["event"], line["path"], line["status"]) for line in mine] == [("request", "/health", 200)]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ENV": "production"}, ["CAIO_AUTH_SECRET_KEY"]),
        ({"PORT": "eighty"}, ["CAIO_PORT", "eighty"]),
        ({"DATA_DIR": "/proc/none"}, ["CAIO_DATA_DIR", "/proc/none"]),
        ({"HOST": "no.such.host.invalid"}, ["CAIO_HOST", "no.such.host.invalid"]),
    ],
)
def test_an_unusable_setting_ends_the_start_with_one_line(
    start: Start, variables: dict[str, str], words: list[str]
) -> None:
    running = start(ready=None, **variables)
    assert running.process.wait(10) == 2
    (line,) = lines(running)
    assert line["level"] == "error"
    assert all(word in line["event"] for word in words)


def test_a_taken_port_is_named(start: Start) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        running = start(ready=None, PORT=holder.getsockname()[1])
        assert running.process.wait(10) == 2
    (line,) = lines(running)
    assert "CAIO_PORT" in line["event"]
    assert "address already in use" in line["event"]


def test_what_was_acknowledged_survives_being_killed_in_the_midst_of_work(start: Start) -> None:
    running = start()
    services: list[str] = []
    decisions: list[dict[str, Any]] = []
    stop = threading.Event()

    def work(worker: int) -> None:
        with httpx.Client(base_url=running.url, trust_env=False, timeout=10) as http:
            for number in range(10_000):
                name = f"s{worker}-{number}"
                try:
                    if http.post("/api/v1/services", json=contract(name)).status_code == 201:
                        services.append(name)
                    decision = http.post("/api/v1/route", json={**CHAT, "context": {"n": name}})
                    if decision.status_code == 200:
                        decisions.append(decision.json())
                except httpx.TransportError:
                    return
                if stop.is_set():
                    return

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work, worker) for worker in range(4)]
        until(lambda: len(decisions) >= 40, "forty decisions are made")
        running.kill()
        stop.set()
        for worker in workers:
            worker.result(20)
    again = start()
    known = {item["service_id"] for item in again.http.get("/api/v1/services?limit=1000").json()["items"]}
    assert set(services) <= known
    for decision in decisions:
        assert again.http.get(f"/api/v1/decisions/{decision['decision_id']}").json() == decision
    assert again.http.post("/api/v1/decisions/verify", json={"decision": decisions[0]}).json()["valid"]


def test_sigterm_lets_requests_in_flight_finish(start: Start) -> None:
    running = start()
    with socket.create_server(("127.0.0.1", 0)) as slow:
        api = contract()["api"] | {"base_url": f"http://127.0.0.1:{slow.getsockname()[1]}"}
        assert running.http.post("/api/v1/services", json=contract("slow", api=api)).status_code == 201
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(httpx.post, f"{running.url}/api/v1/dispatch", json=CHAT, timeout=20)
            connection, _ = slow.accept()
            connection.recv(65_536)
            running.process.send_signal(signal.SIGTERM)
            until(lambda: "Shutting down" in running.log.read_text(), "the server has begun to stop")
            body = b'{"reply": "late"}'
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            assert answer.result(20).json()["output"] == {"reply": "late"}
            connection.close()
    assert running.process.wait(10) == 0


def test_a_dead_service_is_replaced_by_the_next_and_comes_back(start: Start, backend: Callable[..., Running]) -> None:
    running = start(PROBE_INTERVAL=0.1, CIRCUIT_OPEN_SECONDS=0.2, CIRCUIT_FAILURES=2)
    best, other = backend("best"), backend("other")
    for cost, service in ((0, best), (1, other)):
        api = {
            "protocol": "http",
            "base_url": service.url,
            "health": "/health",
            "endpoints": [{"path": "/chat", "method": "POST", "idempotent": True}],
        }
        body = contract("best" if service is best else "other", api=api, cost={"per_call": cost})
        assert running.http.post("/api/v1/services", json=body).status_code == 201

    def served_by() -> str:
        answer = running.http.post("/api/v1/dispatch", json={**CHAT, "input": {"message": "Hello"}})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["output"]["served_by"])

    assert served_by() == "best"
    best.kill()
    assert [served_by() for _ in range(5)] == ["other"] * 5
    backend("best", int(best.url.rpartition(":")[2]))
    until(lambda: served_by() == "best", "the recovered service gets traffic again")


def test_no_secret_reaches_the_log_of_a_process(start: Start) -> None:
    secret = "a-secret-key-for-this-test"
    running = start(ENV="production", AUTH_SECRET_KEY=secret, AUTH_TOKENS=TOKENS, LOG_LEVEL="debug")
    assert running.http.get("/api/v1/services", headers=bearer(ADMIN)).status_code == 200
    assert running.http.get("/api/v1/services", headers=bearer("wrong-token-77")).status_code == 401
    assert running.http.get(f"/api/v1/services/{USER}?token={USER}", headers=bearer(ADMIN)).status_code == 404
    running.process.terminate()
    assert running.process.wait(10) == 0
    log = running.log.read_text()
    for hidden in (secret, ADMIN, USER, "wrong-token-77"):
        assert hidden not in log
    lines(running)


def test_a_misspelt_variable_is_pointed_out(start: Start) -> None:
    running = start(CORS_ORIGIN="https://example.com")
    assert any("did you mean CAIO_CORS_ORIGINS?" in line["event"] for line in lines(running))
