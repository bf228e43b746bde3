"""Several processes behind one port: they answer alike, count as one, are replaced when they die, and end together."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.systems.caio.service.conftest import Running, contract, free_port, until

Start = Callable[..., Running]

CHAT = {"intent": {"type": "chat"}}


def workers(running: Running) -> list[int]:
    """The processes that serve."""
    pid = running.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def apart(running: Running, count: int, method: str = "GET", path: str = "/api/v1/keys", **how: Any) -> list[Any]:
    """Answers to so many requests at once, each over a connection of its own, so that no worker gets them all."""

    def one(_number: int) -> httpx.Response:
        with httpx.Client(base_url=running.url, trust_env=False, timeout=20) as http:
            return http.request(method, path, **how)

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        return list(pool.map(one, range(count)))


def counted(running: Running, sample: str) -> float:
    """What the metrics say, asked over a connection of its own."""
    (answer,) = apart(running, 1, path="/metrics")
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}.get(sample, 0.0)


def both_serve(running: Running) -> list[int]:
    """The workers, once there are two that listen."""
    log = running.log
    until(lambda: log.read_text().count("Application startup complete") >= 2, "both workers serve", 60)
    return workers(running)


KEYS = 'caio_http_requests_total{method="GET",route="/api/v1/keys",status="200"}'


def test_whoever_is_asked_tells_what_all_have_counted(start: Start) -> None:
    running = start(WORKERS=2)
    both_serve(running)
    assert {answer.status_code for answer in apart(running, 60)} == {200}
    assert [counted(running, KEYS) for _ in range(6)] == [60.0] * 6
    assert counted(running, "process_resident_memory_bytes") > 0
    assert counted(running, 'caio_build_info{version="1.0.0"}') == 1


def test_both_work_and_give_the_same_answers(start: Start) -> None:
    running = start(WORKERS=2)
    both = both_serve(running)
    assert running.http.post("/api/v1/services", json=contract("a")).status_code == 201
    answers = apart(running, 60, "POST", "/api/v1/route", json=CHAT)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    took = [sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])) for pid in both]
    assert len(both) == 2
    assert all(took)
    assert counted(running, 'caio_decisions_total{outcome="routed"}') == 60


def test_they_share_a_limit_and_tokens_without_being_given_a_key_or_a_folder(start: Start) -> None:
    running = start(WORKERS=2, RATE_LIMIT="10/minute", AUTH_TOKENS="admin-token-1111:admin", DATA_DIR="")
    both_serve(running)
    headers = {"Authorization": "Bearer admin-token-1111"}
    statuses = [answer.status_code for answer in apart(running, 40, headers=headers)]
    assert sorted(statuses) == [200] * 10 + [429] * 30


def test_what_one_decides_the_other_has_also_without_a_data_folder(start: Start) -> None:
    running = start(WORKERS=2, DATA_DIR="")
    both_serve(running)
    assert running.http.post("/api/v1/services", json=contract("a")).status_code == 201
    decision = running.http.post("/api/v1/route", json=CHAT).json()
    found = apart(running, 20, path=f"/api/v1/decisions/{decision['decision_id']}")
    assert [answer.json() for answer in found] == [decision] * 20


def test_a_worker_that_dies_is_replaced_and_what_it_counted_stays(start: Start) -> None:
    running = start(WORKERS=2)
    both = both_serve(running)
    assert {answer.status_code for answer in apart(running, 40)} == {200}
    os.kill(both[0], signal.SIGKILL)
    until(lambda: len(workers(running)) == 2 and both[0] not in workers(running), "another has taken its place")
    assert {answer.status_code for answer in apart(running, 20)} == {200}
    assert counted(running, KEYS) == 60
    assert '"a worker has ended and is replaced"' in running.log.read_text()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0


def test_a_signal_to_all_of_them_is_one_order_to_stop(start: Start) -> None:
    running = start(WORKERS=2, DRAIN_SECONDS=600)
    both_serve(running)
    os.killpg(running.process.pid, signal.SIGTERM)
    until(lambda: apart(running, 1, path="/health/ready")[0].status_code == 503, "they drain")
    os.killpg(running.process.pid, signal.SIGTERM)
    assert running.process.wait(20) == 0


def test_none_outlives_the_process_that_watches_them(start: Start) -> None:
    running = start(WORKERS=2)
    both = both_serve(running)
    running.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in both), "both have gone")


def test_a_port_that_is_taken_is_not_shared_by_accident(start: Start) -> None:
    running = start(WORKERS=2)
    other = start(None, WORKERS=2, PORT=running.url.rpartition(":")[2])
    assert other.process.wait(20) == 2
    assert "address already in use" in other.log.read_text()
    assert apart(running, 1)[0].status_code == 200


def test_what_keeps_one_from_starting_ends_the_start_once(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "broken.yaml").write_text("service_id: 1")
    running = start(None, WORKERS=3, CONTRACTS_DIR=folder)
    assert running.process.wait(20) == 2
    assert running.log.read_text().count("CAIO does not start") == 1


def test_a_number_that_cannot_be_is_named(start: Start) -> None:
    running = start(None, WORKERS=0)
    assert running.process.wait(20) == 2
    assert "CAIO_WORKERS" in running.log.read_text()


def test_requests_in_flight_at_every_worker_are_finished(start: Start) -> None:
    running = start(WORKERS=2)
    both_serve(running)
    with socket.create_server(("127.0.0.1", 0)) as slow, concurrent.futures.ThreadPoolExecutor(8) as pool:
        api = contract()["api"] | {"base_url": f"http://127.0.0.1:{slow.getsockname()[1]}"}
        assert running.http.post("/api/v1/services", json=contract("slow", api=api)).status_code == 201
        waiting = [
            pool.submit(httpx.post, f"{running.url}/api/v1/dispatch", json={**CHAT, "seed": number}, timeout=20)
            for number in range(8)
        ]
        connections = [slow.accept()[0] for _ in waiting]
        running.process.send_signal(signal.SIGTERM)
        body = b'{"reply": "late"}'
        for connection in connections:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        assert [each.result(20).json()["output"] for each in waiting] == [{"reply": "late"}] * 8
        for connection in connections:
            connection.close()
    assert running.process.wait(20) == 0


def test_beyond_the_number_kept_the_oldest_decisions_are_removed(start: Start, tmp_path: Path) -> None:
    running = start(DECISIONS_KEPT=100)
    assert running.http.post("/api/v1/services", json=contract("a")).status_code == 201
    made = [running.http.post("/api/v1/route", json={**CHAT, "seed": number}).json() for number in range(150)]

    def held() -> int:
        with sqlite3.connect(tmp_path / "data" / "caio.db") as database:
            return int(database.execute("SELECT count(*) FROM decisions").fetchone()[0])

    until(lambda: held() == 100, "the oldest are removed")
    assert running.http.get(f"/api/v1/decisions/{made[49]['decision_id']}").status_code == 404
    assert running.http.get(f"/api/v1/decisions/{made[50]['decision_id']}").json() == made[50]


@pytest.mark.parametrize("kept", [0, "many"])
def test_a_number_of_decisions_that_cannot_be_is_named(start: Start, kept: object) -> None:
    running = start(None, DECISIONS_KEPT=kept, PORT=free_port())
    assert running.process.wait(20) == 2
    assert "CAIO_DECISIONS_KEPT" in running.log.read_text()
