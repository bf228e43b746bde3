"""Who calls: the keys of the configuration, kept as digests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.auth import TokenRefused, bearer_token

from gateway import errors
from gateway.config import KeyEntry


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who was let in; ``models`` are those that the key opens, None for all."""

    name: str
    models: frozenset[str] | None
    expires: datetime | None
    budget: int | None
    may_aim: bool

    def opens(self, model: str) -> bool:
        """Whether the caller may ask for a model."""
        return self.models is None or model in self.models


class KeyBook:
    """The keys that are let in. They are long and random, so that a plain digest gives nothing away."""

    def __init__(self, entries: Sequence[KeyEntry]) -> None:
        self._callers = {digest(entry.key.get_secret_value()): caller_of(entry) for entry in entries}

    def admit(self, authorization: Sequence[str]) -> Caller:
        """Who sent these Authorization headers. Raises ApiError (401), which repeats nothing of them."""
        try:
            token = bearer_token(authorization)
        except TokenRefused as refused:
            raise errors.unauthenticated(f"Not authenticated: {refused}", presented=bool(authorization)) from None
        caller = self._callers.get(digest(token))
        if caller is None:
            raise errors.unauthenticated("The API key is not known here", presented=True)
        if caller.expires is not None and datetime.now(UTC) >= caller.expires:
            raise errors.unauthenticated("The API key has expired", presented=True)
        return caller


def digest(token: str) -> bytes:
    """The form that a key is kept and looked up in."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def caller_of(entry: KeyEntry) -> Caller:
    """The caller that an entry stands for."""
    models = None if entry.models is None else frozenset(entry.models)
    return Caller(entry.name, models, entry.expires, entry.budget, entry.may_aim)
