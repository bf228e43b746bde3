"""A contract compiled for routing: its facts, its score and the stated weights behind it.

Everything that does not depend on a request is worked out here, once, when a service is registered.
"""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

from caio.canonical import normal
from caio.contracts import ServiceContract

# The stated weights of the ranking; each component lies in [0, 1] and an unstated figure counts as the worst.
WEIGHTS = {"cost": 0.30, "latency": 0.25, "accuracy": 0.30, "alignment": 0.15}
# A service whose recent calls all failed loses up to this much of its score.
HISTORY_PENALTY = 0.5
# The cost per call and the p95 latency that are worth half of their component.
HALF_COST = 0.01
HALF_LATENCY_MS = 500.0
# Scores are compared at this precision, so that the last bit of a sum never decides.
DIGITS = 9


class Service(Protocol):
    """What routing asks a registered service about its health."""

    available: bool

    def unavailability(self) -> str: ...


class Candidate:
    """One service as it stands for one capability; immutable but for the health its entry reports."""

    __slots__ = (
        "capability",
        "components",
        "contract",
        "digest",
        "entry",
        "facts",
        "figures",
        "order",
        "row",
        "score",
        "scored",
        "service_id",
        "tie",
    )

    def __init__(self, entry: Service, contract: ServiceContract, capability: str) -> None:
        self.entry = entry
        self.contract = contract
        self.service_id = contract.service_id
        self.capability = capability
        self.facts = facts_of(contract, capability)
        self.components = components_of(self.facts)
        self.digest = contract.digest
        self.score = round(sum(WEIGHTS[name] * self.components[name] for name in WEIGHTS), DIGITS)
        self.scored = f"scores {self.score}"
        self.figures = tuple(self.components[name] for name in WEIGHTS)
        # The candidate as a trace shows it if it is admitted and another wins.
        self.row = {
            "service_id": self.service_id,
            "outcome": "outranked",
            "stage": "rank",
            "reason": "",
            "score": self.score,
            "components": self.components,
            "contract_digest": self.digest,
        }
        self.tie = tie_of(contract.service_id)
        self.order = (-self.score, contract.service_id)


def tie_of(text: str) -> int:
    """64 bits, odd, from the text alone: the same in every process and on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") | 1


def facts_of(contract: ServiceContract, capability: str) -> dict[str, Any]:
    """What rules may ask about; None stands for what the contract does not state."""
    guarantees, privacy = contract.guarantees, contract.privacy
    offered = {item.type: item.accuracy.min if item.accuracy else None for item in contract.capabilities}
    facts = {
        "service_id": contract.service_id,
        "capabilities": frozenset(offered),
        "requires_gpu": contract.constraints.requires_gpu,
        "requires_internet": contract.constraints.requires_internet,
        "locality": contract.route,
        "accuracy": offered[capability] if guarantees.accuracy is None else guarantees.accuracy,
        "determinism": guarantees.determinism,
        "latency_p95_ms": guarantees.latency_p95_ms,
        "availability": guarantees.availability,
        "cost": contract.cost.per_call if contract.cost else None,
        "alignment": contract.alignment.score if contract.alignment else None,
        "data_class": None if privacy.data_classes is None else frozenset(privacy.data_classes),
        "residency": None if privacy.residency is None else frozenset(privacy.residency),
        "retention_days": privacy.retention_days,
        "trust_level": contract.trust.level,
        "requires_user_level": contract.trust.requires_user_level,
    }
    return dict(normal(facts))


def components_of(facts: dict[str, Any]) -> dict[str, float]:
    """What WEIGHTS apply to, and the penalty for recent history, which only a request knows."""
    cost, latency = facts["cost"], facts["latency_p95_ms"]
    components = {
        "cost": 0.0 if cost is None else round(1 / (1 + cost / HALF_COST), DIGITS),
        "latency": 0.0 if latency is None else round(1 / (1 + latency / HALF_LATENCY_MS), DIGITS),
        "accuracy": facts["accuracy"] or 0.0,
        "alignment": facts["alignment"] or 0.0,
        "history": 0.0,
    }
    return dict(normal(components))


def choose(candidates: list[Candidate]) -> Candidate:
    """Of one service's candidates for several capabilities, the one that promises least: it is what a caller gets."""
    return min(
        candidates, key=lambda item: (item.facts["accuracy"] is not None, item.facts["accuracy"], item.capability)
    )
