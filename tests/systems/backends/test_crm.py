"""The small CRM: one lead for each idempotency key, and it misbehaves as asked."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest
from backends.crm import create_app
from starlette.testclient import TestClient

LEAD = {"external_id": "l1", "email": "a@b.c"}


@pytest.fixture
def crm() -> TestClient:
    return TestClient(create_app("crm"), raise_server_exceptions=False)


def deliver(crm: TestClient, key: str = "k1") -> int:
    return int(crm.post("/api/leads", json=LEAD, headers={"Idempotency-Key": key}).status_code)


def test_a_key_keeps_one_lead(crm: TestClient) -> None:
    assert [deliver(crm), deliver(crm)] == [201, 200]
    (lead,) = crm.get("/api/leads").json()["leads"]
    assert crm.get(f"/api/leads/{lead['id']}").json()["email"] == "a@b.c"
    assert crm.get("/admin/stats").json() == {"leads": 1, "attempts": 2, "repeated": 1, "doubles": 0}
    assert [each["key"] for each in crm.get("/admin/attempts").json()["attempts"]] == ["k1", "k1"]


def test_another_key_for_the_same_lead_is_a_double(crm: TestClient) -> None:
    assert [deliver(crm, "k1"), deliver(crm, "k2")] == [201, 201]
    assert crm.get("/admin/stats").json()["doubles"] == 1


def test_it_fails_as_often_as_asked(crm: TestClient) -> None:
    crm.put("/admin/behaviour", json={"status": 500, "times": 2})
    assert [deliver(crm) for _ in range(3)] == [500, 500, 201]
    crm.put("/admin/behaviour", json={"status": 503})
    assert [deliver(crm) for _ in range(3)] == [503] * 3
    crm.delete("/admin/behaviour")
    assert deliver(crm) == 200


def test_it_may_keep_and_fail(crm: TestClient) -> None:
    crm.put("/admin/behaviour", json={"status": 500, "keep": True, "times": 1})
    assert deliver(crm) == 500
    assert crm.get("/admin/stats").json()["leads"] == 1


def test_it_says_when_to_come_again(crm: TestClient) -> None:
    crm.put("/admin/behaviour", json={"status": 429, "retry_after_seconds": 5, "times": 1})
    assert crm.post("/api/leads", json=LEAD).headers["Retry-After"] == "5"
    crm.put("/admin/behaviour", json={"status": 429, "retry_after_seconds": 60, "retry_after_date": True, "times": 1})
    moment = parsedate_to_datetime(crm.post("/api/leads", json=LEAD).headers["Retry-After"])
    assert 55 < moment.timestamp() - time.time() <= 60


@pytest.mark.parametrize("body", [{"stauts": 500}, {"status": "500"}, {"half": 1}, {"times": True}])
def test_a_behaviour_that_it_does_not_know_is_refused(crm: TestClient, body: dict[str, object]) -> None:
    answer = crm.put("/admin/behaviour", json=body)
    assert answer.status_code == 422
    assert next(iter(body)) in answer.json()["detail"]


def test_what_is_no_lead_is_refused(crm: TestClient) -> None:
    assert crm.post("/api/leads", content=b"[]").status_code == 422
    assert crm.get("/api/leads/none").status_code == 404
