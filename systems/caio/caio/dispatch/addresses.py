"""Addresses of services, taken apart into what a connection needs and what a request says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

SAFE_IN_PATH = "/%:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Place:
    """Where requests go: connections to the same place can stand in for one another."""

    encrypted: bool
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart."""

    place: Place
    path: str
    host_header: str


@lru_cache(maxsize=10_000)
def target_of(url: str) -> Target:
    """Take an address apart. Raises ValueError for one that cannot be asked."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "https"
    name = parts.hostname or ""
    host = name if name.isascii() else name.encode("idna").decode()
    port = parts.port or (443 if encrypted else 80)
    shown = f"[{host}]" if ":" in host else host
    header = shown if parts.port is None else f"{shown}:{port}"
    return Target(Place(encrypted, host, port), quote(parts.path, safe=SAFE_IN_PATH) or "/", header)
