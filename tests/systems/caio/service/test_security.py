"""Who may do what over the API, how often, from which web pages, and what of it is written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from caio.api import actions, instance
from starlette.testclient import TestClient

from tests.systems.caio.service.conftest import ADMIN, SERVICE, TOKENS, USER, Open, bearer, contract

CHAT = {"intent": {"type": "chat"}}


@pytest.fixture
def guarded(open_app: Open, tmp_path: Path) -> TestClient:
    return open_app(AUTH_REQUIRED="true", AUTH_TOKENS=TOKENS, DATA_DIR=tmp_path / "data", LOG_FORMAT="json")


def audit(tmp_path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (tmp_path / "data" / "audit.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/services"),
        ("POST", "/api/v1/services"),
        ("DELETE", "/api/v1/services/x"),
        ("POST", "/api/v1/services/x/probe"),
        ("POST", "/api/v1/route"),
        ("POST", "/api/v1/dispatch"),
        ("GET", "/api/v1/decisions"),
        ("GET", "/api/v1/keys"),
        ("GET", "/api/v1/unknown"),
        ("GET", "/api"),
    ],
)
def test_every_api_route_wants_a_token(guarded: TestClient, method: str, path: str) -> None:
    answer = guarded.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/metrics", "/openapi.json"])
def test_operations_need_no_token(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        f"Basic {ADMIN}",
        ADMIN,
        f"Bearer {ADMIN}x",
        f"Bearer {ADMIN[:-1]}",
        f"Bearer {ADMIN} extra",
        f"Bearer {ADMIN.upper()}",
        "Bearer ünknown",
        f"Bearer {ADMIN}:admin",
        "Bearer " + "x" * 5000,
    ],
)
def test_a_bad_token_is_refused_and_not_echoed(guarded: TestClient, header: str) -> None:
    answer = guarded.get("/api/v1/services", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    for word in header.split():
        assert word == "Bearer" or len(word) < 6 or word not in answer.text


def test_two_authorization_headers_are_refused(guarded: TestClient) -> None:
    headers = [("Authorization", f"Bearer {ADMIN}"), ("Authorization", f"Bearer {ADMIN}")]
    assert guarded.get("/api/v1/services", headers=headers).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_known_token_is_accepted_however_the_scheme_is_spelt(guarded: TestClient, scheme: str) -> None:
    assert guarded.get("/api/v1/services", headers={"Authorization": f"{scheme} {USER}"}).status_code == 200


@pytest.mark.parametrize(("token", "status"), [(ADMIN, 201), (USER, 403), (SERVICE, 403)])
def test_only_an_admin_registers(guarded: TestClient, token: str, status: int) -> None:
    assert guarded.post("/api/v1/services", json=contract(), headers=bearer(token)).status_code == status
    total = guarded.get("/api/v1/services", headers=bearer(token)).json()["total"]
    assert total == (1 if status == 201 else 0)


@pytest.mark.parametrize("token", [USER, SERVICE])
def test_other_roles_may_ask_but_not_change(guarded: TestClient, token: str) -> None:
    guarded.post("/api/v1/services", json=contract(), headers=bearer(ADMIN))
    assert guarded.post("/api/v1/route", json=CHAT, headers=bearer(token)).status_code == 200
    newer = contract(version="2.0.0")
    for method, path, body in [
        ("PUT", "/api/v1/services/local-chat", newer),
        ("DELETE", "/api/v1/services/local-chat", None),
        ("POST", "/api/v1/services/local-chat/probe", None),
    ]:
        assert guarded.request(method, path, json=body, headers=bearer(token)).status_code == 403
    assert guarded.get("/api/v1/services/local-chat", headers=bearer(token)).json()["version"] == "1.0.0"


def test_a_role_is_checked_before_the_body_is_looked_at(guarded: TestClient) -> None:
    assert guarded.post("/api/v1/services", content=b"{{", headers=bearer(USER)).status_code == 403


def test_audit_tells_who_did_what_to_which_service_and_how_it_ended(guarded: TestClient, tmp_path: Path) -> None:
    answer = guarded.post("/api/v1/services", json=contract(), headers=bearer(ADMIN))
    guarded.post("/api/v1/services", json=contract(), headers=bearer(ADMIN))
    guarded.delete("/api/v1/services/local-chat", headers=bearer(USER))
    guarded.delete("/api/v1/services/local-chat", headers=bearer(ADMIN))
    guarded.get("/api/v1/services", headers=bearer("nobody-knows-this"))
    records = audit(tmp_path)
    assert [(record["who"].split(":")[0].split("@")[0], record["what"]) for record in records] == [
        ("admin", "register service"),
        ("admin", "register service"),
        ("user", "remove service"),
        ("admin", "remove service"),
        ("unknown", "list services"),
    ]
    assert [record["outcome"] for record in records] == [
        "done",
        "refused: service-exists",
        "refused: role user may not remove services",
        "done",
        "refused: unknown token",
    ]
    assert records[0]["target"] == "local-chat"
    assert records[0]["request_id"] == answer.headers["x-request-id"]
    assert all(record["when"].endswith("Z") for record in records)


def test_every_route_has_a_name_in_the_audit_log_and_a_label_in_the_metrics(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {route for route in routes if route[1].startswith("/api")} == set(actions.NAMES)
    assert {path for _, path in routes if not path.startswith("/api")} == set(instance.OPERATIONS)


def test_the_document_says_which_routes_need_a_token(client: TestClient, guarded: TestClient) -> None:
    open_to_all = client.get("/openapi.json").json()
    described = guarded.get("/openapi.json").json()
    needing = {
        path for path, methods in described["paths"].items() if all("security" in each for each in methods.values())
    }
    assert needing == {path for path in described["paths"] if path.startswith("/api")}
    assert "security" not in open_to_all["paths"]["/api/v1/keys"]["get"]


def test_no_token_is_written_anywhere(guarded: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guarded.get("/api/v1/services", headers=bearer(ADMIN))
    guarded.get("/api/v1/services", headers=bearer("guessed-token-9999"))
    guarded.get(f"/api/v1/services/{USER}", params={"token": SERVICE}, headers=bearer(ADMIN))
    written = capsys.readouterr().out + (tmp_path / "data" / "audit.jsonl").read_text()
    assert '"event":"request"' in written
    for secret in (ADMIN, USER, SERVICE, "guessed-token-9999"):
        assert secret not in written


def test_a_caller_over_its_limit_waits_and_others_do_not(open_app: Open) -> None:
    client = open_app(AUTH_REQUIRED="true", AUTH_TOKENS=TOKENS, RATE_LIMIT="3/minute")
    statuses = [client.get("/api/v1/services", headers=bearer(USER)).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = client.get("/api/v1/services", headers=bearer(USER))
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["type"] == "urn:caio:problem:rate-limited"
    assert client.get("/api/v1/services", headers=bearer(SERVICE)).status_code == 200
    assert client.get("/health").status_code == 200


def test_guessing_tokens_is_slowed_down_without_touching_known_callers(open_app: Open) -> None:
    client = open_app(AUTH_REQUIRED="true", AUTH_TOKENS=TOKENS, RATE_LIMIT="2/minute")
    statuses = [client.get("/api/v1/services", headers=bearer(f"guess-{n}")).status_code for n in range(3)]
    assert statuses == [401, 401, 429]
    assert client.get("/api/v1/services", headers=bearer(USER)).status_code == 200


ORIGINS = "https://example.com,https://app.example.com"


def preflight(client: TestClient, origin: str) -> str | None:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return client.options("/api/v1/route", headers=headers).headers.get("access-control-allow-origin")


@pytest.mark.parametrize("origin", ORIGINS.split(","))
def test_a_page_of_an_allowed_origin_may_call(open_app: Open, origin: str) -> None:
    client = open_app(CORS_ORIGINS=ORIGINS, AUTH_REQUIRED="true", AUTH_TOKENS=TOKENS)
    assert preflight(client, origin) == origin
    refused = client.get("/api/v1/services", headers={"Origin": origin})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, origin)
    assert "access-control-allow-credentials" not in refused.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://malicious.com",
        "http://example.com",
        "https://example.com:8443",
        "https://example.com.evil.net",
        "https://evil-example.com",
        "https://sub.example.com",
        "https://example.co",
        "https://EXAMPLE.com",
        "null",
        "*",
        "",
    ],
)
def test_a_page_of_any_other_origin_may_not(open_app: Open, origin: str) -> None:
    client = open_app(CORS_ORIGINS=ORIGINS)
    assert preflight(client, origin) is None
    assert "access-control-allow-origin" not in client.get("/api/v1/services", headers={"Origin": origin}).headers


def test_without_origins_no_page_may_call(client: TestClient) -> None:
    assert preflight(client, "https://example.com") is None


def test_any_origin_is_never_combined_with_credentials(open_app: Open) -> None:
    client = open_app(CORS_ORIGINS="*")
    answer = client.get("/api/v1/services", headers={"Origin": "https://x.org", "Cookie": "a=b"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
