"""Turns the terms, policies and outcomes that Gherkin shows into requests to a router."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from support.base.documents import put, rows, scalar, words
from support.base.outcomes import UsageError

ORDINARY_TRUST = 1
"""Trust level of "a user" about whom a scenario says nothing else."""

TERMS: dict[str, str] = {
    "internet": "constraints.requires_internet",
    "graphics processor": "constraints.requires_gpu",
    "cost at most": "constraints.max_cost",
    "accuracy at least": "requirements.guarantees.accuracy",
    "deterministic": "requirements.guarantees.determinism",
    "answered within": "requirements.guarantees.latency_p95_ms",
    "availability at least": "requirements.guarantees.availability",
    "data class": "requirements.privacy.data_class",
    "residency": "requirements.privacy.residency",
    "data kept at most in days": "requirements.privacy.retention_days",
    "trust level": "user.trust_level",
}
"""Term of a request → its field."""


def request(capabilities: str, terms: Iterable[Mapping[str, str]] = ()) -> dict[str, Any]:
    """A request for capabilities (``chat, summarise``) on the terms of a table ``term | value``."""
    wanted = words(capabilities)
    body: dict[str, Any] = {
        "intent": {"type": wanted[0]},
        "context": {},
        "requirements": {"capabilities": wanted},
        "constraints": {},
        "user": {"trust_level": ORDINARY_TRUST},
    }
    for row in terms:
        if row["term"] not in TERMS:
            raise UsageError(f"a request has no term {row['term']!r}; there are: {', '.join(TERMS)}")
        put(body, TERMS[row["term"]], scalar(row["value"]))
    return body


def first_half(body: dict[str, Any]) -> str:
    """A request as it is written over HTTP, cut off in the middle."""
    written = json.dumps(body)
    return written[: len(written) // 2]


def policy(row: Mapping[str, str]) -> dict[str, Any]:
    """One row of a table of policies, whose columns are the fields of policies."""
    return {name: words(cell) if name == "services" else _plain(name, cell) for name, cell in row.items()}


def outcomes(table: Iterable[Mapping[str, str]]) -> dict[str, dict[str, int]]:
    """A history from a table ``service | successes | failures``."""
    return {row["service"]: {kind: int(row[kind]) for kind in ("successes", "failures")} for row in rows(table)}


def _plain(name: str, cell: str) -> Any:
    return cell if name in {"type", "field", "data_class", "residency"} else scalar(cell)
