"""Passwords as argon2id hashes, at the least cost that OWASP recommends: 19 MiB, two passes (some 18 ms a check)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """The form in which a password is kept."""
    return HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the right one. Takes as long where there is no such user."""
    try:
        return HASHER.verify(kept if kept is not None else nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys() -> str:
    """The hash of a password that nobody has."""
    return HASHER.hash("nobody has this password")
