"""Reads headers as they came, without taking all of them apart for the one that is wanted."""

from __future__ import annotations

from starlette.types import Scope


def values(scope: Scope, name: bytes) -> list[str]:
    """All values of a header, whose name is given in lower case, in their order."""
    return [value.decode("latin-1") for known, value in scope["headers"] if known == name]


def first(scope: Scope, name: bytes) -> str | None:
    """The first value, or None."""
    for known, value in scope["headers"]:
        if known == name:
            return str(value, "latin-1")
    return None
