"""Finds the highest rate that keeps the objectives, step by step, and judges how far above the target it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.base.outcomes import Outcome
from support.checks.findings import Finding, broken, found

FACTOR = 2.0
"""By how much the rate is raised while the objectives are kept."""
NEAR = 1.15
"""The search ends when the lowest rate that is too high is less than this times the highest that is kept."""
MOST_STEPS = 16
TRIES = 2
"""How often a rate is tried at which nothing could be seen; every try is in the report."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rate (arrivals per second) that was tried, the time that 95 % took (seconds), and how it ended, with why.

    No time: more than 5 % were never answered.

    BROKEN: at this rate the measurement proved nothing, because of the load generator for instance.
    """

    rate: float
    p95: float | None
    outcome: Outcome
    says: str


def next_rate(steps: Sequence[Step], start: float) -> float | None:
    """The rate to try next, beginning at ``start``; None when the search is over.

    First it is doubled until the objectives are missed, then the gap is halved. It ends early where nothing can be
    seen, even if it is tried again: above a rate that the generator does not reach, what was kept is a lower bound.
    """
    kept, missed = highest(steps), _lowest_missed(steps)
    if len(steps) >= MOST_STEPS:
        return None
    if steps and steps[-1].outcome is Outcome.BROKEN:
        last = steps[-1].rate
        return last if sum(step.rate == last for step in steps) < TRIES else None
    if missed is None:
        return start if kept is None else kept * FACTOR
    if kept is None or missed / kept < NEAR:
        return None
    return (kept + missed) / 2


def highest(steps: Sequence[Step]) -> float | None:
    """The highest rate that was seen kept, below every one that was missed; None if there is none."""
    missed = _lowest_missed(steps)
    kept = [step.rate for step in steps if step.outcome is Outcome.MET and (missed is None or step.rate < missed)]
    return max(kept, default=None)


def judge(steps: Sequence[Step], target: float, margin: float) -> Finding:
    """Whether the highest rate that keeps the objectives is so many times the target rate."""
    what = f"highest rate that keeps the objectives, over the target of {target:g} a second"
    kept, blind = highest(steps), [step for step in steps[-1:] if step.outcome is Outcome.BROKEN]
    missed = [step for step in steps if step.outcome is Outcome.NOT_MET]
    if not steps:
        return broken("no rate was tried", what)
    reached = (kept or 0.0) / target
    if blind and reached < margin:
        return broken(f"at {blind[0].rate:g} a second nothing could be seen: {blind[0].says}", what)
    bound = "at least " if not missed else ""
    beyond = f"; at {missed[-1].rate:g} a second: {missed[-1].says}" if missed else ""
    said = (
        f"the objectives are kept up to {bound}{kept or 0:g} requests a second, {reached:.2f} times the target, where "
        f"{margin:g} times are needed ({len(steps)} rates tried){beyond}"
    )
    return found(reached >= margin, what, round(reached, 2), margin, "times", len(steps), said)


def _lowest_missed(steps: Sequence[Step]) -> float | None:
    return min((step.rate for step in steps if step.outcome is Outcome.NOT_MET), default=None)
