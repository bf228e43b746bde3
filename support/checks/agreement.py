"""Whether what a system's own histogram says agrees with what its callers saw with their own watch.

A request takes less time inside the system than for its caller, each of them, whatever the load. So at every bound of
the histogram at least as many requests must lie below it as by the caller's times; and as many in all. That it takes
no less than it did is seen by the traces of the decisions: it holds all their stages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.base.outcomes import NotMet
from support.checks import exposition
from support.checks.exposition import Samples
from support.checks.findings import Finding, broken, found
from support.checks.load_demands import needed_for
from support.load.confidence import CONFIDENCE, wilson
from support.load.result import MICROSECOND, Endpoint

ROUNDING = 0.999
"""Histograms of the suite are exact to three digits: a time may be told by so much too long."""

SPELLED, FINEST = 0.01, 2e-6
"""By which share, or how many seconds for each, a time in the metrics may differ from the same time in a trace: it was
rounded when it was spelled out, or taken a moment later."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram as an exposition tells it: how many samples lie at or below each bound (seconds); and their sum."""

    name: str
    below: Mapping[float, float]
    count: float
    sum: float

    def share(self, bound: float) -> float | None:
        """The share of samples at or below a bound; None where the histogram has no such bound, or no samples."""
        known = self.below.get(bound)
        return None if known is None or not self.count else known / self.count


def rise(before: Samples, after: Samples, name: str, labels: Mapping[str, str]) -> Buckets:
    """What was added to a histogram from one reading to the next."""
    buckets = [dict(carried) for found, carried in after if found == f"{name}_bucket"]
    written = {_bound(carried, name): carried["le"] for carried in buckets}
    below = {
        bound: exposition.rise(before, after, f"{name}_bucket", {**labels, "le": written[bound]})
        for bound in sorted(written)
    }
    count, total = (exposition.rise(before, after, f"{name}_{part}", labels) for part in ("count", "sum"))
    return Buckets(name, below, count, total)


def _bound(carried: Mapping[str, str], name: str) -> float:
    try:
        return float(carried["le"])
    except (KeyError, ValueError) as error:
        raise NotMet(
            f"expected each bucket of {name} to carry its bound, le, but one carries {dict(carried)}"
        ) from error


def judge_count(counted: float, seen: int, what: str) -> Finding:
    """Whether as many were counted as callers saw; nothing is no number that could agree."""
    if not counted and not seen:
        return broken(f"the callers were given no {what}, so there is nothing to count", f"{what} counted")
    said = f"the metrics count {counted:g} {what}, and the callers were given {seen:,}"
    return found(counted == seen, f"{what} counted", counted, seen, what, seen, said)


def judge_times(buckets: Buckets, seen: Endpoint) -> Finding:
    """Whether the times that a system tells fit into those that its callers saw."""
    what = f"agreement of {buckets.name} with the callers"
    if not seen.succeeded:
        return broken("no caller was answered, so there is nothing to compare with", what)
    wrong = [
        f"{known:g} requests up to {bound * 1000:g} ms, where callers saw {fewer}"
        for bound, known in buckets.below.items()
        if known < (fewer := _at_most(seen, bound * ROUNDING))
    ]
    waited = sum(time * count for time, count in seen.times.buckets()) * MICROSECOND
    if buckets.count != seen.succeeded:
        wrong.append(f"{buckets.count:g} requests in all, where callers saw {seen.succeeded}")
    if not 0 < buckets.sum <= waited / ROUNDING:
        wrong.append(f"{buckets.sum:.3f} s in all, where callers waited for {waited:.3f} s")
    said = f"the metrics tell of {'; '.join(wrong)}" if wrong else (
        f"{buckets.count:g} requests that took {buckets.sum:.3f} s in all fit into the {waited:.3f} s that callers "
        f"waited, at each of the {len(buckets.below)} bounds"
    )  # fmt: skip
    return found(not wrong, what, len(wrong), 0, "contradictions", seen.succeeded, said)


def judge_traced(stage: str, told: Buckets, traced: Sequence[float]) -> Finding:
    """Whether a stage took as long, by the metrics, as in the traces of the same decisions (seconds)."""
    what, total = f"agreement of the stage {stage} in the metrics with the traces", sum(traced)
    off = abs(told.sum - total) > SPELLED * total + FINEST * len(traced)
    said = (
        f"the metrics tell of {told.count:g} times and {told.sum * 1000:.3f} ms in all, the traces of {len(traced):,} "
        f"and {total * 1000:.3f} ms"
    )
    return _without([told.count != len(traced), off], what, len(traced), said)


def judge_held(told: Buckets, given: int, inside: float, waited: float) -> Finding:
    """Whether requests took longer, by the metrics, than their decisions, and no longer than for callers (seconds).

    The stages of a decision follow one another, so that all of them together lie ``inside`` its request.
    """
    said = (
        f"{told.count:g} requests took {told.sum * 1000:.3f} ms in all by the metrics; the traces of their {given:,} "
        f"decisions tell of {inside * 1000:.3f} ms, and callers waited for {waited * 1000:.3f} ms"
    )
    wrong = [told.count != given, told.sum < inside * (1 - SPELLED), told.sum > waited]
    return _without(wrong, f"agreement of {told.name} with the traces", given, said)


def judge_share(buckets: Buckets, percent: float, limit: float, what: str) -> Finding:
    """Whether so many percent lie within a limit (seconds), by the system's own histogram."""
    name, share = f"share of {what} within {limit * 1000:g} ms, by the metrics", buckets.share(limit)
    if buckets.count < needed_for(percent):
        return broken(f"{buckets.count:g} samples are too few: {needed_for(percent)} are needed", name)
    if share is None:
        bounds = ", ".join(f"{bound:g}" for bound in buckets.below)
        return broken(f"{buckets.name} has no bound at {limit:g} s, by which it could be told ({bounds})", name)
    low, high = wilson(share * buckets.count, buckets.count)
    inside = ", so that the limit lies inside" if low <= percent / 100 <= high else ""
    said = (
        f"{share:.2%} of {buckets.count:g} {what} took at most {limit * 1000:g} ms, where {percent:g} % are needed "
        f"(with {CONFIDENCE:.0%} confidence {low:.2%} to {high:.2%}{inside})"
    )
    return found(share * 100 >= percent, name, round(share * 100, 2), percent, "%", int(buckets.count), said)


def _without(wrong: Sequence[bool], what: str, samples: int, says: str) -> Finding:
    """Whether nothing of that is the case."""
    return found(not any(wrong), what, sum(wrong), 0, "contradictions", samples, says)


def _at_most(times: Endpoint, seconds: float) -> int:
    return sum(count for time, count in times.times.buckets() if time * MICROSECOND <= seconds)
