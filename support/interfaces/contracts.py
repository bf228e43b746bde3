"""Turns the tables of services that Gherkin shows into contract documents, and changes single fields of documents."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from support.outcomes import NothingToJudge, UsageError

UNREACHABLE = "http://127.0.0.1:9"
"""Where a service that is only routed to, never called, is said to be: the discard port, where nothing listens."""

MISSING = "missing"
"""The word with which Gherkin takes a field away."""

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

_LISTS = {"data", "residency"}
_TEXTS = {"model", "route", "version"}

Document = dict[str, Any]


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


def text(document: Document) -> str:
    """The document as YAML."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def words(cell: str) -> list[str]:
    """The words of a cell such as ``chat, summarise``. Raises NothingToJudge if there are none."""
    found = [word.strip() for word in cell.split(",") if word.strip()]
    if not found:
        raise NothingToJudge(f"{cell!r} names nothing, so there is nothing to judge")
    return found


def changed(document: Document, path: str, value: str) -> Document:
    """A copy of the document with one field changed to a value written as YAML, or taken away if it is "missing"."""
    copied = copy.deepcopy(document)
    if value == MISSING:
        take(copied, path)
    else:
        put(copied, path, yaml.safe_load(value))
    return copied


def put(document: Document, path: str, value: Any) -> None:
    """Set the field at a path such as ``capabilities[0].accuracy.min``, making what is missing on the way."""
    *way, last = _keys(path)
    node: Any = document
    for key in way:
        node = node[key] if isinstance(key, int) else node.setdefault(key, {})
    node[last] = value


def take(document: Document, path: str) -> None:
    """Remove the field at a path."""
    *way, last = _keys(path)
    node: Any = document
    for key in way:
        node = node[key]
    del node[last]


def _keys(path: str) -> list[str | int]:
    return [int(index) if index else name for name, index in re.findall(r"([A-Za-z_]\w*)|\[(\d+)\]", path)]


def _field(column: str) -> str:
    if column not in COLUMNS:
        known = ", ".join(["service", "offers", "idempotent", *COLUMNS])
        raise UsageError(f"a table of services has no column {column!r}; there are: {known}")
    return COLUMNS[column]


def _value(column: str, cell: str) -> Any:
    if column in _LISTS:
        return words(cell)
    return cell if column in _TEXTS else scalar(cell)


def scalar(cell: str) -> Any:
    """A cell as a value: yes and no, numbers, "200 ms" as a number of milliseconds; anything else is text."""
    if cell in ("yes", "no"):
        return cell == "yes"
    return yaml.safe_load(cell.removesuffix(" ms"))


def rows(table: Iterable[Any] | None) -> list[dict[str, str]]:
    """The rows of a Gherkin table as dictionaries, without empty cells. Raises NothingToJudge if there are none."""
    found = [{heading: cell for heading, cell in row.items() if cell} for row in table or ()]
    if not found:
        raise NothingToJudge("the step needs a table with at least one row below its headings, and has none")
    return found
