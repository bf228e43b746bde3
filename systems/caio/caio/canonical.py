"""One spelling for every JSON value, and the digests made from it."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson

# Integers beyond this lose digits in JSON readers that know only doubles (RFC 8259, section 6).
_EXACT = 2**53
# As orjson spells a whole float: at the end of an item, or of everything.
_WHOLE = re.compile(rb"\.0(?:[,\]}]|\Z)")
_FEW_DIGITS = re.compile(rb"0|-?[1-9][0-9]{0,14}")
# What stands before a quote that opens a text, as orjson writes no white space, and before one in a text.
_BEFORE_TEXT = b":,[{\\"
_PLAIN = frozenset({str, int, bool, type(None)})


def normal(value: Any) -> Any:
    """The value with whole floats as integers, so that a reader that writes 1.0 as 1 does not break a signature."""
    # What needs no change is sorted out in the comprehensions: a call for every value would take most of the time.
    if isinstance(value, dict):
        return {key: item if type(item) in _PLAIN else normal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _PLAIN else normal(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, shortest numbers; raises TypeError for what JSON cannot say."""
    spelled = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    # Only what holds a whole float, or a text that looks like one, is spelled differently when it is normal.
    if _WHOLE.search(spelled) is None:
        return spelled
    return orjson.dumps(normal(value), option=orjson.OPT_SORT_KEYS)


def settled(spelled: bytes) -> bytes:
    """JSON with sorted keys and no white space, as orjson writes it, in its canonical form."""
    parts, done = [], 0
    for whole in _WHOLE.finditer(spelled):
        point = whole.start()
        # The value of a key, if that quote ends the key.
        quote = spelled.rfind(b'":', 0, point)
        if quote < 1 or spelled[quote - 1] in _BEFORE_TEXT or not _FEW_DIGITS.fullmatch(spelled, quote + 2, point):
            # Something out of the ordinary: in a list, of many digits, or a text that looks like a figure.
            return orjson.dumps(normal(orjson.loads(spelled)), option=orjson.OPT_SORT_KEYS)
        parts.append(spelled[done:point])
        done = whole.end() - 1
    return b"".join([*parts, spelled[done:]]) if parts else spelled


def read(spelled: bytes) -> Any:
    """What the JSON says, in its normal form."""
    if spelled == b"[]":
        return []
    return orjson.loads(settled(spelled))


def digest(value: Any) -> str:
    """`sha256:` and the hex digest of the canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()
