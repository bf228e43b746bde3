"""Says in plain words what a contract promises and what a request asks for, for the stories of explorations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from support.domains.caio.interface import RouteRequest

FIELDS = {
    "accuracy": "accuracy",
    "determinism": "deterministic",
    "latency_p95_ms": "latency",
    "requires_internet": "internet",
    "requires_gpu": "graphics processor",
    "max_cost": "cost at most",
    "per_call": "cost",
    "data_class": "data class",
    "data_classes": "data",
    "retention_days": "days that data is kept",
    "requires_user_level": "for trust level",
    "level": "trusted",
    "locality": "route",
    "score": "alignment",
}
"""Field → what an owner calls it; all others have the same name."""
UNSAID = ("service_id", "name", "capabilities", "api", "version")
"""Fields of a contract that every contract has."""


def of_contract(contract: Mapping[str, Any]) -> str:
    """What a contract says beyond what every contract says."""
    offers = ", ".join(_offer(each) for each in contract["capabilities"])
    stated = [*_leaves({name: value for name, value in contract.items() if name not in UNSAID})]
    stated += _leaves({name: contract["api"][name] for name in ("locality", "model") if name in contract["api"]})
    version = contract["version"]
    return f"{name_of(contract)} {version}, which offers {offers}" + (f" ({'; '.join(stated)})" if stated else "")


def name_of(contract: Mapping[str, Any]) -> str:
    """The name of a service; a very long one is cut."""
    return _shown(contract["service_id"])


def of_request(request: RouteRequest) -> str:
    """What a request asks for, and by what it is to be decided."""
    body = request.body
    wanted = body.get("requirements", {}).get("capabilities") or [body["intent"]["type"]]
    parts = [" and ".join(_shown(each) for each in wanted)]
    demands = {name: body[name] for name in ("requirements", "constraints") if name in body}
    if stated := _leaves(
        {name: {k: v for k, v in each.items() if k != "capabilities"} for name, each in demands.items()}
    ):
        parts.append(f"on the terms {'; '.join(stated)}")
    trust = body.get("user", {}).get("trust_level")
    parts.append("as a caller of unknown trust" if trust is None else f"as a caller of trust level {trust}")
    if request.policies:
        parts.append("under the policies " + "; ".join(of_policy(each) for each in request.policies))
    if request.history:
        parts.append(
            "with the history "
            + "; ".join(f"{_shown(name)}: {_record(each)}" for name, each in request.history.items())
        )
    return ", ".join([*parts, *([f"seed {request.seed}"] if request.seed else [])])


def of_policy(policy: Mapping[str, Any]) -> str:
    """One policy."""
    return " ".join([str(policy["type"]), *_leaves({name: value for name, value in policy.items() if name != "type"})])


def listed(names: Iterable[str]) -> str:
    """Names of services, or nobody."""
    return ", ".join(_shown(each) for each in names) or "nobody"


def _record(record: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in record.items()) or "nothing"


def _offer(offer: Mapping[str, Any]) -> str:
    least = offer.get("accuracy", {}).get("min")
    return _shown(offer["type"]) + ("" if least is None else f" with accuracy {least}")


def _leaves(value: Mapping[str, Any], name: str = "") -> list[str]:
    found: list[str] = []
    for key, each in value.items():
        called = name if key in ("minimum", "maximum", "value") and name else FIELDS.get(key, key)
        found += _leaves(each, called) if isinstance(each, dict) else [f"{called} {_plain(each)}"]
    return found


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_shown(str(each)) for each in value) or "none"
    return _shown(value) if isinstance(value, str) else json.dumps(value)


def _shown(text: str) -> str:
    return text if len(text) <= 32 else f"{text[:12]}… ({len(text)} letters)"
