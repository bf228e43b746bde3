"""The routing request, and its compiled form: the demands it makes, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from caio import fields
from caio.errors import FieldError, InvalidRequest
from caio.fields import Fault
from caio.routing.checks import Check, Operator

PRIORITIES = ("low", "normal", "high")
MAX_CAPABILITIES = 16
# Beyond these a seed does not survive JSON.
SEED_LIMIT = 2**63
_REQUIREMENTS = frozenset({"capabilities", "guarantees", "privacy"})
_CONSTRAINTS = frozenset({"requires_gpu", "requires_internet", "max_cost"})
_PARTS = frozenset({"intent", "context", "requirements", "constraints", "user"})
# Guarantee → how the contract is held to it, and the word a caller may wrap the figure in.
_GUARANTEES: dict[str, tuple[Operator, str]] = {
    "accuracy": ("at_least", "minimum"),
    "availability": ("at_least", "minimum"),
    "latency_p95_ms": ("at_most", "maximum"),
    "determinism": ("equals", "value"),
}


@dataclass(slots=True)
class Request:
    """What is asked for. `intent.type` or `requirements.capabilities` names the capability; the rest is optional."""

    intent: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    requirements: dict[str, Any] = field(default_factory=dict)
    constraints: dict[str, Any] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Any) -> Request:
        """From a JSON object; raises InvalidRequest for anything else and for unknown parts."""
        if not isinstance(data, Mapping):
            raise InvalidRequest.at(FieldError("request", f"expected a mapping, got {fields.shown(data)}"))
        for key in data:
            if key not in _PARTS:
                raise InvalidRequest.at(
                    FieldError(str(key), f"is unknown; expected one of {', '.join(sorted(_PARTS))}")
                )
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("intent", "context", "requirements", "constraints", "user")}


@dataclass(slots=True)
class CompiledRequest:
    """The request as demands. `spelled` is its JSON at the time of routing: later changes do not reach a decision."""

    capabilities: tuple[str, ...]
    match: tuple[Check, ...]
    security: tuple[Check, ...]
    max_cost: float | None
    priority: str
    spelled: bytes


def compile_request(request: Request) -> CompiledRequest:
    """Raises InvalidRequest that names the field at fault."""
    try:
        for name in ("intent", "context", "requirements", "constraints", "user"):
            fields.mapping(getattr(request, name), name)
        capabilities = _capabilities(request)
        checks = [Check("match", "request.capabilities", "capabilities", "includes", name) for name in capabilities]
        max_cost = _constraints(request.constraints, checks)
        _requirements(request.requirements, checks)
        level = fields.level(request.user.get("trust_level", 0), "user.trust_level")
        return CompiledRequest(
            capabilities=capabilities,
            match=tuple(checks),
            security=(Check("security", "user.trust_level", "requires_user_level", "at_most", level),),
            max_cost=max_cost,
            priority=_priority(request.intent),
            spelled=_spell(request),
        )
    except Fault as fault:
        raise InvalidRequest.at(fault.error) from fault


def check_seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not -SEED_LIMIT <= seed < SEED_LIMIT:
        raise InvalidRequest.at(FieldError("seed", f"expected a whole number of 64 bits, got {fields.shown(seed)}"))
    return seed


def _capabilities(request: Request) -> tuple[str, ...]:
    if "type" in request.intent:
        fields.text(request.intent["type"], "intent.type")
    if "capabilities" in request.requirements:
        names = fields.texts(request.requirements["capabilities"], "requirements.capabilities")
        if len(names) > MAX_CAPABILITIES:
            raise Fault("requirements.capabilities", f"expected at most {MAX_CAPABILITIES}, got {len(names)}")
        return names if len(names) == 1 else tuple(dict.fromkeys(names))
    if "type" in request.intent:
        return (request.intent["type"],)
    raise Fault("intent.type", "is missing: name the capability here or in requirements.capabilities")


def _constraints(constraints: Mapping[str, Any], checks: list[Check]) -> float | None:
    fields.known(constraints, "constraints", _CONSTRAINTS)
    for name in ("requires_gpu", "requires_internet"):
        if name in constraints:
            path = f"constraints.{name}"
            checks.append(Check("match", f"request.{path}", name, "equals", fields.boolean(constraints[name], path)))
    if "max_cost" not in constraints:
        return None
    ceiling = fields.number(constraints["max_cost"], "constraints.max_cost")
    checks.append(Check("match", "request.constraints.max_cost", "cost", "at_most", ceiling))
    return ceiling


def _requirements(requirements: Mapping[str, Any], checks: list[Check]) -> None:
    fields.known(requirements, "requirements", _REQUIREMENTS)
    if "guarantees" in requirements:
        _guarantees(fields.mapping(requirements["guarantees"], "requirements.guarantees"), checks)
    if "privacy" in requirements:
        privacy = fields.mapping(requirements["privacy"], "requirements.privacy")
        checks.extend(privacy_checks(privacy, "requirements.privacy", "match", "request.requirements.privacy"))


def _guarantees(guarantees: Mapping[str, Any], checks: list[Check]) -> None:
    fields.known(guarantees, "requirements.guarantees", _GUARANTEES)
    for name, (operator, word) in _GUARANTEES.items():
        if name not in guarantees:
            continue
        path, value = f"requirements.guarantees.{name}", guarantees[name]
        if isinstance(value, dict):
            fields.known(value, path, (word,))
            if word not in value:
                raise Fault(f"{path}.{word}", "is missing")
            path, value = f"{path}.{word}", value[word]
        if name == "determinism":
            if not fields.boolean(value, path):
                continue  # not required: a deterministic service is as good
        else:
            value = fields.guarantee_bound(name, value, path)
        checks.append(Check("match", f"request.requirements.guarantees.{name}", name, operator, value))


def privacy_checks(privacy: Mapping[str, Any], path: str, stage: str, rule: str) -> list[Check]:
    """Demands on data class, residency and days of retention, from a request or a policy."""
    fields.known(privacy, path, ("data_class", "residency", "retention_days"))
    checks = [
        Check(stage, f"{rule}.{name}", name, "includes", fields.text(privacy[name], f"{path}.{name}"))
        for name in ("data_class", "residency")
        if name in privacy
    ]
    if "retention_days" in privacy:
        days = fields.count(privacy["retention_days"], f"{path}.retention_days")
        checks.append(Check(stage, f"{rule}.retention_days", "retention_days", "at_most", days))
    return checks


def _priority(intent: Mapping[str, Any]) -> str:
    priority = intent.get("priority", "normal")
    if priority not in PRIORITIES:
        raise Fault("intent.priority", f"expected one of {', '.join(PRIORITIES)}, got {fields.shown(priority)}")
    return str(priority)


def _spell(request: Request) -> bytes:
    try:
        return orjson.dumps(request.to_dict())
    except TypeError as error:
        raise Fault("request", f"cannot be written as JSON: {error}") from error
