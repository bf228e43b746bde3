"""The routing request, and its compiled form: the demands it makes, checked field by field."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
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
# Demands that are kept compiled, as callers ask the same again and again; and the longest, in bytes, that are.
KEPT, LONGEST_KEPT = 1024, 4096
# Without references, so that equal demands are spelled equally.
MARSHAL_VERSION = 2
_REQUIREMENTS = frozenset({"capabilities", "guarantees", "privacy"})
_CONSTRAINTS = frozenset({"requires_gpu", "requires_internet", "max_cost"})
_ORDERED = ("intent", "context", "requirements", "constraints", "user")
_PARTS = frozenset(_ORDERED)
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
        return {name: getattr(self, name) for name in _ORDERED}


@dataclass(slots=True, eq=False)
class CompiledRequest:
    """What a request demands. Requests that demand the same may share one, so it is never changed."""

    capabilities: tuple[str, ...]
    match: tuple[Check, ...]
    security: tuple[Check, ...]
    max_cost: float | None
    priority: str


def compile_request(request: Request) -> CompiledRequest:
    """Raises InvalidRequest that names the field at fault."""
    intent, requirements, constraints, user = request.intent, request.requirements, request.constraints, request.user
    try:
        if not type(intent) is type(request.context) is type(requirements) is type(constraints) is type(user) is dict:
            for name in _ORDERED:
                fields.mapping(getattr(request, name), name)
        # All that a decision depends on. What is absent is told from what is null.
        kind, priority, level = intent.get("type", ...), intent.get("priority", "normal"), user.get("trust_level", 0)
        demands = (kind, priority, requirements, constraints, level)
        try:
            key = marshal.dumps(demands, MARSHAL_VERSION)
        except ValueError:
            # Something that is not as JSON has it; perhaps it will do all the same.
            return _compile(*demands)
        return _known(key) if len(key) <= LONGEST_KEPT else _compile(*demands)
    except Fault as fault:
        raise InvalidRequest.at(fault.error) from fault


@lru_cache(maxsize=KEPT)
def _known(key: bytes) -> CompiledRequest:
    """Demands that were spelled by ``marshal``, which keeps 1, 1.0 and true apart."""
    return _compile(*marshal.loads(key))


def _compile(
    kind: Any, priority: Any, requirements: Mapping[str, Any], constraints: Mapping[str, Any], trust: Any
) -> CompiledRequest:
    capabilities = _capabilities(kind, requirements)
    checks = [Check("match", "request.capabilities", "capabilities", "includes", name) for name in capabilities]
    max_cost = _constraints(constraints, checks)
    _requirements(requirements, checks)
    level = fields.level(trust, "user.trust_level")
    if priority not in PRIORITIES:
        raise Fault("intent.priority", f"expected one of {', '.join(PRIORITIES)}, got {fields.shown(priority)}")
    return CompiledRequest(
        capabilities=capabilities,
        match=tuple(checks),
        security=(Check("security", "user.trust_level", "requires_user_level", "at_most", level),),
        max_cost=max_cost,
        priority=priority,
    )


def spell(request: Request) -> bytes:
    """The request as JSON, as it is now: later changes do not reach a decision.

    Raises InvalidRequest for what JSON cannot say.
    """
    parts = {
        "intent": request.intent,
        "context": request.context,
        "requirements": request.requirements,
        "constraints": request.constraints,
        "user": request.user,
    }
    try:
        return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise InvalidRequest.at(FieldError("request", f"cannot be written as JSON: {error}")) from error


def check_seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not -SEED_LIMIT <= seed < SEED_LIMIT:
        raise InvalidRequest.at(FieldError("seed", f"expected a whole number of 64 bits, got {fields.shown(seed)}"))
    return seed


def _capabilities(kind: Any, requirements: Mapping[str, Any]) -> tuple[str, ...]:
    if kind is not ...:
        fields.text(kind, "intent.type")
    if "capabilities" in requirements:
        names = fields.texts(requirements["capabilities"], "requirements.capabilities")
        if len(names) > MAX_CAPABILITIES:
            raise Fault("requirements.capabilities", f"expected at most {MAX_CAPABILITIES}, got {len(names)}")
        return names if len(names) == 1 else tuple(dict.fromkeys(names))
    if kind is not ...:
        return (kind,)
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
