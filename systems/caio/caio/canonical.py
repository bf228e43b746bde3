"""One spelling for every JSON value, and the digests made from it."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import orjson

# Integers beyond this lose digits in JSON readers that know only doubles (RFC 8259, section 6).
_EXACT = 2**53


def normal(value: Any) -> Any:
    """The value with whole floats as integers, so that a reader that writes 1.0 as 1 does not break a signature."""
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() and abs(value) < _EXACT else value
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [normal(item) for item in value]
    return value


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, shortest numbers; raises TypeError for what JSON cannot say."""
    return orjson.dumps(normal(value), option=orjson.OPT_SORT_KEYS)


def digest(value: Any) -> str:
    """`sha256:` and the hex digest of the canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()
