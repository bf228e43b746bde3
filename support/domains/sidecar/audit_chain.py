"""Checks an audit trail by what the sidecar promises of it: each record bound to the one before, the end kept apart."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

BEGINNING = "0" * 64
"""What the first record has in place of the hash before."""


def wrong_in(lines: Sequence[str], head: Mapping[str, Any], key: bytes) -> list[str]:
    """What is wrong with a trail: records that are changed, missing or added, and an end that is not the one kept."""
    before, found = BEGINNING, []
    for number, line in enumerate(lines, 1):
        record = json.loads(line)
        told = record.pop("hash", None)
        if record.get("seq") != number:
            found.append(f"line {number}: its number is {record.get('seq')!r}")
        if record.get("prev") != before:
            found.append(f"line {number}: it does not follow the record before it")
        if told != bound(record, key):
            found.append(f"line {number}: it is not what was written")
        before = str(told)
    if head.get("seq") != len(lines) or head.get("hash") != before:
        found.append(f"it ends with record {len(lines)}, and the end that was kept is record {head.get('seq')!r}")
    return found


def bound(record: Mapping[str, Any], key: bytes) -> str:
    """The HMAC of a record, written as JSON with its keys in order."""
    written = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hmac.new(key, written, hashlib.sha256).hexdigest()


def _changed(lines: list[str]) -> list[str]:
    record = json.loads(lines[2])
    record["outcome"] = "refused: forbidden" if record["outcome"] == "done" else "done"
    return [*lines[:2], json.dumps(record, separators=(",", ":"), ensure_ascii=False), *lines[3:]]


TAMPERINGS: Mapping[str, Callable[[list[str]], list[str]]] = {
    "changes a word in the third record": _changed,
    "removes the third record": lambda lines: [*lines[:2], *lines[3:]],
    "removes the last record": lambda lines: lines[:-1],
    "removes the first record": lambda lines: lines[1:],
    "exchanges two records": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "repeats the last record": lambda lines: [*lines, lines[-1]],
}
"""What somebody does to a trail, in the words of Gherkin → the lines that are there then."""
