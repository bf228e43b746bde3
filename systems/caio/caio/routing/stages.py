"""The stages of routing, each a function from candidates to candidates that can be called alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from caio.errors import Refusal
from caio.policies import CompiledPolicies
from caio.request import CompiledRequest
from caio.routing.candidate import DIGITS, HISTORY_PENALTY, Candidate, Service, choose, tie_of
from caio.routing.checks import Check
from caio.routing.offers import Offers
from caio.routing.snapshot import Snapshot

NAMES = ("match", "rules", "security", "rank", "decide")
"""In the order of routing."""

_MASK = 2**64 - 1
_NO_PENALTIES: Mapping[str, float] = MappingProxyType({})


class Refused(NamedTuple):
    """A candidate and what it failed: a check, or a sentence where the reason lies outside its contract."""

    candidate: Candidate
    stage: str
    cause: Check | str

    def to_refusal(self) -> Refusal:
        cause = self.cause
        return Refusal(
            self.candidate.service_id, self.stage, cause if isinstance(cause, str) else cause.reason(self.candidate)
        )


@dataclass(slots=True)
class Stage:
    """What one stage did. `admitted` is in order of score, for rank and decide in the order of the ranking."""

    name: str
    considered: int
    admitted: Sequence[Candidate]
    refused: Sequence[Refused] = ()
    duration_us: float = 0.0


def match_contracts(request: CompiledRequest, snapshot: Snapshot[Service], excluded: Mapping[str, str]) -> Stage:
    """Contracts that offer what is asked, keep the constraints and guarantees asked for, and are not unhealthy."""
    started = time.perf_counter_ns()
    candidates = _offering(request.capabilities, snapshot)
    stage = Stage("match", len(candidates), candidates)
    # The index has already answered for a single capability, whose check stands first.
    _apply(stage, request.match[1:] if len(request.capabilities) == 1 else request.match)
    if excluded:
        _drop(stage, "dispatch", lambda item: excluded.get(item.service_id))
    if not all([item.entry.available for item in stage.admitted]):
        _drop(stage, "health", lambda item: None if item.entry.available else item.entry.unavailability())
    return _timed(stage, started)


def evaluate_rules(candidates: Sequence[Candidate], *policies: CompiledPolicies) -> Stage:
    """Candidates that break no policy."""
    started = time.perf_counter_ns()
    stage = Stage("rules", len(candidates), candidates)
    for compiled in policies:
        if compiled.checks:
            _apply(stage, compiled.checks)
    return _timed(stage, started)


def verify_security(candidates: Sequence[Candidate], request: CompiledRequest) -> Stage:
    """Candidates the user is trusted to reach."""
    started = time.perf_counter_ns()
    stage = Stage("security", len(candidates), candidates)
    _apply(stage, request.security)
    return _timed(stage, started)


def rank(candidates: Sequence[Candidate], penalties: Mapping[str, float], seed: int) -> Stage:
    """Best score first; of equal scores, the order that the seed gives, whatever the order of registration."""
    started = time.perf_counter_ns()
    ranked: Sequence[Candidate] = candidates
    if not penalties and isinstance(candidates, Offers) and not candidates.tied:
        return _timed(Stage("rank", len(candidates), ranked), started)
    scores = [score_of(item, penalties) for item in candidates] if penalties else [item.score for item in candidates]
    order: Sequence[int] = range(len(scores))
    tied = len(set(scores)) < len(scores)
    if tied:
        factor = tie_of(f"seed {seed}")
        ties = [item.tie * factor & _MASK for item in candidates]
        order = sorted(order, key=ties.__getitem__)
    if tied or penalties:
        # Sorting is stable: it leaves equal scores in the order that the seed gave them.
        ranked = [candidates[at] for at in sorted(order, key=scores.__getitem__, reverse=True)]
    return _timed(Stage("rank", len(candidates), ranked), started)


def decide(ranked: Sequence[Candidate]) -> Stage:
    """The first of the ranking."""
    started = time.perf_counter_ns()
    return _timed(Stage("decide", len(ranked), ranked[:1]), started)


def penalties_of(candidates: Sequence[Candidate], *counts: Mapping[str, tuple[int, int]]) -> Mapping[str, float]:
    """What each candidate's score loses for its (successes, failures), all counts taken together.

    One failure alone costs half the penalty. Only candidates are looked up: the cost does not grow with the registry.
    """
    told = [known for known in counts if known]
    if not told:
        return _NO_PENALTIES
    if len(told) > 1:
        names = [item.service_id for item in candidates]
        records = {name: [known[name] for known in told if name in known] for name in names}
        told = [
            {name: (sum(ok for ok, _ in each), sum(failed for _, failed in each)) for name, each in records.items()}
        ]
    (known,) = told
    nothing = (0, 0)
    return {
        name: HISTORY_PENALTY * failed / (succeeded + failed + 1)
        for name in [item.service_id for item in candidates]
        for succeeded, failed in (known.get(name, nothing),)
        if failed
    }


def score_of(candidate: Candidate, penalties: Mapping[str, float]) -> float:
    penalty = penalties.get(candidate.service_id)
    return candidate.score if penalty is None else round(candidate.score - penalty, DIGITS)


def _offering(capabilities: Sequence[str], snapshot: Snapshot[Service]) -> Sequence[Candidate]:
    """All that offer at least one of the capabilities, each once, best score first."""
    if len(capabilities) == 1:
        return snapshot.index.get(capabilities[0], ())
    by_service: dict[str, list[Candidate]] = {}
    for capability in capabilities:
        for candidate in snapshot.index.get(capability, ()):
            by_service.setdefault(candidate.service_id, []).append(candidate)
    return sorted((choose(found) for found in by_service.values()), key=lambda item: item.order)


def _apply(stage: Stage, checks: Sequence[Check]) -> None:
    for check in checks:
        before = stage.admitted
        kept = check.keep(before)
        if len(kept) < len(before):
            # Both are in the same order, so one walk finds who is missing.
            remaining = iter(kept)
            following = next(remaining, None)
            refused = []
            for candidate in before:
                if candidate is following:
                    following = next(remaining, None)
                else:
                    refused.append(Refused(candidate, stage.name, check))
            stage.refused = [*stage.refused, *refused]
            stage.admitted = kept


def _drop(stage: Stage, name: str, cause: Callable[[Candidate], str | None]) -> None:
    """Takes out those with a cause, for reasons that lie outside their contracts; each is asked once."""
    kept, refused = [], []
    for candidate in stage.admitted:
        reason = cause(candidate)
        if reason is None:
            kept.append(candidate)
        else:
            refused.append(Refused(candidate, name, reason))
    stage.admitted = kept
    stage.refused = [*stage.refused, *refused]


def _timed(stage: Stage, started: int) -> Stage:
    stage.duration_us = (time.perf_counter_ns() - started) / 1000
    return stage
