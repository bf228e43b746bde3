"""The routes of the API: services with pages, decisions, verification, problem documents, limits."""

from __future__ import annotations

import pytest
import yaml
from starlette.testclient import TestClient

from tests.systems.caio.service.conftest import Open, contract

CHAT = {"intent": {"type": "chat"}}


def register(client: TestClient, *names: str) -> None:
    for name in names:
        assert client.post("/api/v1/services", json=contract(name)).status_code == 201


def test_a_service_is_registered_from_yaml_and_read_back(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/services", content=yaml.safe_dump(contract()), headers={"Content-Type": "application/yaml"}
    )
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/services/local-chat"
    assert client.get(answer.headers["location"]).json() == answer.json()


def test_the_same_version_is_refused_and_a_new_one_needs_to_replace(client: TestClient) -> None:
    register(client, "a")
    again = client.post("/api/v1/services", json=contract("a"))
    assert (again.status_code, again.json()["type"]) == (409, "urn:caio:problem:service-exists")
    newer = contract("a", version="2.0.0")
    assert client.post("/api/v1/services", json=newer).json()["type"] == "urn:caio:problem:version-exists"
    assert client.put("/api/v1/services/a", json=newer).json()["version"] == "2.0.0"


def test_a_contract_goes_only_to_its_own_address(client: TestClient) -> None:
    register(client, "a", "b")
    answer = client.put("/api/v1/services/a", json=contract("b", version="2.0.0"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "service_id"
    assert client.get("/api/v1/services/b").json()["version"] == "1.0.0"


def test_a_one_line_contract_is_never_taken_for_the_name_of_a_file(client: TestClient) -> None:
    answer = client.post("/api/v1/services", content="/etc/hostname.yaml", headers={"Content-Type": "application/yaml"})
    assert answer.status_code == 422
    assert "expected a mapping" in answer.json()["detail"]


def test_pages_show_every_service_once_also_when_one_goes_meanwhile(client: TestClient) -> None:
    register(client, *(f"s{number}" for number in range(5)))
    first = client.get("/api/v1/services", params={"limit": 2}).json()
    assert client.delete("/api/v1/services/s1").status_code == 204
    second = client.get("/api/v1/services", params={"limit": 2, "cursor": first["next"]}).json()
    third = client.get("/api/v1/services", params={"limit": 2, "cursor": second["next"]}).json()
    seen = [item["service_id"] for page in (first, second, third) for item in page["items"]]
    assert seen == ["s0", "s1", "s2", "s3", "s4"]
    assert (first["total"], third["total"], third["next"]) == (5, 4, None)


@pytest.mark.parametrize(("query", "field"), [("limit=0", "limit"), ("limit=x", "limit"), ("cursor=%21", "cursor")])
def test_unusable_page_parameters_are_named(client: TestClient, query: str, field: str) -> None:
    answer = client.get(f"/api/v1/services?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_decision_can_be_read_again_and_verified(client: TestClient) -> None:
    register(client, "a")
    decision = client.post("/api/v1/route", json=CHAT).json()
    assert client.get(f"/api/v1/decisions/{decision['decision_id']}").json() == decision
    assert client.get("/api/v1/decisions").json()["items"] == [decision]
    assert client.post("/api/v1/decisions/verify", json={"decision": decision}).json() == {
        "valid": True,
        "problems": [],
    }


def test_the_same_request_gets_the_very_same_decision(client: TestClient) -> None:
    register(client, "a", "b")
    assert client.post("/api/v1/route", json=CHAT).content == client.post("/api/v1/route", json=CHAT).content


def test_a_tampered_decision_and_a_changed_contract_are_found(client: TestClient) -> None:
    register(client, "a")
    decision = client.post("/api/v1/route", json=CHAT).json()
    changed = contract("a", version="1.0.1")
    for claim in ({"decision": {**decision, "model": "other"}}, {"decision": decision, "contracts": [changed]}):
        verdict = client.post("/api/v1/decisions/verify", json=claim).json()
        assert not verdict["valid"]
        assert verdict["problems"]


def test_nobody_fits_and_the_caller_learns_why(client: TestClient) -> None:
    register(client, "a")
    answer = client.post("/api/v1/route", json={**CHAT, "constraints": {"requires_gpu": True}})
    problem = answer.json()
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["candidates"][0]["service_id"] == "a"
    assert "requires_gpu" in problem["candidates"][0]["reason"]
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"intent": {}}, "intent.type"),
        ({"intent": "chat"}, "intent"),
        ({**CHAT, "constraint": {}}, "constraint"),
        ({**CHAT, "seed": "1"}, "seed"),
        ({**CHAT, "user": {"trust_level": 6}}, "user.trust_level"),
        ({**CHAT, "policies": [{"type": "wish"}]}, "policies[0].type"),
    ],
)
def test_a_malformed_request_is_refused_with_its_field(client: TestClient, body: object, field: str) -> None:
    answer = client.post("/api/v1/route", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert client.get("/api/v1/decisions").json()["items"] == []


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"{", 422, "not JSON"),
        (b'{"seed": NaN}', 422, "not JSON"),
        (b"[" * 100_000, 422, "nested deeper than 32"),
        (b'{"context": {"a": "' + b"x" * 70_000 + b'"}}', 422, "context.a: expected at most 65536 characters"),
        (b'{"context": {"a": [' + b"1," * 10_000 + b"1]}}", 422, "context.a: expected at most 10000 items"),
        (b" " * 1_048_577, 413, "larger than 1048576 bytes"),
        (b"", 422, "not JSON"),
    ],
)
def test_bodies_have_limits(client: TestClient, content: bytes, status: int, words: str) -> None:
    answer = client.post("/api/v1/route", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_what_a_web_form_can_send_is_not_taken_for_json(client: TestClient) -> None:
    answer = client.post("/api/v1/route", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/api/v1/services/none", 404), ("PATCH", "/api/v1/services", 405)],
)
def test_every_error_is_a_problem_document(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.json()["instance"] == path
    assert answer.json()["request_id"]


def test_a_harmless_request_id_is_kept_and_a_harmful_one_replaced(client: TestClient) -> None:
    assert client.get("/health", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    forged = client.get("/health", headers={"X-Request-ID": 'x"} {"level":"error'}).headers["x-request-id"]
    assert '"' not in forged


def test_the_registry_has_a_limit_and_is_unchanged_beyond_it(open_app: Open) -> None:
    client = open_app(REGISTRY_SIZE=2)
    register(client, "a", "b")
    answer = client.post("/api/v1/services", json=contract("c"))
    assert (answer.status_code, answer.json()["type"]) == (507, "urn:caio:problem:registry-full")
    assert client.get("/api/v1/services").json()["total"] == 2
    client.delete("/api/v1/services/a")
    register(client, "c")


def test_metrics_agree_with_what_was_sent(client: TestClient) -> None:
    register(client, "a")
    for _ in range(3):
        client.post("/api/v1/route", json=CHAT)
    client.get("/api/v1/services/nobody")
    text = client.get("/metrics").text
    assert 'caio_http_requests_total{method="POST",route="/api/v1/route",status="200"} 3.0' in text
    assert 'caio_http_request_duration_seconds_count{method="POST",route="/api/v1/route"} 3.0' in text
    assert 'caio_http_requests_total{method="GET",route="/api/v1/services/{service_id}",status="404"} 1.0' in text
    assert 'caio_decisions_total{outcome="routed"} 3.0' in text
    assert "caio_services 1.0" in text


def test_openapi_describes_the_bodies_and_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    route = document["paths"]["/api/v1/route"]["post"]
    assert "intent" in route["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert "application/problem+json" in route["responses"]["default"]["content"]
