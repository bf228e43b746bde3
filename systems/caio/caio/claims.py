"""What a decision claims of a contract: pure functions that routing uses and that verification repeats."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from caio.contracts import ServiceContract
from caio.policies import CompiledPolicies
from caio.request import CompiledRequest
from caio.routing.candidate import Candidate
from caio.routing.checks import Check

# A call may take this many times the p95 the contract promises before it counts as lost.
TIMEOUT_FACTOR = 3
SHORTEST_TIMEOUT_MS, LONGEST_TIMEOUT_MS, DEFAULT_TIMEOUT_MS = 100, 30_000, 10_000
IDEMPOTENT_RETRIES = 1


def checks_of(request: CompiledRequest, policies: Iterable[CompiledPolicies]) -> list[Check]:
    """Every demand in the order of the stages: match, rules, security."""
    return [*request.match, *(check for compiled in policies for check in compiled.checks), *request.security]


def proofs_of(chosen: Candidate, checks: Iterable[Check]) -> list[dict[str, Any]]:
    digest = chosen.contract.digest
    return [check.proof(chosen, digest) for check in checks]


def model_of(contract: ServiceContract) -> str:
    """The model the contract names, else the service itself."""
    return contract.api.model or contract.service_id


def guarantees_of(chosen: Candidate) -> dict[str, Any]:
    """Only what the contract states; accuracy is that of the capability where no general one is given."""
    names = ("accuracy", "determinism", "latency_p95_ms", "availability")
    stated: dict[str, Any] = {name: chosen.facts[name] for name in names if chosen.facts[name] is not None}
    privacy = chosen.contract.privacy.model_dump(mode="json", exclude_none=True)
    return {**stated, "privacy": privacy} if privacy else stated


def control_signal_of(
    chosen: Candidate, request: CompiledRequest, policies: Iterable[CompiledPolicies]
) -> dict[str, Any]:
    """How to make the call: time-out, retries (only where the contract allows a repetition), budget, priority."""
    latency = chosen.facts["latency_p95_ms"]
    timeout = DEFAULT_TIMEOUT_MS if latency is None else math.ceil(TIMEOUT_FACTOR * min(latency, LONGEST_TIMEOUT_MS))
    endpoint = chosen.contract.endpoint(request.capabilities[0])
    ceilings = [request.max_cost, *(compiled.ceiling for compiled in policies)]
    return {
        "timeout_ms": min(max(timeout, SHORTEST_TIMEOUT_MS), LONGEST_TIMEOUT_MS),
        "retries": IDEMPOTENT_RETRIES if endpoint and endpoint.idempotent else 0,
        "budget": min((ceiling for ceiling in ceilings if ceiling is not None), default=chosen.facts["cost"]),
        "priority": request.priority,
    }
