"""Health, metrics, the audit log with its backups, and the store's own bad days."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from automation.store import database
from chassis.settings import SettingsError
from starlette.testclient import TestClient

from tests.systems.automation.conftest import Make, headers


def folder_of(client: TestClient) -> Path:
    found: Path = client.app.state.instance.folder  # type: ignore[attr-defined]
    return found


def test_health_is_as_described(api: TestClient) -> None:
    assert api.get("/health").json() == {
        "status": "degraded",
        "version": "1.0.0",
        "redis": "unavailable",
        "queue_depth": 0,
    }
    assert api.get("/api/health/detailed").json() == api.get("/health/detailed").json()


def test_health_warns_from_a_depth_on(make: Make) -> None:
    client = make(AUTOMATION_MONITORING_QUEUE_DEPTH_WARN="2", AUTOMATION_AUTH_ENABLED="false")

    def warnings() -> list[str]:
        return [each for each in client.get("/health/detailed").json()["warnings"] if "queue_depth_warn" in each]

    client.post("/api/workflows", json={})
    assert warnings() == []
    client.post("/api/workflows", json={})
    assert len(warnings()) == 1
    assert client.get("/health").json()["status"] == "degraded"


def test_metrics_agree_with_the_requests_made(make: Make) -> None:
    client = make()
    admin = headers(client)
    before = client.get("/metrics", headers=admin).json()
    for _ in range(3):
        client.get("/api/leads", headers=admin)
    client.get("/api/nonexistent", headers=admin)
    client.get("/api/leads")
    after = client.get("/api/metrics", headers=admin).json()
    assert set(after) == {
        "requests_total",
        "requests_failed",
        "avg_latency_ms",
        "max_latency_ms",
        "uptime_seconds",
        "queue_depth",
        "rate_limit",
    }
    assert after["requests_total"] - before["requests_total"] == 6
    assert after["requests_failed"] - before["requests_failed"] == 2
    assert 0 < after["avg_latency_ms"] <= after["max_latency_ms"]
    assert after["uptime_seconds"] > before["uptime_seconds"]
    assert after["rate_limit"] == {"enabled": False, "window_seconds": 60, "max_requests": 120}


def test_prometheus_is_answered_where_it_is_asked_for(api: TestClient) -> None:
    for answer in (api.get("/metrics", headers={"Accept": "text/plain;version=0.0.4"}), api.get("/metrics/prometheus")):
        assert "automation_http_requests_total{" in answer.text
        assert "automation_queue_depth 0.0" in answer.text
    assert api.get("/metrics").headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("compress", ["true", "false"])
def test_a_backup_holds_the_log_and_restores_whole(api: TestClient, compress: str) -> None:
    made = api.post(f"/api/admin/audit/backup?compress={compress}").json()
    assert api.get("/api/admin/audit/backups").json()["backups"] == [made]
    packed = (folder_of(api) / "backups/audit" / made["name"]).read_bytes()
    content = gzip.decompress(packed) if compress == "true" else packed
    log = folder_of(api) / "audit.jsonl"
    assert log.read_bytes().startswith(content)
    assert content.count(b"\n") == made["records"] >= 1
    log.unlink()
    api.post("/api/auth/keys", json={"name": "after the loss"})
    restored = api.post(f"/api/admin/audit/backups/{made['name']}/restore").json()["restored"]
    assert restored == {"records": made["records"], "added": made["records"], "kept": 1}
    assert log.read_bytes().startswith(content)
    whats = [json.loads(line)["what"] for line in log.read_text().splitlines()]
    assert whats[made["records"] :] == ["make an API key", "restore the audit log"]


def test_a_restore_over_a_newer_log_loses_nothing(api: TestClient) -> None:
    made = api.post("/api/admin/audit/backup").json()
    api.post("/api/auth/keys", json={})
    before = (folder_of(api) / "audit.jsonl").read_bytes()
    restored = api.post(f"/api/admin/audit/backups/{made['name']}/restore").json()["restored"]
    assert restored == {"records": made["records"], "added": 0, "kept": 2}
    assert (folder_of(api) / "audit.jsonl").read_bytes().startswith(before)


def test_a_corrupt_backup_is_refused_and_the_log_stays(api: TestClient) -> None:
    made = api.post("/api/admin/audit/backup?compress=true").json()
    file = folder_of(api) / "backups/audit" / made["name"]
    before = (folder_of(api) / "audit.jsonl").read_bytes()
    for content in (b"", file.read_bytes()[:-9], gzip.compress(b"{}\n")):
        file.write_bytes(content)
        answer = api.post(f"/api/admin/audit/backups/{made['name']}/restore")
        assert answer.status_code == 409
        assert made["name"] in answer.json()["detail"]
    assert (folder_of(api) / "audit.jsonl").read_bytes().startswith(before)


@pytest.mark.parametrize("name", ["none", "..%2F..%2Faudit.jsonl", "..%2Faudit.jsonl", "%2Fetc%2Fpasswd"])
def test_a_backup_that_is_not_there_or_elsewhere_is_not_found(api: TestClient, name: str) -> None:
    assert api.post(f"/api/admin/audit/backups/{name}/restore").status_code == 404


def test_backups_are_for_admins(make: Make) -> None:
    client = make()
    user = headers(client, "user", "user-password")
    assert client.post("/api/admin/audit/backup", headers=user).status_code == 403
    assert client.get("/api/admin/audit/backups", headers=user).status_code == 403
    assert client.get("/api/admin/dead-letters", headers=user).status_code == 403
    assert client.get("/api/admin/audit/backups", headers=headers(client)).json() == {"backups": []}


def test_a_store_that_cannot_be_used_is_503_and_unhealthy(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("automation.store.leads.Leads.add_in", full)
    answer = api.post("/api/leads", json={})
    assert answer.status_code == 503
    assert "disk is full" in answer.json()["detail"]
    monkeypatch.setattr("automation.store.jobs.depth", full)
    assert api.get("/health").status_code == 503
    assert api.get("/health").json()["status"] == "unhealthy"


def test_a_database_of_a_newer_version_ends_the_start(tmp_path: Path) -> None:
    database.prepare(tmp_path)
    with sqlite3.connect(tmp_path / database.FILE_NAME) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(SettingsError, match=r"AUTOMATION_DATA_DIR.*version 99, newer than"):
        database.prepare(tmp_path)


def test_a_file_that_is_no_database_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / database.FILE_NAME).write_bytes(b"x" * 5000)
    with pytest.raises(SettingsError, match=r"AUTOMATION_DATA_DIR.*not a database"):
        database.prepare(tmp_path)


def test_openapi_describes_every_route(api: TestClient) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert {"/api/leads", "/api/leads/{lead_id}", "/api/workflows/trigger", "/metrics", "/health"} <= set(paths)
    body = paths["/api/leads"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "email" in body["properties"]
