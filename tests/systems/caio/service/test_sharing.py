"""Several CAIO on one data folder: what one acknowledges all others know, and what may be there once is there once."""

from __future__ import annotations

import concurrent.futures
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from caio.store import keys

from tests.systems.caio.service.conftest import Running, contract

Start = Callable[..., Running]

CHAT = {"intent": {"type": "chat"}}


def registered(running: Running, **page: Any) -> list[str]:
    answer = running.http.get("/api/v1/services", params={"limit": 1000, **page})
    return [item["service_id"] for item in answer.json()["items"]]


def register(running: Running, *names: str, **changes: Any) -> list[int]:
    return [running.http.post("/api/v1/services", json=contract(name, **changes)).status_code for name in names]


def decide(running: Running, **request: Any) -> dict[str, Any]:
    answer = running.http.post("/api/v1/route", json={**CHAT, **request})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_what_one_acknowledges_the_other_knows_at_once(start: Start) -> None:
    one, two = start(), start()
    assert register(one, "a") == [201]
    assert decide(two)["service_id"] == "a"
    for number in range(50):
        first, second = (one, two) if number % 2 else (two, one)
        assert register(first, f"s{number}") == [201]
        assert second.http.get(f"/api/v1/services/s{number}").status_code == 200
        assert first.http.put("/api/v1/services/a", json=contract("a", version=f"2.{number}")).status_code == 200
        assert second.http.get("/api/v1/services/a").json()["version"] == f"2.{number}"
        assert second.http.delete(f"/api/v1/services/s{number}").status_code == 204
        assert first.http.get(f"/api/v1/services/s{number}").status_code == 404
    assert registered(one) == registered(two) == ["a"]


def test_a_change_is_refused_by_what_the_other_has_taken(start: Start) -> None:
    one, two = start(REGISTRY_SIZE=2), start(REGISTRY_SIZE=2)
    assert register(one, "a") == [201]
    again = two.http.post("/api/v1/services", json=contract("a"))
    assert (again.status_code, again.json()["type"]) == (409, "urn:caio:problem:service-exists")
    assert two.http.post("/api/v1/services", json=contract("a", version="2")).status_code == 409
    assert two.http.put("/api/v1/services/a", json=contract("a", version="2")).status_code == 200
    assert one.http.delete("/api/v1/services/a").status_code == 204
    assert two.http.delete("/api/v1/services/a").status_code == 404
    assert register(one, "a", "b") == [201, 201]
    full = two.http.post("/api/v1/services", json=contract("c"))
    assert (full.status_code, full.json()["type"]) == (507, "urn:caio:problem:registry-full")


def test_of_registrations_at_the_same_time_as_many_are_taken_as_there_is_room_for(start: Start) -> None:
    both = [start(REGISTRY_SIZE=30), start(REGISTRY_SIZE=30)]

    def attempt(number: int) -> tuple[str, int]:
        # Each name is tried on both, and there are more names than places.
        name = f"s{number // 2:03}"
        with httpx.Client(base_url=both[number % 2].url, trust_env=False, timeout=20) as http:
            return name, http.post("/api/v1/services", json=contract(name)).status_code

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = list(pool.map(attempt, range(80)))
    taken = [name for name, status in results if status == 201]
    assert len(taken) == len(set(taken)) == 30
    assert {status for _, status in results} <= {201, 409, 507}
    assert registered(both[0]) == registered(both[1]) == sorted(taken)


def test_replicas_agree_on_decisions_pages_and_the_digest_of_the_registry(start: Start) -> None:
    one, two = start(), start()
    for running, names in ((one, "ceg"), (two, "fdb"), (one, "ah")):
        register(running, *names)
    three = start()
    for seed in range(10):
        made = [decide(running, seed=seed) for running in (one, two, three)]
        assert made[0] == made[1] == made[2]
        assert two.http.get(f"/api/v1/decisions/{made[0]['decision_id']}").json() == made[0]
    first = one.http.get("/api/v1/services?limit=3").json()
    assert registered(three, limit=3, cursor=first["next"]) == list("def")
    assert one.http.get("/api/v1/keys").json() == two.http.get("/api/v1/keys").json()
    assert two.http.post("/api/v1/decisions/verify", json={"decision": made[0]}).json()["valid"]


def test_who_was_away_for_longer_than_the_journal_reaches_reads_everything(
    start: Start, open_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("caio.store.changes.KEPT", 3)
    sleepy = open_app(DATA_DIR=tmp_path / "data")
    assert sleepy.post("/api/v1/services", json=contract("old")).status_code == 201
    busy = open_app(DATA_DIR=tmp_path / "data")
    assert busy.delete("/api/v1/services/old").status_code == 204
    for name in "abcdef":
        assert busy.post("/api/v1/services", json=contract(name)).status_code == 201
    known = [item["service_id"] for item in sleepy.get("/api/v1/services").json()["items"]]
    assert known == list("abcdef")


def test_one_change_among_many_services_is_all_that_is_read(
    open_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, two = open_app(DATA_DIR=tmp_path / "data"), open_app(DATA_DIR=tmp_path / "data")
    for number in range(20):
        assert one.post("/api/v1/services", json=contract(f"s{number}")).status_code == 201
    assert two.get("/api/v1/services").json()["total"] == 20
    assert one.delete("/api/v1/services/s3").status_code == 204
    assert one.post("/api/v1/services", json=contract("late")).status_code == 201
    parsed: list[str] = []
    original = two.app.state.instance.replica.put
    monkeypatch.setattr(
        two.app.state.instance.replica, "put", lambda name, text: (parsed.append(name), original(name, text))
    )
    assert two.get("/api/v1/services").json()["total"] == 20
    assert sorted(parsed) == ["late", "s3"]


def test_instances_that_start_together_on_an_empty_folder_end_with_one_key_and_one_store(
    start: Start, tmp_path: Path
) -> None:
    all_of_them = [start(ready=None) for _ in range(4)]
    for running in all_of_them:
        running.ready("/health/ready")
    (kept,) = (running.http.get("/api/v1/keys").json()["keys"] for running in all_of_them[:1])
    assert all(running.http.get("/api/v1/keys").json()["keys"] == kept for running in all_of_them)
    assert [path.name for path in (tmp_path / "data").glob("signing-key*")] == [keys.FILE_NAME]
    register(all_of_them[0], "a")
    assert [registered(running) for running in all_of_them] == [["a"]] * 4


def test_audit_records_of_both_are_whole_lines(start: Start, tmp_path: Path) -> None:
    both = [start(), start()]

    def work(number: int) -> None:
        with httpx.Client(base_url=both[number % 2].url, trust_env=False, timeout=20) as http:
            for turn in range(25):
                http.delete(f"/api/v1/services/{'x' * 200}-{number}-{turn}")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    records = [json.loads(line) for line in (tmp_path / "data" / "audit.jsonl").read_text().splitlines()]
    assert len({record["target"] for record in records}) == len(records) == 200


def test_one_that_dies_takes_nothing_from_the_other(start: Start) -> None:
    one, two = start(), start()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        working = pool.submit(register, two, *(f"s{number}" for number in range(100)))
        register(one, "a", "b")
        one.kill()
        assert working.result(30) == [201] * 100
    assert len(registered(two)) == 102
    assert len(registered(start())) == 102


def test_how_calls_ended_counts_on_every_instance_and_after_a_restart(
    start: Start, backend: Callable[..., Running]
) -> None:
    one, two = start(CIRCUIT_FAILURES=1000), start(CIRCUIT_FAILURES=1000)
    works = backend("works")
    for name, url, cost in (("fails", "http://127.0.0.1:9", 0), ("works", works.url, 0.01)):
        api = contract()["api"] | {"base_url": url}
        assert register(one, name, api=api, cost={"per_call": cost}) == [201]
    assert decide(two)["service_id"] == "fails"
    answer = one.http.post("/api/v1/dispatch", json={**CHAT, "input": {"message": "Hello"}})
    assert [attempt["service_id"] for attempt in answer.json()["attempts"]] == ["fails", "works"]
    ways = [decide(running, seed=3) for running in (one, two, start(CIRCUIT_FAILURES=1000))]
    assert ways[0]["service_id"] == "works"
    assert ways[0] == ways[1] == ways[2]
    assert two.http.put("/api/v1/services/fails", json=contract("fails", version="2", cost={"per_call": 0})).is_success
    assert [decide(running)["service_id"] for running in (one, two)] == ["fails", "fails"]


def test_outcomes_told_at_the_same_time_leave_all_with_the_same_ranking(
    start: Start, backend: Callable[..., Running]
) -> None:
    both = [start(CIRCUIT_FAILURES=1000), start(CIRCUIT_FAILURES=1000)]
    works = backend("works")
    register(both[0], "works", api=contract()["api"] | {"base_url": works.url})
    register(both[0], "fails", cost={"per_call": 0})

    def work(number: int) -> int:
        with httpx.Client(base_url=both[number % 2].url, trust_env=False, timeout=20) as http:
            return http.post("/api/v1/dispatch", json={**CHAT, "input": {"message": "Hello"}}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(60))) == {200}
    assert decide(both[0], seed=5) == decide(both[1], seed=5)


def test_a_rate_limit_counts_over_all_instances(start: Start) -> None:
    both = [start(RATE_LIMIT="5/hour"), start(RATE_LIMIT="5/hour")]
    answers = [both[number % 2].http.get("/api/v1/services").status_code for number in range(8)]
    assert answers == [200] * 5 + [429] * 3
