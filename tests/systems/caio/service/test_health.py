"""Health: each component broken from outside is named, and recovers; files take effect after their time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from tests.systems.caio.service.conftest import Open, contract

CHAT = {"intent": {"type": "chat"}}
COMPONENTS = {"registry", "rule_engine", "security_verifier", "traceability"}


@pytest.fixture
def client(open_app: Open, tmp_path: Path) -> TestClient:
    (tmp_path / "contracts").mkdir()
    return open_app(DATA_DIR=tmp_path / "data", CONTRACTS_DIR=tmp_path / "contracts", CONTRACT_CACHE_TTL=0)


def failed(client: TestClient) -> set[str]:
    """The components that health reports as failed, once readiness and liveness agree with it."""
    report = client.get("/health")
    bad = {name for name, state in report.json()["components"].items() if state["status"] != "healthy"}
    assert set(report.json()["components"]) == COMPONENTS
    assert report.status_code == client.get("/health/ready").status_code == (503 if bad else 200)
    assert report.json()["status"] == ("unhealthy" if bad else "healthy")
    assert client.get("/health/live").status_code == 200
    return bad


def test_a_locked_database_fails_traceability_until_it_is_free(client: TestClient, tmp_path: Path) -> None:
    client.post("/api/v1/services", json=contract())
    holder = sqlite3.connect(tmp_path / "data" / "caio.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert failed(client) == {"traceability"}
    refused = client.post("/api/v1/route", json=CHAT)
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:caio:problem:store-unavailable")
    assert client.post("/api/v1/services", json=contract("b")).status_code == 503
    assert client.get("/api/v1/services").json()["total"] == 1
    holder.execute("ROLLBACK")
    holder.close()
    assert failed(client) == set()
    assert client.post("/api/v1/route", json=CHAT).status_code == 200


def test_a_data_folder_that_went_away_is_noticed_and_its_return_too(client: TestClient, tmp_path: Path) -> None:
    client.post("/api/v1/services", json=contract())
    (tmp_path / "data").rename(tmp_path / "moved")
    assert failed(client) == {"registry", "security_verifier", "traceability"}
    assert client.post("/api/v1/route", json=CHAT).status_code == 503
    (tmp_path / "moved").rename(tmp_path / "data")
    assert failed(client) == set()
    assert client.post("/api/v1/route", json=CHAT).status_code == 200


def test_a_contracts_folder_that_went_away_fails_the_registry_only(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "contracts").rename(tmp_path / "moved")
    assert failed(client) == {"registry"}
    (tmp_path / "moved").rename(tmp_path / "contracts")
    assert failed(client) == set()


@pytest.mark.parametrize("text", ["- type: wish\n", "{", "just words\n", "- &a {type: cost, maximum: 1}\n- *a\n"])
def test_malformed_policies_fail_the_rule_engine_and_the_old_ones_stay(
    client: TestClient, tmp_path: Path, text: str
) -> None:
    client.post("/api/v1/services", json=contract())
    policies = tmp_path / "data" / "policies.yaml"
    policies.write_text("- {type: deny, services: [local-chat]}\n")
    assert client.post("/api/v1/route", json=CHAT).status_code == 409
    policies.write_text(text)
    assert failed(client) == {"rule_engine"}
    assert client.post("/api/v1/route", json=CHAT).status_code == 409
    policies.unlink()
    assert failed(client) == {"rule_engine"}
    assert client.post("/api/v1/route", json=CHAT).status_code == 409
    policies.write_text("[]\n")
    assert failed(client) == set()
    assert client.post("/api/v1/route", json=CHAT).status_code == 200


def test_a_damaged_or_exchanged_key_file_fails_the_security_verifier(client: TestClient, tmp_path: Path) -> None:
    key = tmp_path / "data" / "signing-key.pem"
    kept = key.read_bytes()
    for damaged in (b"", kept[:-30], b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        key.write_bytes(damaged)
        assert failed(client) == {"security_verifier"}
    key.unlink()
    assert failed(client) == {"security_verifier"}
    key.write_bytes(kept)
    assert failed(client) == set()


def test_health_tells_nothing_that_a_stranger_should_not_know(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "data").rename(tmp_path / "moved")
    assert str(tmp_path) not in client.get("/health").text
    (tmp_path / "moved").rename(tmp_path / "data")


def write(folder: Path, changes: dict[str, str] | None = None, service_id: str = "a") -> None:
    (folder / f"{service_id}.yaml").write_text(yaml.safe_dump(contract(service_id) | (changes or {})))


def test_contract_files_come_change_and_go_with_the_folder(client: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    write(folder)
    assert client.get("/api/v1/services/a").json()["name"] == "a"
    write(folder, {"name": "renamed"})
    assert client.get("/api/v1/services/a").json()["name"] == "renamed"
    assert client.delete("/api/v1/services/a").json()["type"] == "urn:caio:problem:managed-by-file"
    (folder / "a.yaml").unlink()
    assert client.get("/api/v1/services/a").status_code == 404


def test_a_file_that_is_broken_now_keeps_its_service_and_harms_no_other(client: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    write(folder)
    assert client.get("/api/v1/services").json()["total"] == 1
    (folder / "a.yaml").write_text("service_id: [")
    write(folder, service_id="b")
    assert client.get("/api/v1/services").json()["total"] == 2
    detail = client.get("/health").json()["components"]["registry"]["detail"]
    assert detail == "2 services registered; not applied: a.yaml"


def test_a_changed_file_waits_for_its_time(open_app: Open, tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    write(tmp_path / "contracts")
    client = open_app(CONTRACTS_DIR=tmp_path / "contracts", CONTRACT_CACHE_TTL=60)
    write(tmp_path / "contracts", {"name": "renamed"})
    assert client.get("/api/v1/services/a").json()["name"] == "a"
    aging = client.app.state.instance.library.aging  # type: ignore[attr-defined]
    aging.ttl = 0
    assert client.get("/api/v1/services/a").json()["name"] == "renamed"
