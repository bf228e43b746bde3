"""Secrets are found by value and by where they stand; what only looks like one stays, for verdicts are read by it."""

from __future__ import annotations

import pytest

from support.evidence.redaction import REDACTED, Redactor

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer S3CR3T-abc",
        "authorization: Basic S3CR3T",
        "> Authorization: S3CR3T",
        "Cookie: session=S3CR3T; other=S3CR3T",
        "X-Api-Key: S3CR3T",
        '{"Authorization": "Bearer S3CR3T-1"}',
        "{'authorization': 'Bearer S3CR3T-1'}",
        "(b'authorization', b'Bearer S3CR3T-1')",
        "headers=[('Authorization', 'S3CR3T')]",
        "curl -H 'Authorization: Bearer S3CR3T-1' http://127.0.0.1",
        "it sent Bearer S3CR3T-abc to the server",
        '{"token": "S3CR3T"}',
        '{"access_token":"S3CR3T","n":1}',
        '{"client_secret" : "S3C\\"R3T"}',
        "login(password='S3CR3T')",
        "CAIO_AUTH_SECRET_KEY=S3CR3T",
        "CAIO_AUTH_TOKENS=S3CR3T:admin,S3CR3T:user",
        "GET /x?token=S3CR3T&page=2",
        "redis://user:S3CR3T@127.0.0.1:6379/0",
        "password: S3CR3T",
        f"the token {JWT.replace('dozj', 'S3CR3T')}",
        "-----BEGIN PRIVATE KEY-----\nS3CR3T\n-----END PRIVATE KEY-----",
    ],
)
def test_a_secret_is_found_by_where_it_stands(text: str) -> None:
    redacted = Redactor().text(text)
    assert "S3C" not in redacted
    assert REDACTED in redacted


@pytest.mark.parametrize(
    "text",
    [
        'WWW-Authenticate: Bearer realm="caio", error="invalid_token"',
        "Access-Control-Allow-Headers: Authorization, Content-Type",
        "access-control-request-headers: authorization",
        "a Bearer token is expected",
        '{"max_tokens": 100, "tokens_used": 12}',
        '{"error": "unauthenticated", "detail": "no token was sent"}',
        "capabilities[0].accuracy.min: expected a number",
        "token: expected a string of 8 characters",
        "GET http://127.0.0.1:8080/api/v1/services?limit=10",
        '{"key_id": "k1", "public_key": "MCowBQYDK2VwAyEA"}',
        "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor().text(text) == text


def test_the_scheme_stays_for_promises_are_judged_by_it() -> None:
    assert Redactor().text("Authorization: Basic dXNlcjpwYXNz") == f"Authorization: Basic {REDACTED}"


@pytest.mark.parametrize(
    "text",
    ["p@ss w/rd", "p%40ss%20w%2Frd", "cEBzcyB3L3Jk", "x" * 10 + "p@ss w/rd" + "y" * 10],
)
def test_a_known_secret_is_found_however_it_is_spelt(text: str) -> None:
    redactor = Redactor()
    redactor.register("p@ss w/rd")
    assert REDACTED in redactor.text(text)
    assert "w/rd" not in redactor.text(text)


def test_a_secret_within_a_longer_one_leaves_no_rest() -> None:
    redactor = Redactor()
    redactor.register("abcdef")
    redactor.register("abcdef-ghijkl")
    assert redactor.text("abcdef-ghijkl") == REDACTED


def test_a_short_value_does_not_blot_out_words() -> None:
    redactor = Redactor()
    redactor.register("user")
    redactor.register("")
    assert redactor.text("the user asks") == "the user asks"


def test_bytes_are_redacted_where_they_are_text() -> None:
    redactor = Redactor()
    redactor.register("hunter2-known")
    assert redactor.bytes(b"it is hunter2-known") == f"it is {REDACTED}".encode()
    picture = b"\x89PNG\xff\xfe"
    assert redactor.bytes(picture) == picture


def test_a_long_text_is_redacted_in_passing() -> None:
    text = "a" * 200_000 + "Authorization: Bearer S3CR3T-1\n" + '{"a": "' + "b" * 200_000
    assert "S3CR3T" not in Redactor().text(text)


@pytest.mark.parametrize("unit", ["a.b-c_d.", "A_", "token", "bearer ", '"token":"', "http://", "eyJabcdefghi.", "- "])
def test_a_long_line_of_anything_is_read_in_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert len(Redactor().text(text)) > 0


def test_the_next_key_of_a_list_is_no_secret() -> None:
    redactor = Redactor()
    assert redactor.text('"keys": ["tokens", "request_id"], "x": null') == '"keys": ["tokens", "request_id"], "x": null'
    assert redactor.text("[('authorization', 'Bearer abc123'), ('x', 'y')]") == (
        f"[('authorization', 'Bearer {REDACTED}'), ('x', 'y')]"
    )
