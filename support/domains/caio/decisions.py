"""What a routing decision says, apart from how long it took to make."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import FiniteFloat

from support.checks.basis import enough
from support.checks.shapes import Considered, Named, Object, read

Decision = dict[str, Any]


class Candidate(Considered):
    """A candidate of a trace, which says what became of it."""

    outcome: str


class Proof(Named):
    """What a decision says to prove one rule about a service."""

    stage: str
    rule: str
    field: str
    holds: bool


PENALTIES = {"history"}
"""Components of a score that are taken away from it: the larger, the worse."""


def timeless(decision: Decision) -> Decision:
    """The decision without the durations of its stages and without the signature over them."""
    kept = copy.deepcopy(read(decision, Object))
    kept.pop("signature", None)
    for stage in read(kept, list[Object], "trace", "stages"):
        stage.pop("duration_us", None)
    return kept


def ranking(decision: Decision) -> list[str]:
    """The services that could have been chosen, best first; equal scores in the order that the trace gives them."""
    admitted = [each for each in _candidates(decision) if each["outcome"] != "refused"]
    return [each["service_id"] for each in sorted(admitted, key=lambda each: -read(each, FiniteFloat, "score"))]


def lost_on(decision: Decision, loser: str, winner: str) -> set[str]:
    """The qualities in which the trace shows the loser behind the winner."""
    entries = {each["service_id"]: each for each in _candidates(decision)}
    worse, better = (read(entries, dict[str, FiniteFloat], name, "components") for name in (loser, winner))
    both = worse.keys() & better.keys()
    return {name for name in both if (worse[name] > better[name] if name in PENALTIES else worse[name] < better[name])}


def proofs(decision: Decision, service_id: str) -> list[dict[str, Any]]:
    """The proofs that a decision carries about a service."""
    read(decision, list[Proof], "proofs")
    return [proof for proof in read(decision, list[Object], "proofs") if proof["service_id"] == service_id]


def _candidates(decision: Decision) -> list[Object]:
    """The candidates in the trace, each with all its fields, and at least with its service and its outcome."""
    read(decision, list[Candidate], "trace", "candidates")
    return read(decision, list[Object], "trace", "candidates")


def unproven(decision: Decision, service_id: str, policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The policies that no proof about the service says were kept. A policy is known by its type and its field."""
    held = [proof for proof in proofs(decision, service_id) if proof["stage"] == "rules" and proof["holds"] is True]
    return [
        policy
        for policy in enough(policies, "policies that apply")
        if not any(_proves(proof, policy) for proof in held)
    ]


def _proves(proof: dict[str, Any], policy: dict[str, Any]) -> bool:
    named = str(proof["rule"])
    return str(policy["type"]) in named and str(policy.get("field", "")) in f"{named} {proof['field']}"
