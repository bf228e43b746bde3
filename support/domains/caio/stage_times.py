"""What a system's metrics and traces say of decisions, beside what their callers saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from support.base.outcomes import Broken
from support.checks import agreement
from support.checks.agreement import Buckets
from support.checks.load_demands import Percentile, fair
from support.checks.shapes import Some, Stage
from support.domains.caio import python_load
from support.domains.caio.answer import Answer
from support.domains.caio.session import caio
from support.load.result import MICROSECOND, Endpoint
from support.subjects import load as loads
from support.subjects import metrics
from support.subjects.load import Loads
from support.subjects.metrics import MetricsBaseline
from support.world.core import World

STAGES = {"contract matchings": "match", "security verifications": "security"}
"""What Gherkin calls the stages of a decision, and what traces and metrics call them."""


def demand_counted(world: World) -> None:
    """Judge whether the metrics count as many decisions as the users of the last load were given."""
    given = loads.whole(world.part(Loads).last).total.succeeded
    counted = metrics.rise(world, "decisions", {}, given)
    loads.settle(world, agreement.judge_count(counted, given, "decisions"))


def demand_same_times(world: World) -> None:
    """Judge whether the times in the metrics fit into those that the users of the last load saw."""
    seen = loads.whole(world.part(Loads).last).total
    loads.settle(world, agreement.judge_times(_requests(world, seen.succeeded), seen))


def demand_by_metrics(world: World, percent: float, limit: float) -> None:
    """Judge the decisions of the last load by the times in the metrics (seconds)."""
    load = loads.whole(world.part(Loads).last)
    found = agreement.judge_share(_requests(world, load.total.succeeded), percent, limit, "decisions")
    loads.settle(world, fair(found, load.noise))


def demand_stage_by_metrics(world: World, what: str, percent: float, limit: float) -> None:
    """Judge a stage of decisions by the times in the metrics (seconds)."""
    given = loads.whole(world.part(Loads).last).total.succeeded
    stage = {"stage": STAGES[what]}
    counted = metrics.rise(world, "stages", stage, given, "_count")
    counts = agreement.judge_count(counted, given, what)
    shares = agreement.judge_share(_buckets(world, "stages", stage), percent, limit, what)
    loads.settle(world, counts, fair(shares, world.part(Loads).last.noise))


def demand_stage_by_traces(world: World, what: str, percent: float, limit: float) -> None:
    """Judge a stage of the decisions that were asked for, by their own traces (seconds)."""
    times = stage_times(what, caio(world).answers)
    loads.demand_times(world, times, Percentile(percent, limit, what))


def demand_stages_as_traced(world: World) -> None:
    """Judge whether each stage took as long by the metrics as by the traces of the decisions that were asked for."""
    traced = traced_stages(caio(world).answers)
    for stage, times in traced.items():
        metrics.rise(world, "stages", {"stage": stage}, len(times), "_count")
    told = {stage: _buckets(world, "stages", {"stage": stage}) for stage in traced}
    loads.settle(world, *(agreement.judge_traced(stage, told[stage], times) for stage, times in traced.items()))


def demand_stages_held(world: World) -> None:
    """Judge whether the decisions that were asked for took at least as long, by the metrics, as their stages."""
    traced, given = traced_stages(caio(world).answers), sum(answer.accepted for answer in caio(world).answers)
    inside = sum(sum(times) for times in traced.values())
    waited = sum(answer.duration for answer in caio(world).answers)
    loads.settle(world, agreement.judge_held(_requests(world, given), given, inside, waited))


def traced_stages(answers: Sequence[Answer]) -> dict[str, list[float]]:
    """Seconds that each stage of each decision took, by its own trace. Raises Broken where no decision has any."""
    traced: dict[str, list[float]] = {}
    for answer in answers:
        for stage in _stages(answer):
            traced.setdefault(stage.name, []).append(stage.duration_us * MICROSECOND)
    if not traced:
        raise Broken(f"of {len(answers)} decisions none has a stage in its trace")
    return traced


def stage_times(what: str, answers: Sequence[Answer]) -> Endpoint:
    """How long a stage took in each decision, in whole microseconds, rounded up; no decision is a failure."""
    taken: Counter[int] = Counter()
    for answer in answers:
        for stage in _stages(answer):
            if stage.name == STAGES[what]:
                taken[max(1, -(-int(stage.duration_us * 1000) // 1000))] += 1
    if taken.total() > len(answers):
        raise Broken(f"{len(answers)} decisions tell of {taken.total()} {what}: more than one each")
    missing = len(answers) - taken.total()
    return python_load.endpoint_of(what, taken, {"other": missing} if missing else {})


def _stages(answer: Answer) -> list[Stage]:
    """The stages in the trace of a decision; none of a refusal."""
    if not answer.accepted:
        return []
    answer.read(Some, "trace", "stages")
    return answer.read(list[Stage], "trace", "stages")


def _requests(world: World, given: int) -> Buckets:
    """The durations of requests for decisions, since the metrics were read first, once all that were given count."""
    labels = {"route": world.endpoint("route")}
    metrics.rise(world, "durations", labels, given, "_count")
    return _buckets(world, "durations", labels)


def _buckets(world: World, metric: str, labels: dict[str, str]) -> Buckets:
    return agreement.rise(world.part(MetricsBaseline).samples, metrics.read(world), world.system.metric(metric), labels)
