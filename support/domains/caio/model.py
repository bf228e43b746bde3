"""What CAIO promises about who may be chosen and what its registry holds, said naively: lists and loops, no index.

It is written from the criteria, the features and CAIO's documents, and never from a product's code:

- CAIO-ROUTE-01 to 05: a service must offer every ability that is asked for, by its exact name, and keep every demand of
  the request and every policy, whoever it comes from. A limit itself is kept. A contract that is silent about something
  does not give it, but needs neither the internet nor a graphics processor, is trusted 1 and asks for no trust.
- Accuracy is what the contract guarantees; where it is silent, what it states for the ability; for several abilities
  the least of them, as that is what the caller gets, and nothing if one of them has none.
- CAIO-ROUTE-08 and 09: all else being equal the better service wins, and one that failed more ranks lower. Silence
  about a quality is the worst. By how much each quality counts is CAIO's own affair, so the model says only who must
  not win: whoever another admissible service beats in something, and is behind in nothing. Equals are left to the seed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Contract = dict[str, Any]
Policy = dict[str, Any]
Reasons = frozenset[str]
"""Why a service may not be chosen, in the words of ``reasons.REASONS``, or NOT_OFFERED."""

NOT_OFFERED = "it does not offer what is asked for"
OTHER_ROUTE = "its data goes another way"
OTHER_ALIGNMENT = "its alignment is not as demanded"
WITHOUT_WORDS = frozenset({NOT_OFFERED, OTHER_ROUTE, OTHER_ALIGNMENT})
"""Reasons for which definitions declare no words."""

INTERNET, GPU = "it needs the internet", "it needs a graphics processor"
_FIGURES = {
    "accuracy": "its accuracy is too low",
    "availability": "it is too often unavailable",
    "latency_p95_ms": "it is too slow",
    "alignment": OTHER_ALIGNMENT,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with all that it is decided by; ``policies`` are those of the operator and of the caller.

    ``unclear`` are services of which it is not promised what is remembered, as they were replaced or came back.
    """

    body: Mapping[str, Any]
    policies: Sequence[Policy] = ()
    history: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()

    @property
    def abilities(self) -> list[str]:
        """The abilities that are asked for: those that are required, else the one that the request is about."""
        required = self.body.get("requirements", {}).get("capabilities")
        return list(required) if required is not None else [self.body["intent"]["type"]]


def accuracy(contract: Contract, abilities: Sequence[str]) -> float | None:
    """The accuracy that the contract promises for all of these abilities."""
    guaranteed: float | None = contract.get("guarantees", {}).get("accuracy")
    if guaranteed is not None:
        return guaranteed
    stated = []
    for offer in contract["capabilities"]:
        if offer["type"] in abilities:
            stated.append(offer.get("accuracy", {}).get("min"))
    return None if not stated or None in stated else min(stated)


def needs(contract: Contract, what: str) -> bool:
    """Whether the service needs the internet, or a graphics processor."""
    return bool(contract.get("constraints", {}).get(what, False))


def cost(contract: Contract) -> float | None:
    """What one call costs; None where the contract is silent."""
    price: float | None = contract.get("cost", {}).get("per_call")
    return price


def route(contract: Contract) -> str:
    """The way that the data of a call goes."""
    stated: str | None = contract["api"].get("locality")
    return stated or ("external" if needs(contract, "requires_internet") else "internal")


def guarantees(contract: Contract, abilities: Sequence[str]) -> dict[str, Any]:
    """All that the contract guarantees to whoever asks for these abilities."""
    stated = dict(contract.get("guarantees", {}))
    if (promised := accuracy(contract, abilities)) is not None:
        stated["accuracy"] = promised
    return stated


def refusals(contract: Contract, asked: Asked) -> Reasons:
    """Every reason why the service may not be chosen; empty for an admissible one."""
    found = [*_match(contract, asked), *_trust(contract, asked)]
    for policy in asked.policies:
        found += _policy(contract, policy, asked)
    return frozenset(found)


def admissible(contracts: Sequence[Contract], asked: Asked) -> list[Contract]:
    """The services that may be chosen."""
    return [each for each in contracts if not refusals(each, asked)]


def beats(one: Contract, other: Contract, asked: Asked) -> bool:
    """Whether the one must rank above the other: ahead in something, and behind in nothing."""
    compared = _compared(one, other, asked)
    return 1 in compared and -1 not in compared and None not in compared


def equals(one: Contract, other: Contract, asked: Asked) -> bool:
    """Whether nothing but the seed can tell the two apart."""
    return all(each == 0 for each in _compared(one, other, asked))


def winners(contracts: Sequence[Contract], asked: Asked) -> list[Contract]:
    """The admissible services that no other admissible one beats: one of them must be chosen."""
    able = admissible(contracts, asked)
    return [each for each in able if not any(beats(other, each, asked) for other in able)]


def _match(contract: Contract, asked: Asked) -> list[str]:
    """The demands of the request itself that the contract does not keep."""
    offered = [offer["type"] for offer in contract["capabilities"]]
    found = [NOT_OFFERED for ability in asked.abilities if ability not in offered]
    constraints = asked.body.get("constraints", {})
    for name, reason in (("requires_internet", INTERNET), ("requires_gpu", GPU)):
        if name in constraints and needs(contract, name) != constraints[name]:
            found.append(reason)
    if "max_cost" in constraints and not _at_most(cost(contract), constraints["max_cost"]):
        found.append("it costs too much")
    requirements = asked.body.get("requirements", {})
    promised = guarantees(contract, asked.abilities)
    for name, value in requirements.get("guarantees", {}).items():
        limit = next(iter(value.values())) if isinstance(value, dict) else value
        if not _gives(promised.get(name), name, limit):
            found.append("it is not deterministic" if name == "determinism" else _FIGURES[name])
    return found + _privacy(contract, requirements.get("privacy", {}))


def _gives(value: Any, name: str, limit: Any) -> bool:
    """Whether a guarantee is given that a request asks for; one that need not be repeatable may be all the same."""
    if name == "determinism":
        return value is True or not limit
    return _at_most(value, limit) if name == "latency_p95_ms" else _at_least(value, limit)


def _trust(contract: Contract, asked: Asked) -> list[str]:
    """Whether the caller is trusted as far as the service wants; a caller of unknown trust has none."""
    wanted = contract.get("trust", {}).get("requires_user_level", 0)
    return ["the caller is not trusted enough"] if asked.body.get("user", {}).get("trust_level", 0) < wanted else []


def _policy(contract: Contract, policy: Policy, asked: Asked) -> list[str]:
    """What of one policy the contract does not keep."""
    name = contract["service_id"]
    match policy["type"]:
        case "allow":
            return [] if name in policy["services"] else ["it is not on the allow list"]
        case "deny":
            return ["it is on the deny list"] if name in policy["services"] else []
        case "cost":
            return [] if _at_most(cost(contract), policy["maximum"]) else ["it costs too much"]
        case "trust":
            trusted = contract.get("trust", {}).get("level", 1) >= policy["minimum"]
            return [] if trusted else ["it is not trusted enough"]
        case "privacy":
            return _privacy(contract, policy)
        case "constraint":
            return _constraint_policy(contract, policy)
    return _guarantee_policy(contract, policy, asked)


def _constraint_policy(contract: Contract, policy: Policy) -> list[str]:
    if policy["field"] == "locality":
        return [] if route(contract) == policy["value"] else [OTHER_ROUTE]
    if needs(contract, policy["field"]) == policy["value"]:
        return []
    return [INTERNET if policy["field"] == "requires_internet" else GPU]


def _guarantee_policy(contract: Contract, policy: Policy, asked: Asked) -> list[str]:
    name, promised = policy["field"], guarantees(contract, asked.abilities)
    if name == "determinism":
        return [] if promised.get(name) is policy["value"] else ["it is not deterministic"]
    value = contract.get("alignment", {}).get("score") if name == "alignment" else promised.get(name)
    kept = ("minimum" not in policy or _at_least(value, policy["minimum"])) and (
        "maximum" not in policy or _at_most(value, policy["maximum"])
    )
    return [] if kept else [_FIGURES[name]]


def _privacy(contract: Contract, wanted: Mapping[str, Any]) -> list[str]:
    stated, found = contract.get("privacy", {}), list[str]()
    if "data_class" in wanted and wanted["data_class"] not in stated.get("data_classes", []):
        found.append("it may not see such data")
    if "residency" in wanted and wanted["residency"] not in stated.get("residency", []):
        found.append("it keeps data elsewhere")
    if "retention_days" in wanted and not _at_most(stated.get("retention_days"), wanted["retention_days"]):
        found.append("it keeps data for too long")
    return found


def _at_least(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit


def _at_most(value: float | None, limit: float) -> bool:
    return value is not None and value <= limit


def _qualities(contract: Contract, asked: Asked) -> list[float]:
    """Accuracy, alignment, latency and cost, the more the better."""
    price, latency = cost(contract), contract.get("guarantees", {}).get("latency_p95_ms")
    return [
        accuracy(contract, asked.abilities) or 0.0,
        contract.get("alignment", {}).get("score", 0.0),
        -math.inf if latency is None else -latency,
        -math.inf if price is None else -price,
    ]


def _compared(one: Contract, other: Contract, asked: Asked) -> list[int | None]:
    """By quality and by history: 1 where the one is ahead, -1 where the other is, None where it is unclear."""
    pairs = zip(_qualities(one, asked), _qualities(other, asked), strict=True)
    known = asked.unclear.isdisjoint((one["service_id"], other["service_id"]))
    history = _steadier(_outcomes(one, asked), _outcomes(other, asked)) if known else None
    return [*(_ahead(*pair) for pair in pairs), history]


def _ahead(one: float, other: float) -> int:
    return (one > other) - (one < other)


def _outcomes(contract: Contract, asked: Asked) -> tuple[int, int]:
    told = asked.history.get(contract["service_id"], {})
    return told.get("successes", 0), told.get("failures", 0)


def _steadier(one: tuple[int, int], other: tuple[int, int]) -> int | None:
    """1 if the one has been failing less, -1 if more, 0 if neither failed or both equally; None if it is unclear."""
    if one == other or (one[1] == other[1] == 0):
        return 0
    if one[1] == 0 or (other[1] > 0 and one[0] >= other[0] and one[1] <= other[1]):
        return 1
    if other[1] == 0 or (one[0] <= other[0] and one[1] >= other[1]):
        return -1
    return None
