"""Who a caller is: bearer tokens, kept only as keyed hashes and compared in constant time."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Refusal = Literal["missing", "malformed", "unknown"]
"""Why a caller was not let in: no token, not a usable bearer header, or a token nobody gave out."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A token with the role it stands for, as the configuration gives it; it is hashed and then forgotten."""

    token: str
    role: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who was let in. The name tells callers apart in logs and gives nothing away of the token."""

    name: str
    role: str


class TokenRefused(Exception):
    """The caller was not let in. The message is for the caller and repeats nothing that was sent."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason: Refusal = reason


def parse_credentials(entries: Sequence[str], roles: Iterable[str]) -> list[Credential]:
    """Read ``token:role`` entries. Raises ValueError that names the entry by its place, never by its content."""
    allowed = sorted(roles)
    credentials: list[Credential] = []
    for place, entry in enumerate(entries, start=1):
        token, colon, role = entry.rpartition(":")
        if not colon or not token:
            raise ValueError(f"entry {place} is not of the form token:role")
        if role not in allowed:
            raise ValueError(f"entry {place} has no known role; roles are {', '.join(allowed)}")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError(f"entry {place} has a token with characters that a header cannot carry")
        if any(token == earlier.token for earlier in credentials):
            raise ValueError(f"entry {place} repeats the token of an earlier entry")
        credentials.append(Credential(token, role))
    return credentials


class TokenBook:
    """The tokens that are let in, each kept as HMAC-SHA256 under the service's secret key."""

    def __init__(self, credentials: Iterable[Credential], key: bytes) -> None:
        self._key = key
        self._entries = [(self.digest(item.token), item.role) for item in credentials]

    def digest(self, token: str) -> bytes:
        """The form a token is kept in."""
        return hmac.digest(self._key, token.encode("utf-8", "surrogateescape"), "sha256")

    def find(self, token: str) -> Caller | None:
        """The caller a token stands for. Takes as long for a wrong token as for a right one."""
        presented = self.digest(token)
        found: Caller | None = None
        for kept, role in self._entries:
            if hmac.compare_digest(kept, presented):
                found = Caller(f"{role}:{kept.hex()[:8]}", role)
        return found

    def authenticate(self, authorization: Sequence[str]) -> Caller:
        """Who sent these Authorization headers. Raises TokenRefused."""
        caller = self.find(bearer_token(authorization))
        if caller is None:
            raise TokenRefused("unknown", "the token is not known here")
        return caller


def bearer_token(authorization: Sequence[str]) -> str:
    """The one bearer token in the Authorization headers of a request. Raises TokenRefused."""
    if not authorization:
        raise TokenRefused("missing", "a bearer token is needed")
    if len(authorization) > 1:
        raise TokenRefused("malformed", "more than one Authorization header was sent")
    scheme, _, token = authorization[0].strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer":
        raise TokenRefused("malformed", "the Authorization header is not of the form 'Bearer <token>'")
    if not token or any(character.isspace() for character in token):
        raise TokenRefused("malformed", "the bearer token is empty or contains spaces")
    return token
