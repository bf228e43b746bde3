"""Tokens: how they are configured, kept, read from a request and found."""

from __future__ import annotations

import hmac

import pytest
from chassis import auth
from chassis.auth import Caller, Credential, TokenBook, TokenRefused


@pytest.fixture
def book() -> TokenBook:
    return TokenBook([Credential("alpha-token", "admin"), Credential("beta-token", "user")], b"key")


def test_a_known_token_stands_for_a_caller_with_a_role(book: TokenBook) -> None:
    first, second = book.find("alpha-token"), book.find("beta-token")
    assert first is not None
    assert second is not None
    assert (first.role, second.role) == ("admin", "user")
    assert first.name != second.name


@pytest.mark.parametrize(
    "token", ["", "alpha", "alpha-token ", "alpha-tokens", "ALPHA-TOKEN", "alpha-token:admin", "\udcff"]
)
def test_any_other_token_stands_for_nobody(book: TokenBook, token: str) -> None:
    assert book.find(token) is None


def test_tokens_are_not_kept(book: TokenBook) -> None:
    assert "alpha" not in repr(vars(book))
    assert book.digest("alpha-token") != TokenBook([], b"other key").digest("alpha-token")


def test_every_kept_token_is_compared_in_constant_time(book: TokenBook, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    real = hmac.compare_digest

    def compare(kept: bytes, presented: bytes) -> bool:
        compared.append(kept)
        return real(kept, presented)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    book.find("alpha-token")
    book.find("wrong")
    assert len(compared) == 4


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([], "missing"),
        ([""], "malformed"),
        (["Bearer"], "malformed"),
        (["Bearer   "], "malformed"),
        (["Basic alpha-token"], "malformed"),
        (["Beareralpha-token"], "malformed"),
        (["Bearer alpha-token beta-token"], "malformed"),
        (["Bearer alpha-token", "Bearer alpha-token"], "malformed"),
        (["Bearer gamma-token"], "unknown"),
    ],
)
def test_a_refusal_tells_why_and_repeats_nothing(book: TokenBook, headers: list[str], reason: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        book.authenticate(headers)
    assert refused.value.reason == reason
    assert "-token" not in str(refused.value)


@pytest.mark.parametrize("header", ["Bearer alpha-token", "bearer alpha-token", "BEARER  alpha-token "])
def test_one_well_formed_header_is_enough(book: TokenBook, header: str) -> None:
    assert isinstance(book.authenticate([header]), Caller)


def test_a_token_may_contain_colons() -> None:
    assert auth.parse_credentials(["a:b:c:admin"], ["admin"]) == [Credential("a:b:c", "admin")]
