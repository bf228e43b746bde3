"""Several CAIO on one data folder while services change: no answer rests on what was true before another's change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.systems.caio.service.conftest import Open, contract

SERVICES = "/api/v1/services"

Pair = Callable[..., tuple[TestClient, TestClient]]


@pytest.fixture
def pair(open_app: Open, tmp_path: Path) -> Pair:
    """Two that share a folder and look into it only when they are asked something."""

    def opened(**variables: object) -> tuple[TestClient, TestClient]:
        alike = {"DATA_DIR": tmp_path / "data", "PROBE_INTERVAL": 3600, **variables}
        return open_app(**alike), open_app(**alike)

    return opened


def held(client: TestClient) -> list[tuple[str, str]]:
    return [(item["service_id"], item["version"]) for item in client.get(SERVICES).json()["items"]]


EUR, USD = ({"per_call": 1, "currency": currency} for currency in ("EUR", "USD"))


@pytest.mark.parametrize(
    ("there", "wanted", "variables"),
    [
        (contract("a"), contract("a"), {}),
        (contract("a"), contract("a", version="2"), {}),
        (contract("a"), contract("b"), {"REGISTRY_SIZE": 1}),
        (contract("a", cost=EUR), contract("b", cost=USD), {}),
    ],
    ids=["same version", "another version", "no room for two", "another currency"],
)
def test_what_another_has_removed_stands_in_nobodys_way(
    pair: Pair, there: dict[str, Any], wanted: dict[str, Any], variables: dict[str, object]
) -> None:
    one, two = pair(**variables)
    assert one.post(SERVICES, json=there).status_code == 201
    assert held(two) == [(there["service_id"], there["version"])]
    assert one.delete(f"{SERVICES}/{there['service_id']}").status_code == 204
    answer = two.post(SERVICES, json=wanted)
    assert answer.status_code == 201, answer.text
    assert held(one) == held(two) == [(wanted["service_id"], wanted["version"])]


def test_a_file_that_has_gone_stands_in_nobodys_way(open_app: Open, tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    folder.mkdir()
    file = folder / "a.yaml"
    file.write_text(json.dumps(contract("a")))
    client = open_app(CONTRACTS_DIR=folder, CONTRACT_CACHE_TTL=0)
    assert held(client) == [("a", "1.0.0")]
    file.unlink()
    assert client.post(SERVICES, json=contract("a")).status_code == 201


def test_what_another_removes_just_then_is_not_brought_back_by_replacing_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair()
    assert one.post(SERVICES, json=contract("a")).status_code == 201
    orchestrator = one.app.state.instance.orchestrator  # type: ignore[attr-defined]
    original = orchestrator.register_service

    def late(*args: Any, **options: Any) -> Any:
        assert two.delete(f"{SERVICES}/a").status_code == 204
        return original(*args, **options)

    monkeypatch.setattr(orchestrator, "register_service", late)
    answer = one.put(f"{SERVICES}/a", json=contract("a", version="2"))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:caio:problem:service-not-found")
    assert held(one) == held(two) == []
