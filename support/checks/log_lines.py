"""What stands in a system's log and audit log, line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

AUTHORIZATION = re.compile(r"""authorization["']?\s*[:=,]\s*(?:b?["'])?(?:bearer|basic|digest)\b.*""", re.IGNORECASE)
"""An Authorization header with a value, as a header line, in JSON or in a Python pair."""


def lines(log: str) -> list[str]:
    """The lines that say something."""
    return [line for line in log.splitlines() if line.strip()]


def records(log: str) -> list[dict[str, Any]]:
    """The lines that are JSON objects, read."""
    return [read for line in lines(log) if (read := _object(line)) is not None]


def malformed(log: str, keys: Sequence[str]) -> list[str]:
    """The lines that are not one JSON object with all of the keys."""
    return [line for line in lines(log) if (read := _object(line)) is None or any(key not in read for key in keys)]


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """The secrets that stand in the text, each shown by its first three letters only."""
    return [f"{secret[:3]}… ({len(secret)} letters)" for secret in secrets if secret in text]


def by_itself(value: str) -> str:
    """The pattern of a value that stands by itself, rather than within a longer word, a number or a time."""
    return rf"(?<![\w.:+-]){re.escape(value)}(?![\w:+-]|\.\d)"


def authorization_headers(text: str) -> list[str]:
    """Every place where a value of an Authorization header seems to stand, as key and value."""
    return [found[0][:40] for found in AUTHORIZATION.finditer(text)]


def with_request_id(log: str, request_id: str, field: str = "request_id") -> list[dict[str, Any]]:
    """The records that carry a request id."""
    return [record for record in records(log) if record.get(field) == request_id]


def _object(line: str) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
