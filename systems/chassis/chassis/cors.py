"""Which web pages may call the service: exact origins only, never credentials, on top of Starlette's middleware."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware

METHODS = ("GET", "POST", "PUT", "DELETE")
REQUEST_HEADERS = ("Authorization", "Content-Type", "X-Request-ID")
RESPONSE_HEADERS = ("X-Request-ID", "Location", "Retry-After")

DEFAULT_PORTS = {"http": 80, "https": 443}

ANY = "*"

NO_ORIGIN = (b"vary", b"Origin")
"""What the middleware adds to the answer for a request that comes from no page."""


def check_origin(origin: str) -> str:
    """The origin as browsers write it. Raises ValueError for anything that no browser would ever send."""
    if origin == ANY:
        return origin
    parts = urlsplit(origin)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{origin!r} is not an origin such as https://app.example.com")
    if "*" in origin:
        raise ValueError(f"{origin!r} contains a wildcard; list each origin")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS[parts.scheme] else ""
    exact = f"{parts.scheme}://{host}{port}"
    if origin.lower() != exact:
        raise ValueError(f"{origin!r} is not an exact origin; browsers would send {exact!r}")
    return exact


def install(app: Starlette, origins: Sequence[str]) -> None:
    """Let pages of these origins call the app. Without any origin no page may, and nothing is added to answers."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=list(METHODS),
        allow_headers=list(REQUEST_HEADERS),
        expose_headers=list(RESPONSE_HEADERS),
        allow_credentials=False,
        max_age=600,
    )
