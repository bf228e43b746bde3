"""Who gets in: passwords, tokens, API keys, roles, and how often one may try."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from tests.systems.automation.conftest import SECRET, Make, headers


def claims(**change: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"sub": "admin", "role": "admin", "iss": "automation-orchestrator", "aud": "automation-api"}
    return {**told, "iat": now, "exp": now + 60, **change}


def signed(key: str = SECRET, algorithm: str = "HS256", kid: str = "k1", **change: Any) -> str:
    return jwt.encode(claims(**change), key, algorithm, headers={"kid": kid})


def me(client: TestClient, token: str) -> int:
    return int(client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code)


def test_the_right_password_gives_a_token_that_opens(make: Make) -> None:
    client = make()
    answer = client.get("/api/auth/me", headers=headers(client, "user", "user-password"))
    assert answer.json() == {"username": "user", "role": "user", "tenant": "default", "authenticated_by": "token"}


@pytest.mark.parametrize(
    "who", [("admin", "admin"), ("nobody", "admin123"), ("admin", "ADMIN123"), ("admin", " admin123")]
)
def test_a_wrong_password_gives_401(make: Make, who: tuple[str, str]) -> None:
    answer = make().post("/api/auth/login", json={"username": who[0], "password": who[1]})
    assert answer.status_code == 401
    assert "access_token" not in answer.text


def test_every_route_but_the_public_ones_needs_a_caller(make: Make) -> None:
    client = make()
    for path in ("/health", "/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 200, path
    for path in ("/api/leads", "/metrics", "/health/detailed", "/api/nonexistent", "/", "/health/", "/docs/x"):
        assert client.get(path).status_code == 401, path
    assert client.get("/api/nonexistent", headers=headers(client)).status_code == 404


@pytest.mark.parametrize(
    "token",
    [
        jwt.encode(claims(), None, "none"),
        signed(algorithm="HS512"),
        signed("another-secret-another-secret-another"),
        signed(kid="k2"),
        signed(aud="another"),
        signed(iss="another"),
        signed(exp=int(time.time()) - 1),
        signed(sub="nobody"),
        jwt.encode({"sub": "admin"}, SECRET, "HS256", headers={"kid": "k1"}),
        signed()[:-2],
        "a.b.c",
        "",
    ],
)
def test_any_other_token_is_refused(make: Make, token: str) -> None:
    client = make()
    assert me(client, signed()) == 200
    assert me(client, token) == 401


def test_a_rotated_key_verifies_what_it_has_signed(make: Make) -> None:
    client = make(
        AUTOMATION_AUTH_JWT_KID="k2",
        AUTOMATION_AUTH_JWT_SECRET="n" * 32,
        AUTOMATION_AUTH_PREVIOUS_SECRETS=f'{{"k1": "{SECRET}"}}',
    )
    assert me(client, signed()) == 200
    assert me(client, signed("n" * 32, kid="k2")) == 200
    assert me(client, signed("n" * 32)) == 401


def test_a_disabled_user_is_out_at_once_and_the_role_is_the_stores(make: Make) -> None:
    client = make()
    admin, user = headers(client), headers(client, "user", "user-password")
    assert client.get("/api/admin/users", headers=user).status_code == 403
    assert client.get("/api/admin/users", headers={"Authorization": f"Bearer {signed(sub='user')}"}).status_code == 403
    assert client.put("/api/admin/users/user", json={"disabled": True}, headers=admin).json()["disabled"] is True
    assert client.get("/api/auth/me", headers=user).status_code == 401
    assert client.post("/api/auth/login", json={"username": "user", "password": "user-password"}).status_code == 401


def test_a_role_cannot_be_asked_for(make: Make) -> None:
    client = make()
    answer = client.post("/api/auth/login", json={"username": "user", "password": "user-password", "role": "admin"})
    assert answer.status_code == 422
    assert (
        client.put(
            "/api/admin/users/user", json={"role": "admin"}, headers=headers(client, "user", "user-password")
        ).status_code
        == 403
    )


def test_admins_see_the_users_of_their_tenant_alone(make: Make) -> None:
    client = make()
    admin = headers(client)
    assert [each["username"] for each in client.get("/api/admin/users", headers=admin).json()["users"]] == [
        "admin",
        "colleague",
        "user",
    ]
    assert client.put("/api/admin/users/stranger", json={"disabled": True}, headers=admin).status_code == 404
    made = client.post(
        "/api/admin/users", json={"username": "new", "password": "new-password", "tenant": "elsewhere"}, headers=admin
    )
    assert (made.status_code, made.json()["tenant"]) == (201, "default")
    assert (
        client.post("/api/admin/users", json={"username": "new", "password": "new-password"}, headers=admin).status_code
        == 409
    )


def test_a_key_opens_is_shown_once_and_can_be_revoked(make: Make) -> None:
    client = make()
    user = headers(client, "user", "user-password")
    made = client.post("/api/auth/keys", json={"name": "batch"}, headers=user).json()
    key = {"x-api-key": made["key"]}
    assert client.get("/api/auth/me", headers=key).json()["authenticated_by"] == "api key"
    listed = client.get("/api/auth/keys", headers=user)
    assert [each["name"] for each in listed.json()["keys"]] == ["batch"]
    assert made["key"] not in listed.text
    assert client.get("/api/auth/keys", headers=headers(client)).json() == {"keys": []}
    assert client.delete(f"/api/auth/keys/{made['id']}", headers=headers(client)).status_code == 404
    assert client.get("/api/auth/me", headers={"x-api-key": made["key"][:-1]}).status_code == 401
    assert client.delete(f"/api/auth/keys/{made['id']}", headers=user).status_code == 204
    assert client.get("/api/auth/me", headers=key).status_code == 401


def test_neither_keys_nor_passwords_are_kept_in_clear(make: Make) -> None:
    client = make()
    made = client.post("/api/auth/keys", json={}, headers=headers(client)).json()
    folder = client.app.state.instance.folder  # type: ignore[attr-defined]
    kept = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert made["id"].encode() in kept
    for secret in (made["key"], "admin123", "user-password", SECRET):
        assert secret.encode() not in kept


def test_log_ins_of_an_account_are_limited(make: Make) -> None:
    client = make(AUTOMATION_AUTH_LOGIN_ATTEMPTS="3")
    wrong = {"username": "user", "password": "wrong-password"}
    assert [client.post("/api/auth/login", json=wrong).status_code for _ in range(4)] == [401, 401, 401, 429]
    answer = client.post("/api/auth/login", json={"username": "user", "password": "user-password"})
    assert answer.status_code == 429
    assert 1 <= answer.json()["retry_after"] <= 300
    assert headers(client)


def test_without_authentication_nobody_needs_a_token(make: Make) -> None:
    client = make(AUTOMATION_AUTH_ENABLED="false")
    assert client.get("/api/leads").status_code == 200
    assert client.get("/api/auth/me", headers=headers(client, "user", "user-password")).json()["username"] == "user"


def test_users_and_addresses_have_windows_of_their_own(make: Make) -> None:
    client = make(AUTOMATION_RATE_LIMIT_ENABLED="true", AUTOMATION_RATE_LIMIT_MAX_REQUESTS="4")
    admin, user = headers(client), headers(client, "user", "user-password")
    assert [client.get("/api/leads", headers=admin).status_code for _ in range(5)] == [200] * 4 + [429]
    refused = client.get("/api/leads", headers=admin)
    assert refused.json() == {
        "detail": "Rate limit exceeded. Try again later.",
        "retry_after": refused.json()["retry_after"],
    }
    assert 1 <= refused.json()["retry_after"] <= 60
    assert refused.headers["Retry-After"] == str(refused.json()["retry_after"])
    assert client.get("/api/leads", headers=user).status_code == 200
    assert [client.get("/api/leads").status_code for _ in range(3)] == [401, 401, 429]
    assert client.get("/health").status_code == 200


def test_only_a_trusted_proxy_says_for_whom_it_asks(make: Make) -> None:
    def statuses(client: TestClient) -> list[int]:
        return [client.get("/api/leads", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(3)]

    limited = {"AUTOMATION_RATE_LIMIT_ENABLED": "true", "AUTOMATION_RATE_LIMIT_MAX_REQUESTS": "2"}
    assert statuses(make(**limited)) == [401, 401, 429]


def test_forwarded_addresses_count_from_the_right() -> None:
    from automation.identity.gate import AddressOf

    def address(trusted: tuple[str, ...], peer: str, told: str) -> str:
        return AddressOf(trusted)({"client": (peer, 1), "headers": [(b"x-forwarded-for", told.encode())]})

    assert address((), "10.0.0.1", "1.1.1.1") == "10.0.0.1"
    assert address(("10.0.0.0/8",), "9.9.9.9", "1.1.1.1") == "9.9.9.9"
    assert address(("10.0.0.0/8",), "10.0.0.1", "6.6.6.6, 1.1.1.1") == "1.1.1.1"
    assert address(("10.0.0.0/8",), "10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2") == "1.1.1.1"
    assert address(("10.0.0.0/8",), "10.0.0.1", "junk") == "10.0.0.1"
