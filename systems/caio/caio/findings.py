"""What routing found, in compact form, and how a decision tells it. The same for all requests that demand the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from caio.claims import checks_of, control_signal_of, guarantees_of, model_of, proofs_of
from caio.policies import CompiledPolicies
from caio.request import CompiledRequest
from caio.routing.candidate import Candidate
from caio.routing.stages import NAMES, Refused, score_of

_COMPONENTS = ("cost", "latency", "accuracy", "alignment", "recent history")
# Every set of components in which a loser may be weaker, by bit: bit 0 is cost.
_WEAKER = [", ".join(name for bit, name in enumerate(_COMPONENTS) if mask >> bit & 1) for mask in range(32)]
# Rankings of which something is kept, and the most candidates that these may have (some 100 bytes each in standings).
KEPT, MOST_KEPT = 256, 100
# Whom the stage of matching refuses for reasons that lie outside contracts.
IN_MATCHING = {"dispatch": "match", "health": "match"}


class Findings(NamedTuple):
    """All that went into a decision but for the words of the request, the seed and the time.

    Two are equal if they are about the same objects: what is told of one is true of the other.
    """

    request: CompiledRequest
    policies: tuple[CompiledPolicies, CompiledPolicies]
    ranked: tuple[Candidate, ...]
    """Best first: the first is chosen."""
    refused: tuple[Refused, ...]
    penalties: tuple[tuple[str, float], ...]
    registry_digest: str

    @property
    def chosen(self) -> Candidate:
        return self.ranked[0]

    def claims(self) -> dict[str, Any]:
        """What the decision says of the chosen service."""
        chosen, contract = self.chosen, self.chosen.contract
        return {
            "service_id": chosen.service_id,
            "version": contract.version,
            "route": contract.route,
            "model": model_of(contract),
            "control_signal": control_signal_of(chosen, self.request, self.policies),
            "guarantees": guarantees_of(chosen),
            "proofs": self.proofs(),
        }

    def proofs(self) -> list[dict[str, Any]]:
        return proofs_of(self.chosen, checks_of(self.request, self.policies))

    def stages(self) -> list[dict[str, Any]]:
        """What a trace says of each stage, but for how long it took."""
        lost = dict.fromkeys(NAMES, 0)
        for refused in self.refused:
            lost[IN_MATCHING.get(refused.stage, refused.stage)] += 1
        considered, told = len(self.ranked) + len(self.refused), []
        for name, count in lost.items():
            admitted = 1 if name == "decide" else considered - count
            told.append({"name": name, "considered": considered, "admitted": admitted})
            considered = admitted
        return told

    def candidates(self) -> list[dict[str, Any]]:
        """Everybody who was considered, those admitted first."""
        return [*self.ranked_rows(), *self.refused_rows()]

    def ranked_rows(self) -> list[dict[str, Any]]:
        """Those admitted, best first, and why all but the first have lost."""
        # A hundred candidates or more are common, and this is most of the time a decision takes.
        penalties, rows = dict(self.penalties), []
        for candidate, (score, reason) in zip(self.ranked, standings_of(self.ranked, self.penalties), strict=True):
            row = candidate.row.copy()
            row["components"] = components = candidate.components.copy()
            row["score"], row["reason"] = score, reason
            if penalties and candidate.service_id in penalties:
                components["history"] = penalties[candidate.service_id]
            rows.append(row)
        rows[0].update(outcome="chosen", stage="decide")
        return rows

    def refused_rows(self) -> Iterator[dict[str, Any]]:
        """Those refused, in the order of the stages."""
        for refused in self.refused:
            yield {
                **refused.to_refusal().to_dict(),
                "outcome": "refused",
                "score": None,
                "components": None,
                "contract_digest": refused.candidate.digest,
            }


def standings_of(
    ranked: tuple[Candidate, ...], penalties: tuple[tuple[str, float], ...]
) -> Sequence[tuple[float, str]]:
    """The score of each, in the order of the ranking, and why the first was chosen and all others have lost."""
    return _known(ranked, penalties) if len(ranked) <= MOST_KEPT else _compare(ranked, penalties)


def _compare(ranked: tuple[Candidate, ...], penalties: tuple[tuple[str, float], ...]) -> Sequence[tuple[float, str]]:
    chosen, lost = ranked[0], dict(penalties)
    best = score_of(chosen, lost)
    cost, latency, accuracy, alignment = chosen.figures
    equal = (best, f"scores the same as {chosen.service_id}, which the seed prefers")
    against = f", {chosen.service_id} scores {best}: weaker in "
    standings = [(best, "has the best score")]
    for other in ranked[1:]:
        score, told, failed = other.score, other.scored, other.service_id in lost
        if failed:
            score = score_of(other, lost)
            told = f"scores {score}"
        if score == best:
            standings.append(equal)
        else:
            its_cost, its_latency, its_accuracy, its_alignment = other.figures
            weaker = (its_cost < cost) | (its_latency < latency) << 1 | (its_accuracy < accuracy) << 2
            weaker |= (its_alignment < alignment) << 3 | failed << 4
            standings.append((score, told + against + _WEAKER[weaker]))
    return tuple(standings)


_known = lru_cache(maxsize=KEPT)(_compare)
