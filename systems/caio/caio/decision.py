"""The decision: what was chosen, how to call it, and the proofs and trace that say why.

It keeps what routing found in compact form and spells it out when read, each time anew, so that what a reader
does to the answer cannot change the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caio.canonical import read
from caio.claims import checks_of, control_signal_of, guarantees_of, model_of, proofs_of
from caio.contracts import ServiceContract
from caio.policies import CompiledPolicies
from caio.replay import id_of
from caio.request import CompiledRequest
from caio.routing.candidate import Candidate
from caio.routing.stages import Stage, score_of

Sign = Callable[[Mapping[str, Any]], dict[str, str]]
_COMPONENTS = ("cost", "latency", "accuracy", "alignment", "recent history")
# Every set of components in which a loser may be weaker, by bit: bit 0 is cost.
_WEAKER = [", ".join(name for bit, name in enumerate(_COMPONENTS) if mask >> bit & 1) for mask in range(32)]


@dataclass(slots=True)
class Findings:
    """All that went into one decision; `stages` in the order of routing, the fourth is the ranking."""

    request: CompiledRequest
    policies: tuple[CompiledPolicies, CompiledPolicies]
    stages: tuple[Stage, Stage, Stage, Stage, Stage]
    penalties: Mapping[str, float]
    seed: int
    registry_digest: str


class RoutingDecision:
    """Immutable. `to_dict()` signs: no decision leaves the process unsigned."""

    __slots__ = ("_chosen", "_findings", "_id", "_sign", "_signature")

    def __init__(self, findings: Findings, sign: Sign) -> None:
        self._findings = findings
        self._sign = sign
        self._chosen: Candidate = findings.stages[4].admitted[0]
        self._id: str | None = None
        self._signature: dict[str, str] | None = None

    @property
    def service_id(self) -> str:
        return self._chosen.service_id

    @property
    def version(self) -> str:
        return self._chosen.contract.version

    @property
    def contract(self) -> ServiceContract:
        """Of the chosen service, as it was decided on."""
        return self._chosen.contract

    @property
    def capability(self) -> str:
        """The first capability asked for: the one a call is about."""
        return self._findings.request.capabilities[0]

    @property
    def route(self) -> str:
        return self._chosen.contract.route

    @property
    def model(self) -> str:
        return model_of(self._chosen.contract)

    @property
    def control_signal(self) -> dict[str, Any]:
        return control_signal_of(self._chosen, self._findings.request, self._findings.policies)

    @property
    def guarantees(self) -> dict[str, Any]:
        return guarantees_of(self._chosen)

    @property
    def ranking(self) -> tuple[str, ...]:
        """All admitted services, best first: the order in which a failed call may be tried elsewhere."""
        return tuple(item.service_id for item in self._findings.stages[3].admitted)

    @property
    def proofs(self) -> list[dict[str, Any]]:
        return proofs_of(self._chosen, checks_of(self._findings.request, self._findings.policies))

    @property
    def durations_us(self) -> dict[str, float]:
        """Time spent in each stage."""
        return {stage.name: stage.duration_us for stage in self._findings.stages}

    @property
    def weight(self) -> int:
        """A measure of the memory it holds: candidates, and one for each 64 bytes of request."""
        return self._findings.stages[0].considered + len(self._findings.request.spelled) // 64 + 1

    @property
    def trace(self) -> dict[str, Any]:
        found = self._findings
        return {
            "request": read(found.request.spelled),
            "server_policies": read(found.policies[0].spelled),
            "policies": read(found.policies[1].spelled),
            "registry_digest": found.registry_digest,
            "seed": found.seed,
            "stages": [{**stage.outcome, "duration_us": stage.duration_us} for stage in found.stages],
            "candidates": [*self._ranked_rows(), *self._refused_rows()],
        }

    @property
    def decision_id(self) -> str:
        """The same for the same inputs, whenever and wherever it was decided."""
        if self._id is None:
            self._id = self._worked_out_id(self._body())
        return self._id

    def to_dict(self) -> dict[str, Any]:
        """The signed decision, ready for JSON."""
        body = self._body()
        if self._id is None or self._signature is None:
            self._id = self._worked_out_id(body)
            self._signature = self._sign({"decision_id": self._id, **body})
        return {"decision_id": self._id, **body, "signature": dict(self._signature)}

    def _worked_out_id(self, body: dict[str, Any]) -> str:
        """What ``replay.decision_id`` works out from a decision that it is shown."""
        trace = {**body["trace"], "stages": [stage.outcome for stage in self._findings.stages]}
        return id_of({**body, "trace": trace})

    def _body(self) -> dict[str, Any]:
        return {
            "service_id": self.service_id,
            "version": self.version,
            "route": self.route,
            "model": self.model,
            "control_signal": self.control_signal,
            "guarantees": self.guarantees,
            "proofs": self.proofs,
            "trace": self.trace,
        }

    def __repr__(self) -> str:
        return f"RoutingDecision(service_id={self.service_id!r}, route={self.route!r})"

    def _ranked_rows(self) -> list[dict[str, Any]]:
        # A hundred candidates or more are common, and this is most of the time a decision takes.
        penalties, chosen = self._findings.penalties, self._chosen
        cost, latency, accuracy, alignment = chosen.figures
        best = score_of(chosen, penalties)
        equal = f"scores the same as {chosen.service_id}, which the seed prefers"
        against = f", {chosen.service_id} scores {best}: weaker in "
        rows = []
        for candidate in self._findings.stages[3].admitted:
            row = candidate.row.copy()
            components = row["components"] = candidate.components.copy()
            told, failed = candidate.scored, False
            if penalties and candidate.service_id in penalties:
                row["score"] = score_of(candidate, penalties)
                components["history"] = penalties[candidate.service_id]
                told, failed = f"scores {row['score']}", True
            if row["score"] == best:
                row["reason"] = equal
            else:
                its_cost, its_latency, its_accuracy, its_alignment = candidate.figures
                weaker = (its_cost < cost) | (its_latency < latency) << 1 | (its_accuracy < accuracy) << 2
                row["reason"] = told + against + _WEAKER[weaker | (its_alignment < alignment) << 3 | failed << 4]
            rows.append(row)
        rows[0].update(outcome="chosen", stage="decide", reason="has the best score")
        return rows

    def _refused_rows(self) -> Iterator[dict[str, Any]]:
        for stage in self._findings.stages:
            for refused in stage.refused:
                yield {
                    **refused.to_refusal().to_dict(),
                    "outcome": "refused",
                    "score": None,
                    "components": None,
                    "contract_digest": refused.candidate.digest,
                }
