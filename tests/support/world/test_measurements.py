"""What loads leave as evidence shows the figures that they were, and as a load what threads of the Python API saw."""

from __future__ import annotations

import pytest

from support.base.outcomes import Outcome
from support.domains.caio import populating, python_load, stage_times
from support.domains.caio.answer import Answer, Refusal
from support.domains.caio.python_load import NOWHERE, endpoint_of
from support.faults import Fault
from support.load.plan import Call, LoadPlan
from support.load.result import LoadResult, Noise, Second, StageSpan, Usage
from support.subjects import slo
from support.world import measurements

PLAN = LoadPlan(name="a load", url=NOWHERE, calls=(Call(name="chat"),), users=2, seconds=4.5)
DRIVER = {
    "started": 1000.0,
    "seconds": 1.5,
    "by_second": [
        {"at": 0, "sent": 3, "times": {"1000": 2}, "failures": {}},
        {"at": 1, "sent": 1, "times": {"5000": 1}, "failures": {"status": 1}},
    ],
}


class Killed(Fault):
    """A fault that does nothing."""

    def _inject(self) -> None:
        """Nothing."""

    def _heal(self) -> None:
        """Nothing."""


def second(at: float, done: int) -> Second:
    return Second(at=at, sent=done + 1, done=done, failed=1, p50=0.001, p95=0.002, p99=None, users=2)


def loaded() -> LoadResult:
    usages = tuple(Usage(at=at, cpu=10 + at / 2, memory=50 * 1024**2, threads=3) for at in (-0.5, 0.0, 1.0, 2.0, 4.0))
    return LoadResult(
        plan=PLAN,
        started=1000.0,
        seconds=4.5,
        timeline=tuple(second(float(at), 10) for at in range(5)),
        stages=(StageSpan(begin=0.0, end=4.5, users=2),),
        server=usages,
        endpoints=(endpoint_of("chat", {1000: 40, 9000: 10}, {"status": 5}),),
    )


def test_the_last_second_is_drawn_at_its_rate() -> None:
    rates, times = measurements.over_time(loaded(), []).panels
    done = next(line for line in rates.lines if line.name == "done")
    assert done.points == ((0.0, 10.0), (1.0, 10.0), (2.0, 10.0), (3.0, 10.0), (4.0, 20.0))
    assert [line.points[0][1] for line in times.lines if line.points] == [1.0, 2.0]


def test_the_use_of_a_processor_is_that_between_two_looks() -> None:
    processor, memory = measurements.resources(loaded(), []).panels
    assert processor.lines[0].points == ((1.0, 50.0), (2.0, 50.0), (4.0, 50.0))
    assert memory.lines[0].points[0] == (0.0, 50.0)


def test_a_distribution_ends_with_the_longest_time() -> None:
    points = measurements.by_percentile(loaded().total)
    assert points[0] == pytest.approx((80.0, 1.0), rel=0.001)
    assert points[-1] == pytest.approx((99.0, 9.0), rel=0.001)


def test_a_fault_stands_where_it_was_in_force() -> None:
    fault = Killed("best-chat killed")
    with fault:
        pass
    begun = fault.journal[0].at
    result = loaded().model_copy(update={"started": begun - 2})
    (span,) = measurements._in_force([fault, Killed("untouched")], result.started)
    assert span.begin == pytest.approx(2.0)
    assert (span.says, span.kind) == ("best-chat killed", "fault")


def test_what_threads_saw_is_a_load_result() -> None:
    result = python_load._result("a load", DRIVER, 2, 2)
    assert (result.samples, result.total.succeeded, result.total.failures) == (4, 3, {"status": 1})
    assert [each.done for each in result.timeline] == [2, 1]
    assert result.timeline[0].p95 == pytest.approx(0.001)
    assert result.total.percentile(99) == pytest.approx(0.005, rel=0.001)
    assert LoadResult.model_validate_json(result.model_dump_json()) == result


def test_a_stage_takes_as_long_as_the_traces_say_and_is_missing_where_there_is_no_decision() -> None:
    def decided(microseconds: float) -> Answer:
        stages = [{"name": "match", "duration_us": microseconds}, {"name": "security", "duration_us": 1.0}]
        return Answer({"trace": {"stages": stages}})

    answers = [decided(12.3), decided(0.4), decided(9000.0), Answer(refusal=Refusal("no-answer", ""))]
    times = stage_times.stage_times("contract matchings", answers)
    assert (times.count, times.succeeded) == (4, 3)
    assert times.max == pytest.approx(0.009)
    assert times.min == pytest.approx(0.000001)


def test_only_so_many_services_offer_what_is_asked_for() -> None:
    made = populating.documents(1, 100, "chat", 10)
    offering = [each["service_id"] for each in made if each["capabilities"] == [{"type": "chat"}]]
    assert len(offering) == 10
    assert len({each["service_id"] for each in made}) == 100
    assert populating.documents(51, 100, "chat", 10) == made[50:]


@pytest.mark.parametrize(
    ("cpu", "waited", "foreign", "asked", "outcome"),
    [
        (0.5, 0.5, 0.1, None, Outcome.MET),
        (0.9, 0.0, 0.1, None, Outcome.NOT_MET),
        (0.9, 0.0, 0.9, None, Outcome.NOT_MET),
        (0.07, 0.3, 0.935, None, Outcome.MET),
        (0.07, 0.8, 0.935, None, Outcome.BROKEN),
        (0.07, None, 0.935, None, Outcome.BROKEN),
        (0.1, 0.0, 0.7, 1000.0, Outcome.BROKEN),
    ],
)
def test_a_limit_that_was_kept_on_a_crowded_machine_is_met_if_it_would_have_been_kept_on_an_idle_one(
    cpu: float, waited: float | None, foreign: float, asked: float | None, outcome: Outcome
) -> None:
    """Of 1,000 arrivals a second that were asked for, far fewer were served: too little was left to show anything."""
    usages = tuple(
        Usage(at=at, cpu=at * cpu, memory=1, threads=1, waited=None if waited is None else at * waited)
        for at in (0.0, 2.0, 4.0)
    )
    rates = {"asked_rate": asked, "reached_rate": asked or 0.0}
    result = loaded().model_copy(update={"server": usages, "noise": Noise(foreign=foreign, cores=2), **rates})
    assert slo.judge_processor(result, 80).outcome is outcome


@pytest.mark.parametrize(("held", "outcome"), [(5, Outcome.BROKEN), (1000, Outcome.NOT_MET)])
def test_processor_time_at_a_rate_that_was_not_sent_is_not_that_at_the_rate(held: int, outcome: Outcome) -> None:
    """Whose doing it was is seen by whether connections were free."""
    usages = tuple(Usage(at=at, cpu=at * 0.1, memory=1, threads=1) for at in (0.0, 2.0, 4.0))
    rate = {"asked_rate": 50.0, "reached_rate": 20.0, "held": held}
    result = loaded().model_copy(update={"server": usages, **rate})
    assert slo.judge_processor(result, 80).outcome is outcome
