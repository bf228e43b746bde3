"""Delivery to a CRM that is slow, fails, answers by halves, or is down: once, and in nobody's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import httpx
import pytest
import uvicorn
from automation.crm import client as crm_client
from automation.crm.client import Delivered, Refused, Unclear
from backends.crm import create_app
from starlette.testclient import TestClient

from tests.systems.automation.conftest import Make, Worker, headers


@pytest.fixture(scope="module")
def crm() -> Iterator[httpx.Client]:
    """A CRM that runs."""
    server = uvicorn.Server(uvicorn.Config(create_app("crm"), port=0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def system(crm: httpx.Client, make: Make) -> tuple[TestClient, Worker]:
    crm.delete("/admin/behaviour")
    client = make(
        AUTOMATION_CRM_API_BASE_URL=str(crm.base_url),
        AUTOMATION_CRM_TIMEOUT_SECONDS="0.5",
        AUTOMATION_CRM_MAX_ATTEMPTS="4",
        AUTOMATION_CRM_CIRCUIT_FAILURES="3",
    )
    client.headers.update(headers(client))
    return client, Worker(client)


def create(api: TestClient, **fields: Any) -> str:
    return str(api.post("/api/leads", json={"email": "a@b.c", **fields}).json()["id"])


def delivery(api: TestClient, lead: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/api/leads/{lead}").json()["crm"]
    return found


def kept(crm: httpx.Client, lead: str) -> list[dict[str, Any]]:
    return [each for each in crm.get("/api/leads").json()["leads"] if each["external_id"] == lead]


def test_a_lead_is_delivered_with_all_its_fields(system: tuple[TestClient, Worker], crm: httpx.Client) -> None:
    api, worker = system
    lead = create(api, company="Müller & Söhne")
    assert delivery(api, lead)["state"] == "queued"
    worker.work()
    (found,) = kept(crm, lead)
    assert found["company"] == "Müller & Söhne"
    assert delivery(api, lead)["state"] == "delivered"
    assert delivery(api, lead)["crm_id"] == found["id"]


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 500},
        {"status": 429, "retry_after_seconds": 1},
        {"status": 503, "retry_after_seconds": 1, "retry_after_date": True},
        {"half": True},
        {"keep_delay_seconds": 1},
        {"status": 502, "keep": True},
    ],
)
def test_whatever_happens_it_is_delivered_once(
    system: tuple[TestClient, Worker], crm: httpx.Client, trouble: dict[str, Any]
) -> None:
    api, worker = system
    crm.put("/admin/behaviour", json={**trouble, "times": 1})
    lead = create(api)
    worker.work()
    assert delivery(api, lead)["state"] == "retrying"
    assert delivery(api, lead)["error"]
    worker.work_all()
    assert delivery(api, lead) | {"error": None, "attempts": 2, "state": "delivered"} == delivery(api, lead)
    assert len(kept(crm, lead)) == 1


def test_a_lead_that_the_crm_refuses_is_a_dead_letter_that_can_be_retried(
    system: tuple[TestClient, Worker], crm: httpx.Client
) -> None:
    api, worker = system
    crm.put("/admin/behaviour", json={"status": 400, "times": 1})
    lead = create(api)
    worker.work_all()
    assert (delivery(api, lead)["state"], delivery(api, lead)["attempts"]) == ("failed", 1)
    (letter,) = api.get("/api/admin/dead-letters").json()["dead_letters"]
    assert "status 400" in letter["error"]
    api.post(f"/api/admin/dead-letters/{letter['id']}/retry")
    worker.work_all()
    assert delivery(api, lead)["state"] == "delivered"


def test_a_crm_that_is_down_is_left_alone_and_health_says_so(
    system: tuple[TestClient, Worker], crm: httpx.Client
) -> None:
    api, worker = system
    crm.put("/admin/behaviour", json={"status": 500})
    leads = [create(api) for _ in range(10)]
    before = crm.get("/admin/stats").json()["attempts"]
    for _ in range(3):
        worker.make_due()
        worker.work()
    assert crm.get("/admin/stats").json()["attempts"] - before == 3
    found = api.get("/health/detailed").json()
    assert found["components"]["crm"] == {"status": "degraded", "detail": "circuit open"}
    assert found["queue_depth"] == 10
    crm.delete("/admin/behaviour")
    with worker.store.writing() as transaction:
        transaction.execute("UPDATE circuits SET open_until = 0")
    worker.work_all()
    assert {delivery(api, lead)["state"] for lead in leads} == {"delivered"}
    assert crm.get("/admin/stats").json()["doubles"] == 0


def test_it_is_not_tried_for_ever(system: tuple[TestClient, Worker], crm: httpx.Client) -> None:
    api, worker = system
    crm.put("/admin/behaviour", json={"status": 429})
    lead = create(api)
    worker.work_all()
    crm.delete("/admin/behaviour")
    assert delivery(api, lead)["state"] == "failed"
    assert delivery(api, lead)["error"].startswith("tried 4 times; at last status 429")


def test_a_workflow_waits_for_the_delivery(system: tuple[TestClient, Worker]) -> None:
    api, worker = system
    run = api.post("/api/workflows", json={"lead": {}, "steps": [{"action": "deliver"}]}).json()["workflow_id"]
    worker.work_all()
    (step,) = api.get(f"/api/workflows/{run}/status").json()["steps"]
    assert step["status"] == "completed"
    assert step["result"].startswith("the CRM knows it as")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((201, None, b'{"id": 7}'), Delivered("7")),
        ((200, None, b"[]"), Unclear("status 200 with an answer without id")),
        ((200, None, b"<html>"), Unclear("status 200 with an answer that is not JSON")),
        ((404, None, b"no"), Refused("status 404: no")),
        ((302, None, b""), Refused("status 302")),
        ((429, "3", b""), Unclear("status 429", 3.0, counts=False)),
        ((500, None, b""), Unclear("status 500", 0.0)),
    ],
)
def test_what_answers_mean(answer: tuple[int, str | None, bytes], outcome: object) -> None:
    assert crm_client.judged(*answer) == outcome


@pytest.mark.parametrize(
    ("told", "seconds"), [(None, 0), ("junk", 0), ("-5", 0), ("nan", 0), ("inf", 3600), ("2.5", 2.5)]
)
def test_retry_after_is_seconds(told: str | None, seconds: float) -> None:
    assert crm_client.seconds_of(told) == seconds


def test_retry_after_is_a_date() -> None:
    assert 58 < crm_client.seconds_of(formatdate(time.time() + 60, usegmt=True)) <= 60
    assert crm_client.seconds_of(formatdate(time.time() - 60, usegmt=True)) == 0
