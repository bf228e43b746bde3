"""Keeps secrets out of what a process writes: known ones by value, unknown ones by the shape they appear in."""

from __future__ import annotations

import json
import re

HIDDEN = "[redacted]"

SHAPES = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{4,}"),
    re.compile(r"(?i)(\bauthorization[\"']?\s*[:=]\s*[\"']?)(?!bearer\b|basic\b|\[redacted\])[^\s\"',]+"),
)
"""How a credential looks when it slips into a message; the first group stays."""

SHORTEST = 4
"""Shorter values would blot out ordinary words."""

_known: set[str] = set()


def remember(*secrets: str) -> None:
    """Hide these values from now on, wherever they would be written, also in their JSON spelling."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            _known.add(secret)
            _known.add(json.dumps(secret)[1:-1])


def redact(text: str) -> str:
    """The text without any secret that is known by value or recognised by shape."""
    for secret in _known:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    lowered = text.lower()
    # Looking for a word takes a tenth of the time of looking for a shape.
    if "bearer" in lowered or "basic" in lowered or "authorization" in lowered or not text.isascii():
        for shape in SHAPES:
            text = shape.sub(rf"\g<1>{HIDDEN}", text)
    return text
