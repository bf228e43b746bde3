"""What a system's metrics and traces say of decisions, beside what their callers saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from support.actions import counting, in_process, loads
from support.checks import agreement
from support.checks.agreement import Buckets
from support.checks.load import Percentile, fair
from support.interfaces import Answer
from support.load.result import Endpoint
from support.outcomes import Broken
from support.world import World

STAGES = {"contract matchings": "match", "security verifications": "security"}
"""What Gherkin calls the stages of a decision, and what traces and metrics call them."""


def demand_counted(world: World) -> None:
    """Judge whether the metrics count as many decisions as the users of the last load were given."""
    given = world.load.total.succeeded
    counted = counting.rise(world, "decisions", {}, given)
    loads.settle(world, agreement.judge_count(counted, given, "decisions"))


def demand_same_times(world: World) -> None:
    """Judge whether the times in the metrics fit into those that the users of the last load saw."""
    loads.settle(world, agreement.judge_times(_requests(world), world.load.total))


def demand_by_metrics(world: World, percent: float, limit: float) -> None:
    """Judge the decisions of the last load by the times in the metrics (seconds)."""
    found = agreement.judge_share(_requests(world), percent, limit, "decisions")
    loads.settle(world, fair(found, world.load))


def demand_stage_by_metrics(world: World, what: str, percent: float, limit: float) -> None:
    """Judge a stage of decisions by the times in the metrics (seconds)."""
    given = world.load.total.succeeded
    stage = {"stage": STAGES[what]}
    counted = counting.rise(world, "stages", stage, given, "_count")
    counts = agreement.judge_count(counted, given, what)
    shares = agreement.judge_share(_buckets(world, "stages", stage), percent, limit, what)
    loads.settle(world, counts, fair(shares, world.load))


def demand_stage_by_traces(world: World, what: str, percent: float, limit: float) -> None:
    """Judge a stage of the decisions that were asked for, by their own traces (seconds)."""
    times = stage_times(what, world.answers)
    loads.demand_times(world, times, Percentile(percent, limit, what))


def stage_times(what: str, answers: Sequence[Answer]) -> Endpoint:
    """How long a stage took in each decision, in whole microseconds, rounded up; no decision is a failure."""
    taken: Counter[int] = Counter()
    for answer in answers:
        for stage in answer.body["trace"]["stages"] if answer.accepted else ():
            if stage["name"] == STAGES[what]:
                taken[max(1, -(-int(stage["duration_us"] * 1000) // 1000))] += 1
    if taken.total() > len(answers):
        raise Broken(f"{len(answers)} decisions tell of {taken.total()} {what}: more than one each")
    missing = len(answers) - taken.total()
    return in_process.endpoint_of(what, taken, {"other": missing} if missing else {})


def _requests(world: World) -> Buckets:
    """The durations of requests for decisions, since the metrics were read first."""
    labels = {"route": world.endpoint("route")}
    counting.rise(world, "durations", labels, world.load.total.succeeded, "_count")
    return _buckets(world, "durations", labels)


def _buckets(world: World, metric: str, labels: dict[str, str]) -> Buckets:
    return agreement.rise(world.metrics_before, counting.read(world), world.system.metric(metric), labels)
