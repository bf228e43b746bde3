"""What a system tells of its own speed is believed only as far as it fits what its callers saw."""

from __future__ import annotations

import random

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from support.base.outcomes import Outcome
from support.checks import agreement, exposition
from support.checks.agreement import Buckets, judge_count, judge_held, judge_share, judge_times, judge_traced
from support.domains.caio.python_load import endpoint_of
from support.load.result import Endpoint

BOUNDS = (0.001, 0.01, 0.05, 0.1, 1.0)


def told(seconds: list[float], times: int = 1) -> Buckets:
    """What a histogram of these times says; each is observed so many times."""
    registry = CollectorRegistry()
    histogram = Histogram("took_seconds", "Time", ("route",), buckets=BOUNDS, registry=registry)
    histogram.labels("/route").observe(0.02)
    before = exposition.read(generate_latest(registry).decode())
    for each in seconds:
        for _ in range(times):
            histogram.labels("/route").observe(each)
        histogram.labels("/other").observe(0.5)
    after = exposition.read(generate_latest(registry).decode())
    return agreement.rise(before, after, "took_seconds", {"route": "/route"})


def seen(seconds: list[float]) -> Endpoint:
    counts: dict[int, int] = {}
    for each in seconds:
        counts[round(each * 1e6)] = counts.get(round(each * 1e6), 0) + 1
    return endpoint_of("ask", counts, {})


def waits(count: int = 500) -> list[float]:
    dice = random.Random(5)
    return [dice.uniform(0.0005, 0.08) for _ in range(count)]


def test_only_what_was_added_to_this_route_counts() -> None:
    buckets = told([0.0005, 0.03])
    assert buckets.count == 2
    assert buckets.sum == pytest.approx(0.0305)
    assert buckets.below[0.01] == 1
    assert buckets.share(0.05) == 1


def test_times_inside_the_system_fit_into_those_of_its_callers() -> None:
    found = waits()
    assert judge_times(told([each * 0.7 for each in found]), seen(found)).outcome is Outcome.MET
    assert judge_times(told([each - 0.0003 for each in found]), seen(found)).outcome is Outcome.MET


@pytest.mark.parametrize("factor", [1.5, 1000.0])
def test_a_system_cannot_have_taken_longer_than_its_callers_waited(factor: float) -> None:
    found = waits()
    wrong = judge_times(told([each * factor for each in found]), seen(found))
    assert wrong.outcome is Outcome.NOT_MET
    assert "where callers waited for" in wrong.says


def test_every_request_is_told_once() -> None:
    found = waits()
    assert judge_times(told(found, times=2), seen(found)).outcome is Outcome.NOT_MET
    assert judge_times(told(found[1:]), seen(found)).outcome is Outcome.NOT_MET
    assert judge_times(told([0.0] * len(found)), seen(found)).outcome is Outcome.NOT_MET
    assert judge_count(1000, 1000, "decisions").outcome is Outcome.MET
    assert judge_count(2000, 1000, "decisions").outcome is Outcome.NOT_MET


def test_without_an_answer_there_is_nothing_to_compare_with() -> None:
    assert judge_times(told([]), seen([])).outcome is Outcome.BROKEN


@pytest.mark.parametrize(("slow", "outcome"), [(25, Outcome.MET), (26, Outcome.NOT_MET)])
def test_the_share_within_a_limit_is_told_by_the_bound_at_it(slow: int, outcome: Outcome) -> None:
    buckets = told([0.02] * (500 - slow) + [0.06] * slow)
    assert judge_share(buckets, 95, 0.05, "decisions").outcome is outcome


@pytest.mark.parametrize(("slow", "inside"), [(20, True), (0, False)])
def test_a_share_states_its_confidence_and_whether_the_limit_lies_inside(slow: int, inside: bool) -> None:
    says = judge_share(told([0.02] * (500 - slow) + [0.06] * slow), 95, 0.05, "decisions").says
    assert "with 95% confidence" in says
    assert ("so that the limit lies inside" in says) is inside


@pytest.mark.parametrize(("factor", "outcome"), [(1, Outcome.MET), (1.004, Outcome.MET), *[
    (wrong, Outcome.NOT_MET) for wrong in (0, 0.001, 0.9, 1.1, 1000)
]])  # fmt: skip
def test_a_stage_takes_as_long_by_the_metrics_as_in_the_traces(factor: float, outcome: Outcome) -> None:
    traced = [0.0002, 0.0004, 0.003]
    assert judge_traced("match", told([each * factor for each in traced]), traced).outcome is outcome
    assert judge_traced("match", told([*traced, 0.0]), traced).outcome is Outcome.NOT_MET


@pytest.mark.parametrize(("took", "outcome"), [
    (0.0003, Outcome.MET), (0.001, Outcome.MET),
    (0.0001, Outcome.NOT_MET), (0.0000005, Outcome.NOT_MET), (0.002, Outcome.NOT_MET),
])  # fmt: skip
def test_requests_hold_their_decisions_and_fit_into_what_callers_waited(took: float, outcome: Outcome) -> None:
    assert judge_held(told([took] * 200), 200, inside=200 * 0.0002, waited=200 * 0.0015).outcome is outcome
    assert judge_held(told([took] * 199), 200, inside=200 * 0.0002, waited=200 * 0.0015).outcome is Outcome.NOT_MET


def test_a_limit_without_a_bound_and_too_few_samples_cannot_be_judged() -> None:
    assert judge_share(told([0.02] * 500), 95, 0.03, "decisions").outcome is Outcome.BROKEN
    assert judge_share(told([0.02] * 71), 95, 0.05, "decisions").outcome is Outcome.BROKEN
