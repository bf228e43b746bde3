"""Repeats what a decision claims from its own trace and the contracts, and says where the two differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from caio.canonical import canonical
from caio.claims import checks_of, control_signal_of, guarantees_of, model_of, proofs_of
from caio.contracts import ServiceContract
from caio.policies import CompiledPolicies, compile_policies
from caio.registry import ServiceEntry
from caio.request import CompiledRequest, Request, compile_request
from caio.routing.candidate import DIGITS, Candidate, choose
from caio.routing.checks import Check


def decision_id(decision: Mapping[str, Any]) -> str:
    """Content-addressed: of all but the id itself, the signature and the durations of the stages."""
    body = {name: part for name, part in decision.items() if name not in ("decision_id", "signature")}
    trace = dict(body["trace"])
    trace["stages"] = [{name: v for name, v in stage.items() if name != "duration_us"} for stage in trace["stages"]]
    return id_of({**body, "trace": trace})


def id_of(content: Mapping[str, Any]) -> str:
    """The id of what is left of a decision without those."""
    return "dec-" + hashlib.blake2b(canonical(content), digest_size=16).hexdigest()


def contract_problems(decision: Mapping[str, Any], contracts: Sequence[ServiceContract]) -> Iterator[str]:
    """What the contracts contradict; raises KeyError or TypeError where the decision lacks its form."""
    held = {contract.service_id: contract for contract in contracts}
    trace = decision["trace"]
    request = compile_request(Request.from_dict(trace["request"]))
    policies = (compile_policies(trace["server_policies"], "server_policies"), compile_policies(trace["policies"]))
    yield from _chosen_problems(decision, held.get(decision["service_id"]), request, policies)
    checks = checks_of(request, policies)
    best = max((row["score"] for row in trace["candidates"] if row["score"] is not None), default=None)
    for row in trace["candidates"]:
        contract = held.get(row["service_id"])
        if contract is not None:
            yield from _row_problems(row, contract, request, checks, best)


def _chosen_problems(
    decision: Mapping[str, Any],
    contract: ServiceContract | None,
    request: CompiledRequest,
    policies: tuple[CompiledPolicies, ...],
) -> Iterator[str]:
    service_id = decision["service_id"]
    if contract is None:
        yield f"the contract of {service_id}, which was chosen, is not among those given"
        return
    rows = [row["service_id"] for row in decision["trace"]["candidates"] if row["outcome"] == "chosen"]
    if rows != [service_id]:
        yield f"the trace says that {rows} was chosen, the decision names {service_id}"
    candidate = _candidate(contract, request)
    if candidate is None:
        yield f"{service_id} does not offer what was asked for"
        return
    claims = {
        "version": contract.version,
        "route": contract.route,
        "model": model_of(contract),
        "control_signal": control_signal_of(candidate, request, policies),
        "guarantees": guarantees_of(candidate),
    }
    for name, expected in claims.items():
        if canonical(decision[name]) != canonical(expected):
            yield f"{name} is {decision[name]!r}, from the contract of {service_id} follows {expected!r}"
    yield from _proof_problems(decision, candidate, checks_of(request, policies))


def _proof_problems(decision: Mapping[str, Any], candidate: Candidate, checks: list[Check]) -> Iterator[str]:
    expected = proofs_of(candidate, checks)
    found = decision["proofs"]
    if len(found) != len(expected):
        yield f"the decision carries {len(found)} proofs, request and policies need {len(expected)}"
    for check, proof, claimed in zip(checks, expected, found, strict=False):
        if claimed.get("contract_digest") != proof["contract_digest"]:
            yield f"the contract of {candidate.service_id} is not the one that was decided on: its digest differs"
            return
        if not check.keep([candidate]):
            yield f"the proof of {check.rule} does not hold: {check.reason(candidate)}"
        elif canonical(claimed) != canonical(proof):
            yield f"the proof of {check.rule} is not what the contract of {candidate.service_id} shows"


def _row_problems(
    row: Mapping[str, Any],
    contract: ServiceContract,
    request: CompiledRequest,
    checks: list[Check],
    best: float | None,
) -> Iterator[str]:
    name = row["service_id"]
    if row["contract_digest"] != contract.digest:
        yield f"the contract of {name} is not the one that was decided on: its digest differs"
        return
    candidate = _candidate(contract, request)
    if candidate is None:
        yield f"{name} is in the trace and offers nothing that was asked for"
        return
    failed = next((check for check in checks if not check.keep([candidate])), None)
    if row["outcome"] == "refused":
        # Health and earlier attempts are not in a contract; every other refusal must follow from it.
        if row["stage"] not in ("health", "dispatch") and (failed is None or row["reason"] != failed.reason(candidate)):
            yield f"the refusal of {name} does not follow from its contract: {row['reason']}"
        return
    if failed is not None:
        yield f"{name} was admitted against {failed.rule}: {failed.reason(candidate)}"
    penalty = row["components"]["history"]
    if canonical(row["score"]) != canonical(round(candidate.score - penalty, DIGITS)):
        yield f"the score of {name} does not follow from its contract"
    if row["outcome"] == "chosen" and row["score"] != best:
        yield f"{name} was chosen with {row['score']}, the best score is {best}"


def _candidate(contract: ServiceContract, request: CompiledRequest) -> Candidate | None:
    offers = ServiceEntry(contract).candidates
    found = [offers[name] for name in request.capabilities if name in offers]
    return choose(found) if found else None
