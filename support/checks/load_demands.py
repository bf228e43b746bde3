"""Judges what a load has shown: met, not met, or broken where the measurement proves nothing, always with the reason.

What is asked for is a ``Demand``, what comes of it a ``Finding``. The estimate from the samples decides; between which
values the truth lies with 95 % confidence is said beside it, and that the limit lies between them if it does: such a
verdict could have gone the other way. A request that failed counts as one that was never answered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

from support.base.outcomes import Outcome
from support.checks.distance import excused, served_nearer, served_rate
from support.checks.findings import Finding, broken, found, milliseconds
from support.load.confidence import CONFIDENCE, Z, places, wilson
from support.load.result import MASTER, MICROSECOND, NOISY, Endpoint, LoadResult, Noise

SHORT_OF_RATE = 0.98
"""Share of the rate asked for below which it counts as not reached."""
RATE_ERROR = 0.2
"""By how much a rate may be misjudged, with the same confidence; it sets how many samples a rate needs."""
STOLEN = 0.02
"""Share of all cores from which on it is said that the hypervisor took them away."""
OWN_DOING = ("time-out", "other")
"""Failures that a generator may have caused itself when it was too busy to read the answers."""
ANSWERS = ("status", "wrong body")
"""Failures that a system has answered itself; how busy anybody was is no excuse for them."""
CROWDED = 0.75
"""Share of all cores from which on too little of the machine was left to the system: what it missed proves nothing."""


@dataclass(frozen=True, slots=True)
class Percentile:
    """So many percent of the requests take at most so many seconds; ``what`` they are, as Gherkin says it."""

    percent: float
    limit: float
    what: str = "decisions"


@dataclass(frozen=True, slots=True)
class Success:
    """At least this share of the requests succeeds, 0 … 1."""

    share: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """At least so many requests are served each second, the mean over the load."""

    rate: float


@dataclass(frozen=True, slots=True)
class Concurrency:
    """So many connections are open at the same moment. It is what the load is about, and judges no product."""

    connections: int


Demand = Percentile | Success | Throughput | Concurrency


def judge(result: LoadResult, demand: Demand) -> Finding:
    """Whether a load met a demand."""
    if result.partial:
        return fair(broken(cut_short(result), _of(demand)), result.noise)
    if not result.samples:
        return broken("not one request was sent, so nothing was seen", _of(demand))
    finding = _judge(result, demand)
    # Who sends too little can only have less served: a throughput that was seen all the same was seen.
    is_met = finding.outcome is Outcome.MET and not isinstance(demand, Throughput)
    if is_met and (short := _short_of_rate(result)):
        finding = broken(f"{short}; {finding.says}", finding.what)
    return fair(finding, result.noise)


def _judge(result: LoadResult, demand: Demand) -> Finding:
    match demand:
        case Percentile():
            nearer = partial(_judge_nearer, result, demand)
            return excused(_judge_times(result, demand), result.round_trip, nearer)
        case Success():
            return _judge_success(result, demand.share)
        case Throughput():
            finding = _judge_throughput(result, demand.rate)
            return excused(finding, result.round_trip, lambda way: served_nearer(result, way) >= demand.rate)
        case Concurrency():
            return _judge_concurrency(result, demand.connections)


def cut_short(result: LoadResult) -> str:
    """Why a partial result proves nothing."""
    return f"the load did not run to its end: {result.partial_because}"


def fair(finding: Finding, noise: Noise) -> Finding:
    """The finding with remarks on the machine; broken where others had nearly all of it and a demand was not met.

    Others can only make a system slower than it is, so what was met all the same is met.
    """
    if finding.outcome is Outcome.NOT_MET and finding.is_excusable and noise.taken >= CROWDED:
        why = f"others had {noise.taken:.0%} of this machine, so it was no measure of the system: {finding.says}"
        return broken(why, finding.what)
    return finding.remarking(*remarks(noise))


def judge_times(times: Endpoint, demand: Percentile) -> Finding:
    """Whether times met a demand, wherever they were taken: by a client, from traces, or in the Python API."""
    what, needed = _of(demand), needed_for(demand.percent)
    if times.count < needed:
        few = f"{times.count} samples are too few for {demand.percent:g} %: at least {needed} are needed"
        return broken(few, what)
    at = times.percentile_of_all(demand.percent) or 0.0
    low, high = interval(times, demand.percent)
    inside = low <= demand.limit <= high
    said = (
        f"{demand.percent:g} % of {times.count:,} {demand.what} took at most {milliseconds(at)}, where "
        f"{milliseconds(demand.limit)} are allowed (with {CONFIDENCE:.0%} confidence {milliseconds(low)} to "
        f"{milliseconds(high)}{', so that the limit lies inside' if inside else ''})"
    )
    return found(at <= demand.limit, what, round(at * 1000, 4), round(demand.limit * 1000, 4), "ms", times.count, said)


def needed_for(percent: float, confidence: float = CONFIDENCE) -> int:
    """Samples from which on a percentile is bounded on both sides with this confidence."""
    tail, rarer = (1 - confidence) / 2, max(percent, 100 - percent) / 100
    return math.ceil(math.log(tail) / math.log(rarer)) if rarer < 1 else math.ceil(1 / tail)


def interval(times: Endpoint, percent: float) -> tuple[float, float]:
    """Between which times (seconds) the percentile of all requests lies; those that failed are infinite."""
    low, high = places(times.count, percent)
    return (_at(times, low) if low else 0.0), _at(times, high)


def needed_for_share(share: float, confidence: float = CONFIDENCE) -> int:
    """Requests of which all must succeed before it is known with this confidence that this share of all does."""
    return math.ceil(math.log(1 - confidence) / math.log(share)) if share < 1 else 1


def needed_for_rate(confidence_width: float = RATE_ERROR) -> int:
    """Requests from which a rate is known to this fraction (arrivals counted as a Poisson process)."""
    return math.ceil((Z / confidence_width) ** 2)


def remarks(noise: Noise) -> list[str]:
    """What else a reader should know: who else used this machine meanwhile."""
    said = []
    if (noise.foreign or 0.0) >= NOISY:
        said.append(f"other programs used {noise.foreign:.0%} of this machine meanwhile")
    if (noise.steal or 0.0) >= STOLEN:
        said.append(f"the hypervisor gave {noise.steal:.0%} of this machine to others meanwhile")
    return said


def _judge_times(result: LoadResult, demand: Percentile) -> Finding:
    if trouble := generator_trouble(result):
        return broken(trouble, _of(demand))
    if said := held_up(result):
        return found(False, _of(demand), None, round(demand.limit * 1000, 4), "ms", result.samples, said)
    finding = judge_times(result.total, demand)
    late = result.generator.late or 0.0
    if finding.outcome is Outcome.NOT_MET and late > demand.limit / 2:
        return broken(
            f"the generator itself sent requests up to {milliseconds(late)} late, so it was no measure", _of(demand)
        )
    return finding


def _judge_nearer(result: LoadResult, demand: Percentile, way: float) -> bool:
    """Whether the demand is met by what is left of the times without the way of each request."""
    return _judge_times(result, replace(demand, limit=demand.limit + way)).outcome is Outcome.MET


def _judge_success(result: LoadResult, share: float) -> Finding:
    what, total = _of(Success(share)), result.total
    if total.count < (needed := needed_for_share(share)):
        return broken(f"{total.count} requests are too few for {share:.4g} of them: {needed} are needed", what)
    seen = total.success or 0.0
    low, high = wilson(total.succeeded, total.count)
    kinds = ", ".join(f"{count:,} by {kind}" for kind, count in total.failures.items() if count)
    inside = ", so that the limit lies inside" if low <= share <= high else ""
    said = (
        f"{total.succeeded:,} of {total.count:,} requests succeeded, {seen:.2%}, where {share:.2%} are needed (with "
        f"{CONFIDENCE:.0%} confidence {low:.2%} to {high:.2%}{inside}){f'; failed: {kinds}' if kinds else ''}"
    )
    forgivable = sum(total.failures.get(kind, 0) for kind in OWN_DOING)  # type: ignore[call-overload]
    if seen < share <= (total.succeeded + forgivable) / total.count and (trouble := generator_trouble(result)):
        return broken(f"{trouble}; {said}", what)
    wrong = sum(total.failures.get(kind, 0) for kind in ANSWERS)  # type: ignore[call-overload]
    judged = found(seen >= share, what, round(seen * 100, 3), round(share * 100, 3), "%", total.count, said)
    return judged if wrong <= total.count * (1 - share) else judged.inexcusable()


def _judge_throughput(result: LoadResult, rate: float) -> Finding:
    what, total = _of(Throughput(rate)), result.total
    if total.count < (needed := needed_for_rate()):
        return broken(f"{total.count} requests are too few to tell a rate: at least {needed} are needed", what)
    if result.asked_rate is not None and result.asked_rate < rate:
        return broken(f"{result.asked_rate:g} requests a second were sent, where {rate:g} were to be served", what)
    served = served_rate(result)
    said = f"{served:.1f} requests were served a second, where {rate:g} are needed; {_slowest(result)}"
    if served < rate and (trouble := generator_trouble(result)):
        return broken(f"{trouble}; {said}", what)
    return found(served >= rate, what, round(served, 2), rate, "per second", total.count, said)


def _judge_concurrency(result: LoadResult, connections: int) -> Finding:
    what = _of(Concurrency(connections))
    said = f"{result.most_open:,} connections were open at the same moment, {connections:,} were asked for"
    if result.most_open < connections:
        return broken(f"{said}; the load was not the one that was asked for", what)
    return found(True, what, result.most_open, connections, "connections", result.samples, said)


def held_up(result: LoadResult) -> str:
    """That the system kept all connections busy, so that the rate asked for could not be sent; empty if it did not."""
    if not _is_short(result) or result.held < ((result.asked_rate or 0.0) - result.reached_rate) * result.seconds:
        return ""
    return (
        f"{result.asked_rate:g} requests a second were due and only {result.reached_rate:.1f} could be sent, as all "
        f"{result.most_open:,} connections were busy"
    )


def generator_trouble(result: LoadResult) -> str:
    """Why the figures would say more of the generator than of the system; empty if they would not."""
    if result.generator.saturated:
        busiest = max(result.generator.processes, key=lambda process: process.mean + process.waited)
        waited = f" and waited {busiest.waited:.0%} of the time for one" if busiest.waited >= NOISY else ""
        more = "use more workers (-D load.workers) or more machines (--load-workers)"
        advice = "it collects what workers report, so send less" if busiest.name == MASTER else more
        return (
            f"the load generator was the bottleneck: {busiest.name} used {busiest.mean:.0%} of a core all the time"
            f"{waited}; {advice}"
        )
    if short := _short_of_rate(result):
        return short
    lost = [f"{worker.name} on {worker.host}: {worker.lost}" for worker in result.workers if worker.lost]
    return f"a part of the load generator was lost ({'; '.join(lost)})" if lost else ""


def _short_of_rate(result: LoadResult) -> str:
    """That the generator did not send the rate that was asked for, by its own doing; empty if it did."""
    if result.asked_rate is not None and result.unsent > (1 - SHORT_OF_RATE) * (result.samples + result.unsent):
        return (
            f"the load generator did not reach {result.asked_rate:g} requests a second: {result.unsent:,} of "
            f"{result.samples + result.unsent:,} were never sent although connections were free"
        )
    if _is_short(result) and not held_up(result):
        return (
            f"the load generator did not reach {result.asked_rate:g} requests a second: it sent "
            f"{result.reached_rate:.1f} in time, although connections were free"
        )
    return ""


def _is_short(result: LoadResult) -> bool:
    return result.asked_rate is not None and result.reached_rate < SHORT_OF_RATE * result.asked_rate


def _slowest(result: LoadResult) -> str:
    """The slowest of the whole seconds after the first."""
    whole = [second.done for second in result.timeline[1:] if second.at + 1 <= result.seconds]
    return f"{min(whole)} in the slowest second" if whole else "it took no longer than a second"


def _of(demand: Demand) -> str:
    match demand:
        case Percentile(percent=percent, what=what):
            return f"time of {percent:g} % of {what}"
        case Success():
            return "share of requests that succeed"
        case Throughput():
            return "requests served each second"
        case Concurrency():
            return "connections open at the same moment"


def _at(times: Endpoint, place: int) -> float:
    return times.times.at_rank(place) * MICROSECOND if place <= times.succeeded else math.inf
