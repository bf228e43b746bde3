"""Dispatch against real HTTP services: fallback, effects, deadlines, circuits, probes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.systems.caio.service.conftest import Open, contract, free_port, until


@dataclass
class Peer:
    """A real HTTP service of this process, whose behaviour a test can change while it runs."""

    status: int = 200
    body: bytes = b'{"reply": "hello"}'
    hold: threading.Event | None = None
    received: list[tuple[str, bytes]] = field(default_factory=list)
    url: str = ""

    def calls(self, path: str = "/chat") -> int:
        return sum(seen == path for seen, _ in self.received)


def serve(peer: Peer, stack: ExitStack) -> Peer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def do_GET(self) -> None:
            self.answer(b"")

        def answer(self, body: bytes) -> None:
            peer.received.append((self.path, body))
            if peer.hold is not None:
                peer.hold.wait(20)
            self.send_response(peer.status)
            self.send_header("Content-Length", str(len(peer.body)))
            self.end_headers()
            self.wfile.write(peer.body)

        def log_message(self, *_: object) -> None:
            """Keeps the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    if peer.hold is not None:
        stack.callback(peer.hold.set)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    return peer


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    with ExitStack() as stack:
        yield lambda **how: serve(Peer(**how), stack)


def offer(
    client: TestClient, name: str, url: str, *, cost: float = 0.0, idempotent: bool = True, health: bool = False
) -> None:
    """Registers a service; the cheaper one is preferred."""
    api: dict[str, Any] = {
        "protocol": "http",
        "base_url": url,
        "endpoints": [{"path": "/chat", "method": "POST", "idempotent": idempotent}],
    }
    if health:
        api["health"] = "/health"
    body = contract(name, api=api, cost={"per_call": cost})
    assert client.post("/api/v1/services", json=body).status_code == 201


def ask(client: TestClient, **more: object) -> Any:
    return client.post("/api/v1/dispatch", json={"intent": {"type": "chat"}, "input": {"message": "hi"}, **more})


def outcomes(answer: Any) -> list[tuple[str, str]]:
    return [(attempt["service_id"], attempt["outcome"]) for attempt in answer.json()["attempts"]]


def nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}"


def test_the_chosen_service_gets_the_input_and_its_answer_comes_back(
    client: TestClient, peer: Callable[..., Peer]
) -> None:
    service = peer()
    offer(client, "a", service.url)
    answer = ask(client)
    assert answer.status_code == 200
    assert answer.json()["output"] == {"reply": "hello"}
    assert answer.json()["decision"]["service_id"] == answer.json()["service_id"] == "a"
    assert json.loads(service.received[0][1]) == {"message": "hi"}


@pytest.mark.parametrize("idempotent", [True, False])
def test_when_the_first_cannot_be_reached_the_next_answers(
    client: TestClient, peer: Callable[..., Peer], idempotent: bool
) -> None:
    offer(client, "dead", nowhere(), idempotent=idempotent)
    offer(client, "alive", peer().url, cost=1, idempotent=idempotent)
    answer = ask(client)
    assert outcomes(answer) == [("dead", "unreached"), ("alive", "answered")]
    decision = answer.json()["decision"]
    assert decision["service_id"] == "alive"
    reasons = {row["service_id"]: row["reason"] for row in decision["trace"]["candidates"]}
    assert "tried" in reasons["dead"]
    assert client.post("/api/v1/decisions/verify", json={"decision": decision}).json()["valid"]


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 302}, {"body": b"<html>"}])
def test_an_idempotent_call_that_failed_goes_to_the_next(
    client: TestClient, peer: Callable[..., Peer], how: dict[str, Any]
) -> None:
    offer(client, "failing", peer(**how).url)
    offer(client, "alive", peer().url, cost=1)
    assert outcomes(ask(client)) == [("failing", "failed"), ("alive", "answered")]


def test_a_call_that_may_have_had_an_effect_is_never_repeated(client: TestClient, peer: Callable[..., Peer]) -> None:
    failing, alive = peer(status=500), peer()
    offer(client, "failing", failing.url, idempotent=False)
    offer(client, "alive", alive.url, cost=1, idempotent=False)
    answer = ask(client)
    assert (answer.status_code, answer.json()["type"]) == (502, "urn:caio:problem:dispatch-failed")
    assert "failing" in answer.json()["detail"]
    assert (failing.calls(), alive.calls()) == (1, 0)


def test_input_that_a_service_refuses_is_not_taken_elsewhere(client: TestClient, peer: Callable[..., Peer]) -> None:
    refusing, alive = peer(status=422), peer()
    offer(client, "refusing", refusing.url)
    offer(client, "alive", alive.url, cost=1)
    answer = ask(client)
    assert (answer.status_code, outcomes(answer)) == (502, [("refusing", "rejected")])
    assert (refusing.calls(), alive.calls()) == (1, 0)


def test_a_silent_service_leaves_time_for_the_next(client: TestClient, peer: Callable[..., Peer]) -> None:
    offer(client, "silent", peer(hold=threading.Event()).url)
    offer(client, "alive", peer().url, cost=1)
    answer = ask(client, deadline_ms=800)
    assert answer.status_code == 200
    assert outcomes(answer) == [("silent", "timed-out"), ("alive", "answered")]


def test_the_deadline_ends_a_dispatch_with_one_clear_error(client: TestClient, peer: Callable[..., Peer]) -> None:
    offer(client, "silent", peer(hold=threading.Event()).url, idempotent=False)
    offer(client, "alive", peer().url, cost=1, idempotent=False)
    answer = ask(client, deadline_ms=300)
    assert (answer.status_code, answer.json()["type"]) == (504, "urn:caio:problem:deadline-exceeded")
    assert "silent" in answer.json()["detail"]


def test_when_all_fail_the_caller_learns_of_each_and_idempotent_calls_are_retried(
    client: TestClient, peer: Callable[..., Peer]
) -> None:
    one, two = peer(status=500), peer(status=503)
    offer(client, "one", one.url)
    offer(client, "two", two.url, cost=1)
    answer = ask(client)
    assert answer.status_code == 502
    assert (one.calls(), two.calls()) == (2, 2)
    assert "one" in answer.json()["detail"]
    assert "two" in answer.json()["detail"]


@pytest.mark.parametrize("deadline", [0, -1, 120_001, "1", 1.5])
def test_an_unusable_deadline_is_named(client: TestClient, deadline: object) -> None:
    answer = ask(client, deadline_ms=deadline)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "deadline_ms")


def state_of(client: TestClient, name: str) -> tuple[str, str]:
    entry = client.get(f"/api/v1/services/{name}").json()
    return entry["health"], entry["circuit"]


def test_a_circuit_opens_lets_one_trial_through_and_closes(open_app: Open, peer: Callable[..., Peer]) -> None:
    client = open_app(CIRCUIT_FAILURES=2, CIRCUIT_OPEN_SECONDS=0.2)
    service = peer(status=500)
    offer(client, "a", service.url, idempotent=False)
    assert [ask(client).status_code for _ in range(3)] == [502, 502, 409]
    assert state_of(client, "a")[1] == "open"
    assert service.calls() == 2
    service.status = 200
    until(lambda: ask(client).status_code == 200, "the trial goes through")
    assert state_of(client, "a")[1] == "closed"


def test_a_failed_trial_opens_the_circuit_again(open_app: Open, peer: Callable[..., Peer]) -> None:
    client = open_app(CIRCUIT_FAILURES=1, CIRCUIT_OPEN_SECONDS=0.2)
    service = peer(status=500)
    offer(client, "a", service.url, idempotent=False)
    assert ask(client).status_code == 502
    until(lambda: ask(client).status_code == 502, "the trial is made")
    assert (service.calls(), state_of(client, "a")[1]) == (2, "open")


def test_probes_notice_a_sick_service_and_its_recovery(open_app: Open, peer: Callable[..., Peer]) -> None:
    client = open_app(PROBE_INTERVAL=0.05, CIRCUIT_OPEN_SECONDS=0.05)
    service = peer()
    offer(client, "a", service.url, health=True)
    until(lambda: state_of(client, "a")[0] == "healthy", "the first probe succeeds")
    service.status = 500
    until(lambda: state_of(client, "a")[0] == "unhealthy", "a probe fails")
    answer = ask(client)
    assert (answer.status_code, service.calls()) == (409, 0)
    assert "unhealthy" in answer.json()["candidates"][0]["reason"]
    service.status = 200
    until(lambda: ask(client).status_code == 200, "a probe succeeds and requests come again")


def test_a_recovered_service_is_preferred_again(open_app: Open, peer: Callable[..., Peer]) -> None:
    client = open_app(PROBE_INTERVAL=0.05, CIRCUIT_OPEN_SECONDS=0.05, CIRCUIT_FAILURES=2)
    best = peer(status=500)
    offer(client, "best", best.url, health=True)
    offer(client, "other", peer().url, cost=1)
    assert ask(client).json()["service_id"] == "other"
    until(lambda: state_of(client, "best")[0] == "unhealthy", "a probe fails")
    assert outcomes(ask(client)) == [("other", "answered")]
    best.status = 200
    until(lambda: ask(client).json()["service_id"] == "best", "the better one is back")


def test_a_probe_on_demand_needs_a_health_path(client: TestClient, peer: Callable[..., Peer]) -> None:
    service = peer()
    offer(client, "with", service.url, health=True)
    offer(client, "without", service.url)
    assert client.post("/api/v1/services/with/probe").json()["health"] == "healthy"
    answer = client.post("/api/v1/services/without/probe")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:caio:problem:not-probeable")


def test_a_replaced_service_starts_with_a_clean_circuit(open_app: Open, peer: Callable[..., Peer]) -> None:
    client = open_app(CIRCUIT_FAILURES=1, CIRCUIT_OPEN_SECONDS=60)
    offer(client, "a", peer(status=500).url, idempotent=False)
    ask(client)
    assert state_of(client, "a")[1] == "open"
    newer = contract("a", version="2.0.0")
    newer["api"]["base_url"] = peer().url
    client.put("/api/v1/services/a", json=newer)
    assert ask(client).status_code == 200
