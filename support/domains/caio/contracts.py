"""Turns the tables of services that Gherkin shows into contract documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from support.base.documents import Document, put, scalar, words
from support.base.outcomes import UsageError

UNREACHABLE = "http://127.0.0.1:9"
"""Where a service that is only routed to, never called, is said to be: the discard port, where nothing listens."""

COLUMNS: dict[str, str] = {
    "accuracy": "guarantees.accuracy",
    "deterministic": "guarantees.determinism",
    "latency": "guarantees.latency_p95_ms",
    "availability": "guarantees.availability",
    "needs internet": "constraints.requires_internet",
    "needs graphics processor": "constraints.requires_gpu",
    "cost": "cost.per_call",
    "data": "privacy.data_classes",
    "residency": "privacy.residency",
    "keeps data": "privacy.retention_days",
    "alignment": "alignment.score",
    "trusted": "trust.level",
    "for trust level": "trust.requires_user_level",
    "model": "api.model",
    "route": "api.locality",
    "version": "version",
}
"""Column of a table of services → field of the contract. An empty cell leaves the contract silent about it."""

COLUMN_NAMES = ["service", "offers", "idempotent", *COLUMNS]
"""Every column of a table of services."""

_LISTS = {"data", "residency"}
_TEXTS = {"model", "route", "version"}


def contract(row: Mapping[str, str], base_url: str = UNREACHABLE, health: str | None = None) -> Document:
    """One row of a table of services as a contract. Raises UsageError for a column that nothing is known of."""
    offers = words(row.get("offers") or "chat")
    idempotent = row.get("idempotent", "yes") == "yes"
    document: Document = {
        "service_id": row["service"],
        "name": row["service"].replace("-", " ").title(),
        "version": "1.0.0",
        "capabilities": [{"type": offer} for offer in offers],
        "api": {
            "protocol": "http",
            "base_url": base_url,
            "endpoints": [
                {"path": f"/{offer}", "method": "POST", "capability": offer, "idempotent": idempotent}
                for offer in offers
            ],
        },
    }
    if health is not None:
        document["api"]["health"] = health
    for column, cell in row.items():
        if column not in {"service", "offers", "idempotent"} and cell:
            put(document, _field(column), _value(column, cell))
    return document


def text(document: Document | list[Document]) -> str:
    """The document, or the list of documents, as YAML."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def _field(column: str) -> str:
    if column not in COLUMNS:
        known = ", ".join(["service", "offers", "idempotent", *COLUMNS])
        raise UsageError(f"a table of services has no column {column!r}; there are: {known}")
    return COLUMNS[column]


def _value(column: str, cell: str) -> Any:
    if column in _LISTS:
        return words(cell)
    return cell if column in _TEXTS else scalar(cell)
