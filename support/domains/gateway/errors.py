"""Judges how errors are told: their form, and what of the inside they give away."""

from __future__ import annotations

import re
from typing import Any

from support.domains.gateway.reading import field, parsed
from support.http import Exchange

INSIDE = {
    "a trace of Python": r"Traceback \(most recent call last\)|File \\?\"[^\"]+\", line \d+",
    "a trace of JavaScript": r"\bat [^\n]{1,80} ?\(?(?:file:|node:|/)[^\n)]+:\d+:\d+",
    "a trace of Rust or Go": r"panicked at |goroutine \d+ \[|stack backtrace",
    "a line of a source": r"\.(?:py|rs|go|js|ts):\d+",
    "an address": r"\b\d{1,3}(?:\.\d{1,3}){3}:\d+|\blocalhost:\d+|https?://(?:\d{1,3}(?:\.\d{1,3}){3}|localhost)",
    "a port of a connection": r"\bport[ =:]+\d{4,5}\b",
}
"""What an error must not tell → a pattern of it."""


def wrong_in_error(answer: Exchange) -> list[str]:
    """What keeps an answer from being an error as the OpenAI API has it: ``error`` with message, type and code."""
    if answer.status is None or answer.ok:
        return [f"it is no error, but {answer}"]
    called = answer.headers.get("Content-Type", "")
    wrong = [] if "json" in called.lower() else [f"its Content-Type is {called!r}"]
    error = field(parsed(answer.body), "error")
    if not isinstance(error, dict):
        return [*wrong, f"it has no object `error`: {answer.text[:300]!r}"]
    return wrong + _wrong_in_object(error)


def _wrong_in_object(error: dict[str, Any]) -> list[str]:
    wrong = [f"error.{name} is {error.get(name)!r}" for name in ("message", "type") if not _is_text(error.get(name))]
    if "code" not in error:
        wrong.append("there is no error.code")
    elif not isinstance(error["code"], str | int | None):
        wrong.append(f"error.code is {error['code']!r}")
    return wrong


def told_of_inside(answer: Exchange, ports: dict[str, int]) -> list[str]:
    """What an error tells of the inside: traces, addresses, and the ports of these upstreams."""
    text = answer.text
    found = [f"{what}: {match[0]!r}" for what, sought in INSIDE.items() if (match := re.search(sought, text))]
    return found + [f"the port of {name}" for name, port in ports.items() if re.search(rf":{port}\b", text)]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
