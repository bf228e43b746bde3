"""What the metrics tell beyond counted requests: components, services in trouble, the store, dispatches."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from support.base.waiting import until
from tests.systems.caio.service.conftest import ADMIN, SERVICE, TOKENS, Open, bearer, contract

CHAT = {"intent": {"type": "chat"}, "input": {"message": "Good morning"}, "deadline_ms": 1000}


def metric(client: TestClient, name: str) -> float | None:
    """The value of one sample, or None where there is no such sample."""
    lines = [line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {sample: float(value) for sample, value in lines}.get(name)


def test_components_are_told_by_name(open_app: Open, tmp_path: Path) -> None:
    client = open_app(DATA_DIR=tmp_path)
    assert metric(client, "caio_ready") == 1
    (tmp_path / "signing-key.pem").write_text("no key")
    # A check that takes long, on a busy machine, is told by a later look.
    until(lambda: metric(client, 'caio_component_healthy{component="security_verifier"}') == 0, 10, "it to fail")
    assert metric(client, 'caio_component_healthy{component="registry"}') == 1
    assert metric(client, "caio_ready") == 0


def test_a_locked_store_is_counted_and_does_not_hold_up_the_metrics(open_app: Open, tmp_path: Path) -> None:
    client = open_app(DATA_DIR=tmp_path)
    assert metric(client, "caio_store_failures_total") == 0
    holder = sqlite3.connect(tmp_path / "caio.db")
    holder.execute("BEGIN EXCLUSIVE")
    assert client.post("/api/v1/services", json=contract("a")).status_code == 503
    seen = metric(client, "caio_store_failures_total")
    assert seen is not None
    assert seen >= 1
    holder.close()


def test_only_services_in_trouble_are_told_one_by_one(open_app: Open) -> None:
    client = open_app(CIRCUIT_FAILURES=1)
    client.post("/api/v1/services", json=contract("dead"))
    sign = 'caio_service_failing{service_id="dead",sign="circuit"}'
    assert metric(client, sign) is None
    client.post("/api/v1/dispatch", json=CHAT)
    assert metric(client, sign) == 1
    client.delete("/api/v1/services/dead")
    assert metric(client, sign) is None


@pytest.mark.parametrize(("service", "outcome"), [("dead", "dispatch-failed"), ("none", "no-matching-services")])
def test_dispatches_are_counted_by_what_their_callers_were_told(open_app: Open, service: str, outcome: str) -> None:
    client = open_app()
    if service == "dead":
        client.post("/api/v1/services", json=contract("dead"))
    assert metric(client, f'caio_dispatches_total{{outcome="{outcome}"}}') == 0
    client.post("/api/v1/dispatch", json=CHAT)
    assert metric(client, f'caio_dispatches_total{{outcome="{outcome}"}}') == 1


def test_the_room_in_the_registry_is_told(open_app: Open) -> None:
    client = open_app(REGISTRY_SIZE=2)
    client.post("/api/v1/services", json=contract("a"))
    assert (metric(client, "caio_services"), metric(client, "caio_registry_capacity")) == (1, 2)


def test_refusals_are_counted_from_zero(open_app: Open) -> None:
    client = open_app(AUTH_REQUIRED="true", AUTH_SECRET_KEY="a-secret-key", AUTH_TOKENS=TOKENS)
    for reason in ("missing", "unknown", "forbidden", "rate-limited"):
        assert metric(client, f'caio_auth_refusals_total{{reason="{reason}"}}') == 0
    client.get("/api/v1/services", headers=bearer(ADMIN[::-1]))
    client.post("/api/v1/services", headers=bearer(SERVICE), json=contract())
    assert metric(client, 'caio_auth_refusals_total{reason="unknown"}') == 1
    assert metric(client, 'caio_auth_refusals_total{reason="forbidden"}') == 1
