"""Addresses of systems: what a usable one is, and how it is written without the credentials that may stand in it."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

EXAMPLE = "give one like https://caio.example.org"
_CREDENTIALS = re.compile(r"(:/+)[^/?#\s]*@")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\\]")


def unusable(url: str) -> str:
    """Why a system cannot be reached by an address, in words that do not repeat it; empty where it can."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        host.encode("idna") if ":" not in host else host.encode("ascii")
    except ValueError:  # also a host that is no name
        return "its host or port cannot be read"
    if _UNPRINTABLE.search(url):
        return "it has a blank or another character that no URL has"
    if parts.scheme not in ("http", "https"):
        return "it begins with neither http:// nor https://"
    if not host or port == 0:
        return "it names no host" if not host else "its port is 0"
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return "it has a ? or # (in a password, write %3F and %23)"
    return "it has an @ after its host (in a password, write %40 and for a slash %2F)" if "@" in parts.path else ""


def shown(text: str) -> str:
    """The text with what stands before the @ of each address in it left out."""
    return _CREDENTIALS.sub(r"\1…@", text)


def public(url: str) -> str:
    """The address without credentials, as it is recorded and told."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else url


def secrets(url: str) -> list[str]:
    """What is secret in an address, as it is written there and as it is meant: the password, or a token alone."""
    written = _secret(urlsplit(url))
    return list(dict.fromkeys((written, unquote(written)))) if written else []


def _secret(parts: SplitResult) -> str:
    return parts.password or (parts.username or "" if parts.password is None else "")
