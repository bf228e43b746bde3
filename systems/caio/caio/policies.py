"""Policies: the rules an operator or a caller lays over every candidate, compiled into checks."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from caio import fields
from caio.canonical import canonical
from caio.errors import InvalidPolicy
from caio.fields import Fault
from caio.request import KEPT, LONGEST_KEPT, MARSHAL_VERSION, privacy_checks
from caio.routing.checks import Check

MAX_POLICIES = 100
_LOCALITIES = ("internal", "external", "hybrid")
_BOUNDED = ("accuracy", "availability", "latency_p95_ms", "alignment")


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPolicies:
    """`checks` in the order of the policies; `ceiling` is the lowest cost they allow; `spelled` canonical JSON."""

    checks: tuple[Check, ...] = ()
    ceiling: float | None = None
    spelled: bytes = b"[]"


NO_POLICIES = CompiledPolicies()


def compile_policies(policies: Any, where: str = "policies") -> CompiledPolicies:
    """Raises InvalidPolicy that names the policy and its field; nothing unknown is ever skipped."""
    if isinstance(policies, (list, tuple)) and not policies:
        return NO_POLICIES
    try:
        try:
            key = marshal.dumps(policies, MARSHAL_VERSION)
        except ValueError:
            # As with a request: perhaps it will do all the same.
            return _compile_all(policies, where)
        return _known(key, where) if len(key) <= LONGEST_KEPT else _compile_all(policies, where)
    except Fault as fault:
        raise InvalidPolicy.at(fault.error) from fault


@lru_cache(maxsize=KEPT)
def _known(key: bytes, where: str) -> CompiledPolicies:
    return _compile_all(marshal.loads(key), where)


def _compile_all(policies: Any, where: str) -> CompiledPolicies:
    if not isinstance(policies, (list, tuple)):
        raise Fault(where, f"expected a list of policies, got {fields.shown(policies)}")
    if len(policies) > MAX_POLICIES:
        raise Fault(where, f"expected at most {MAX_POLICIES} policies, got {len(policies)}")
    checks = tuple(check for place, policy in enumerate(policies) for check in _compile(policy, f"{where}[{place}]"))
    ceilings = [check.expected for check in checks if check.field == "cost"]
    return CompiledPolicies(checks, min(ceilings, default=None), _spell(policies, where))


def _spell(policies: Any, where: str) -> bytes:
    try:
        return canonical(policies)
    except TypeError as error:
        raise Fault(where, f"cannot be written as JSON: {error}") from error


def _compile(policy: Any, path: str) -> list[Check]:
    policy = fields.mapping(policy, path)
    if "type" not in policy:
        raise Fault(f"{path}.type", f"is missing; expected one of {', '.join(_KINDS)}")
    kind = policy["type"]
    if not isinstance(kind, str) or kind not in _KINDS:
        raise Fault(f"{path}.type", f"expected one of {', '.join(_KINDS)}, got {fields.shown(kind)}")
    return _KINDS[kind](policy, path, f"{path}.{kind}")


def _need(policy: Mapping[str, Any], path: str, name: str) -> Any:
    if name not in policy:
        raise Fault(f"{path}.{name}", "is missing: the field is required")
    return policy[name]


def _constraint(policy: Mapping[str, Any], path: str, rule: str) -> list[Check]:
    fields.known(policy, path, ("type", "field", "value"))
    name, value = _need(policy, path, "field"), _need(policy, path, "value")
    if name in ("requires_gpu", "requires_internet"):
        return [Check("rules", rule, name, "equals", fields.boolean(value, f"{path}.value"))]
    if name == "locality":
        if value not in _LOCALITIES:
            raise Fault(f"{path}.value", f"expected one of {', '.join(_LOCALITIES)}, got {fields.shown(value)}")
        return [Check("rules", rule, name, "equals", value)]
    raise Fault(f"{path}.field", f"expected requires_gpu, requires_internet or locality, got {fields.shown(name)}")


def _guarantee(policy: Mapping[str, Any], path: str, rule: str) -> list[Check]:
    fields.known(policy, path, ("type", "field", "minimum", "maximum", "value"))
    name = _need(policy, path, "field")
    if name == "determinism":
        fields.known(policy, path, ("type", "field", "value"))
        wanted = fields.boolean(_need(policy, path, "value"), f"{path}.value")
        return [Check("rules", rule, "determinism", "equals", wanted)]
    if name not in _BOUNDED:
        raise Fault(
            f"{path}.field", f"expected one of {', '.join((*_BOUNDED, 'determinism'))}, got {fields.shown(name)}"
        )
    fields.known(policy, path, ("type", "field", "minimum", "maximum"))
    most = "accuracy" if name == "alignment" else name
    checks = []
    if "minimum" in policy:
        least = fields.guarantee_bound(most, policy["minimum"], f"{path}.minimum")
        checks.append(Check("rules", rule, name, "at_least", least))
    if "maximum" in policy:
        limit = fields.guarantee_bound(most, policy["maximum"], f"{path}.maximum")
        checks.append(Check("rules", rule, name, "at_most", limit))
    if not checks:
        raise Fault(f"{path}.minimum", "is missing: a guarantee needs minimum or maximum")
    return checks


def _cost(policy: Mapping[str, Any], path: str, rule: str) -> list[Check]:
    fields.known(policy, path, ("type", "maximum"))
    ceiling = fields.number(_need(policy, path, "maximum"), f"{path}.maximum")
    return [Check("rules", rule, "cost", "at_most", ceiling)]


def _privacy(policy: Mapping[str, Any], path: str, rule: str) -> list[Check]:
    wanted = {name: value for name, value in policy.items() if name != "type"}
    checks = privacy_checks(wanted, path, "rules", rule)
    if not checks:
        raise Fault(f"{path}.data_class", "is missing: a privacy policy needs data_class, residency or retention_days")
    return checks


def _allow(policy: Mapping[str, Any], path: str, rule: str) -> list[Check]:
    return [Check("rules", rule, "service_id", "one_of", _services(policy, path))]


def _deny(policy: Mapping[str, Any], path: str, rule: str) -> list[Check]:
    return [Check("rules", rule, "service_id", "none_of", _services(policy, path))]


def _services(policy: Mapping[str, Any], path: str) -> frozenset[str]:
    fields.known(policy, path, ("type", "services"))
    return frozenset(fields.texts(_need(policy, path, "services"), f"{path}.services"))


def _trust(policy: Mapping[str, Any], path: str, rule: str) -> list[Check]:
    fields.known(policy, path, ("type", "minimum"))
    least = fields.level(_need(policy, path, "minimum"), f"{path}.minimum")
    return [Check("rules", rule, "trust_level", "at_least", least)]


_KINDS: dict[str, Callable[[Mapping[str, Any], str, str], list[Check]]] = {
    "constraint": _constraint,
    "guarantee": _guarantee,
    "cost": _cost,
    "privacy": _privacy,
    "allow": _allow,
    "deny": _deny,
    "trust": _trust,
}
