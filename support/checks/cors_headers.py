"""What a browser makes of an answer's CORS headers (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from __future__ import annotations

from collections.abc import Mapping

ORIGIN = "Access-Control-Allow-Origin"
CREDENTIALS = "Access-Control-Allow-Credentials"


def admits(headers: Mapping[str, str], origin: str) -> bool:
    """Whether a page from this origin is given the answer: the header is the origin itself, letter by letter, or *."""
    return headers.get(ORIGIN) in (origin, "*")


def admits_preflight(status: int | None, headers: Mapping[str, str], origin: str, method: str, header: str) -> bool:
    """Whether the browser goes on to the call itself: a 2xx answer that admits origin, method and request header."""
    if status is None or not 200 <= status < 300 or not admits(headers, origin):
        return False
    methods = _listed(headers.get("Access-Control-Allow-Methods", "").upper())
    # A wildcard stands for any header but Authorization.
    names = _listed(headers.get("Access-Control-Allow-Headers", "").lower())
    return bool({method, "*"} & methods) and header.lower() in names


def wildcard_with_credentials(headers: Mapping[str, str]) -> bool:
    """Whether any page of the web would be given answers to a signed-in user's requests."""
    return headers.get(ORIGIN) == "*" and headers.get(CREDENTIALS, "").lower() == "true"


def varies_by(headers: Mapping[str, str]) -> set[str]:
    """The request headers by which caches are told that the answer differs, in small letters."""
    return _listed(headers.get("Vary", "").lower())


def _listed(value: str) -> set[str]:
    return {name.strip() for name in value.split(",")}
