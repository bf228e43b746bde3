"""A load is judged by what it has shown, and not at all where it shows nothing."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.base.outcomes import Broken, NotMet, Outcome
from support.checks import load_demands
from support.checks.load_demands import Concurrency, Percentile, Success, Throughput, judge, judge_times
from support.domains.caio.python_load import NOWHERE, endpoint_of
from support.load.plan import Call, LoadPlan
from support.load.result import Endpoint, Generator, LoadResult, Noise, ProcessShare, WorkerState

PLAN = LoadPlan(name="a load", url=NOWHERE, calls=(Call(name="ask"),), users=1, seconds=10.0)
BUSY = Generator(processes=(ProcessShare(name="worker 1", mean=0.97, max=1.0),))
CROWDED_OUT = Generator(processes=(ProcessShare(name="worker 1", mean=0.55, max=1.0, waited=0.4),))
IDLE = Generator(processes=(ProcessShare(name="worker 1", mean=0.4, max=1.0),))
ENDLESS = st.dictionaries(st.integers(1, 10_000_000), st.integers(1, 400), min_size=1, max_size=30)


def times(*milliseconds: float, **failures: int) -> Endpoint:
    counts: dict[int, int] = {}
    for each in milliseconds:
        counts[int(each * 1000)] = counts.get(int(each * 1000), 0) + 1
    return endpoint_of("ask", counts, {kind.replace("_", "-"): count for kind, count in failures.items()})


def result(endpoint: Endpoint, **what: Any) -> LoadResult:
    said = {"generator": IDLE, "seconds": 10.0, "samples": endpoint.count, "endpoints": (endpoint,), **what}
    return LoadResult(plan=PLAN, started=0.0, **said)


def fast_and_slow(fast: int, slow: int) -> Endpoint:
    return times(*[10.0] * fast, *[90.0] * slow)


@pytest.mark.parametrize(
    ("slow", "outcome"), [(0, Outcome.MET), (50, Outcome.MET), (51, Outcome.NOT_MET), (1000, Outcome.NOT_MET)]
)
def test_a_percentile_is_judged_by_the_samples_up_to_it(slow: int, outcome: Outcome) -> None:
    found = judge(result(fast_and_slow(1000 - slow, slow)), Percentile(95, 0.05))
    assert found.outcome is outcome
    assert found.samples == 1000


def test_a_limit_inside_the_confidence_interval_is_said_to_be_so() -> None:
    near = judge_times(fast_and_slow(945, 55), Percentile(95, 0.05))
    assert near.outcome is Outcome.NOT_MET
    assert "so that the limit lies inside" in near.says
    far = judge_times(fast_and_slow(1000, 0), Percentile(95, 0.05))
    assert "lies inside" not in far.says
    assert "10 ms to 10 ms" in far.says


@pytest.mark.parametrize(("percent", "needed"), [(50, 6), (95, 72), (99, 368), (99.9, 3688), (5, 72)])
def test_too_few_samples_prove_nothing_and_the_number_that_is_needed_is_told(percent: float, needed: int) -> None:
    assert load_demands.needed_for(percent) == needed
    few = judge_times(times(*[1.0] * (needed - 1)), Percentile(percent, 0.05))
    assert few.outcome is Outcome.BROKEN
    assert f"at least {needed} are needed" in few.says
    assert judge_times(times(*[1.0] * needed), Percentile(percent, 0.05)).outcome is Outcome.MET


def test_with_the_samples_that_are_needed_the_interval_has_two_ends() -> None:
    for percent in (50, 90, 95, 99):
        needed = load_demands.needed_for(percent)
        low, high = load_demands.interval(times(*[1.0 + n / 1000 for n in range(needed)]), percent)
        assert 0 < low <= high < math.inf


def test_a_request_that_failed_was_never_answered() -> None:
    quick_failures = times(*[10.0] * 900, status=100)
    found = judge(result(quick_failures), Percentile(95, 0.05))
    assert found.outcome is Outcome.NOT_MET
    assert found.observed == "never"


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"partial": True, "partial_because": "a worker disconnected"}, "a worker disconnected"),
        ({"generator": BUSY}, "worker 1 used 97% of a core all the time; use more"),
        ({"generator": CROWDED_OUT}, "worker 1 used 55% of a core all the time and waited 40% of the time for one;"),
        ({"asked_rate": 100.0, "reached_rate": 80.0, "unsent": 200}, "did not reach 100 requests a second"),
        ({"workers": (WorkerState(name="w", host="h", lost="it ended"),)}, "w on h: it ended"),
    ],
)
def test_a_load_that_was_not_the_one_asked_for_proves_nothing(what: dict[str, Any], reason: str) -> None:
    found = judge(result(fast_and_slow(1000, 0), **what), Percentile(95, 0.05))
    assert found.outcome is Outcome.BROKEN
    assert reason in found.says
    with pytest.raises(Broken, match="cannot be judged"):
        found.settle()


def test_nothing_sent_is_nothing_seen() -> None:
    nothing = result(times(), samples=0, endpoints=())
    for demand in (Percentile(95, 1), Success(0.5), Throughput(1), Concurrency(1)):
        assert judge(nothing, demand).outcome is Outcome.BROKEN


def test_a_rate_that_the_system_did_not_bear_is_its_own_failure() -> None:
    busy = result(fast_and_slow(1000, 0), asked_rate=500.0, reached_rate=100.0, held=4000)
    found = judge(busy, Percentile(95, 0.05))
    assert found.outcome is Outcome.NOT_MET
    assert "only 100.0 could be sent" in found.says


@pytest.mark.parametrize("short", [{"reached_rate": 97.0, "held": 29}, {"reached_rate": 100.0, "unsent": 30}])
@pytest.mark.parametrize("demand", [Percentile(95, 0.05), Success(0.99)])
def test_a_rate_that_the_generator_did_not_send_proves_nothing(
    short: dict[str, Any], demand: load_demands.Demand
) -> None:
    """Connections were free: whoever sends late, or not at all, has only himself to blame."""
    found = judge(result(fast_and_slow(1000, 0), asked_rate=100.0, **short), demand)
    assert found.outcome is Outcome.BROKEN
    assert "did not reach 100 requests a second" in found.says
    assert judge(result(fast_and_slow(1000, 0), asked_rate=100.0, **short), Throughput(50)).outcome is Outcome.MET
    failing = judge(result(times(*[1.0] * 900, status=100), asked_rate=100.0, **short), Success(0.99))
    assert failing.outcome is Outcome.NOT_MET


def test_a_master_that_is_busy_is_not_helped_by_more_workers() -> None:
    busy = Generator(processes=(ProcessShare(name="master", mean=0.97, max=1.0),))
    found = judge(result(fast_and_slow(1000, 0), generator=busy), Percentile(95, 0.05))
    assert "so send less" in found.says


def test_slow_answers_are_not_blamed_on_the_system_when_the_generator_was_late() -> None:
    late = IDLE.model_copy(update={"late": 0.08})
    assert judge(result(fast_and_slow(0, 1000), generator=late), Percentile(95, 0.05)).outcome is Outcome.BROKEN
    assert judge(result(fast_and_slow(1000, 0), generator=late), Percentile(95, 0.05)).outcome is Outcome.MET


def test_a_crowded_machine_proves_nothing_against_a_system_and_a_noisy_one_is_told() -> None:
    crowded, noisy = Noise(foreign=0.9), Noise(foreign=0.2, steal=0.05)
    slow, fast = fast_and_slow(0, 1000), fast_and_slow(1000, 0)
    assert judge(result(slow, noise=crowded), Percentile(95, 0.05)).outcome is Outcome.BROKEN
    assert judge(result(fast, noise=crowded), Percentile(95, 0.05)).outcome is Outcome.MET
    told = judge(result(slow, noise=noisy), Percentile(95, 0.05))
    assert told.outcome is Outcome.NOT_MET
    assert "other programs used 20%" in told.says
    assert "the hypervisor gave 5%" in told.says


def test_an_answer_that_is_an_error_is_not_excused_by_a_crowded_machine() -> None:
    crowded = Noise(foreign=0.95)
    assert judge(result(times(*[1.0] * 980, status=20), noise=crowded), Success(0.99)).outcome is Outcome.NOT_MET
    mixed = times(*[1.0] * 980, status=5, reset=15)
    assert judge(result(mixed, noise=crowded), Success(0.99)).outcome is Outcome.BROKEN
    assert judge(result(mixed), Success(0.99)).outcome is Outcome.NOT_MET


@pytest.mark.parametrize(("failed", "outcome"), [(0, Outcome.MET), (100, Outcome.MET), (101, Outcome.NOT_MET)])
def test_a_share_of_successes_is_judged_to_the_last_request(failed: int, outcome: Outcome) -> None:
    found = judge(result(times(*[1.0] * (10_000 - failed), status=failed)), Success(0.99))
    assert found.outcome is outcome
    if failed:
        assert f"failed: {failed} by status" in found.says


def test_a_share_needs_as_many_requests_as_it_is_near_to_all() -> None:
    assert load_demands.needed_for_share(0.99) == 299
    assert judge(result(times(*[1.0] * 298)), Success(0.99)).outcome is Outcome.BROKEN
    assert judge(result(times(*[1.0] * 299)), Success(0.99)).outcome is Outcome.MET


def test_what_a_busy_generator_may_have_caused_itself_is_not_held_against_the_system() -> None:
    late, refused = times(*[1.0] * 900, time_out=100), times(*[1.0] * 900, refused=100)
    assert judge(result(late, generator=BUSY), Success(0.99)).outcome is Outcome.BROKEN
    assert judge(result(late), Success(0.99)).outcome is Outcome.NOT_MET
    assert judge(result(refused, generator=BUSY), Success(0.99)).outcome is Outcome.NOT_MET


@pytest.mark.parametrize(("seconds", "outcome"), [(20.0, Outcome.MET), (20.1, Outcome.NOT_MET)])
def test_throughput_counts_only_what_was_served(seconds: float, outcome: Outcome) -> None:
    served = times(*[1.0] * 1000, status=500)
    assert judge(result(served, seconds=seconds), Throughput(50)).outcome is outcome


def test_what_was_answered_only_after_the_end_was_not_served_in_time() -> None:
    """A thousand are answered in the end, but only 40 in each of the twenty seconds."""
    late = fast_and_slow(0, 1000).model_copy(update={"served": 800})
    found = judge(result(late, seconds=20.0, asked_rate=50.0, reached_rate=50.0), Throughput(50))
    assert (found.outcome, found.observed) == (Outcome.NOT_MET, 40.0)


def test_a_rate_below_the_one_demanded_can_show_nothing() -> None:
    asked = result(fast_and_slow(1000, 0), seconds=20.0, asked_rate=50.0, reached_rate=50.0)
    assert judge(asked, Throughput(60)).outcome is Outcome.BROKEN
    assert judge(result(times(*[1.0] * 96)), Throughput(1)).outcome is Outcome.BROKEN


def test_concurrency_that_was_not_reached_says_nothing_of_the_system() -> None:
    assert judge(result(fast_and_slow(1000, 0), most_open=1000), Concurrency(1000)).outcome is Outcome.MET
    assert judge(result(fast_and_slow(1000, 0), most_open=999), Concurrency(1000)).outcome is Outcome.BROKEN
    lost = times(*[1.0] * 990, reset=10)  # whose connections may have been open when sending began, or not
    assert judge(result(lost, most_open=990), Concurrency(1000)).outcome is Outcome.BROKEN


@given(ENDLESS, st.floats(1, 99), st.floats(0.0001, 10))
def test_the_verdict_is_that_of_the_samples_themselves(counts: dict[int, int], percent: float, limit: float) -> None:
    endpoint = endpoint_of("ask", counts, {})
    found = judge_times(endpoint, Percentile(percent, limit))
    if found.outcome is Outcome.BROKEN:
        assert endpoint.count < load_demands.needed_for(percent)
        return
    slower = sum(count for time, count in counts.items() if time / 1e6 > limit * 1.002) / endpoint.count
    faster = sum(count for time, count in counts.items() if time / 1e6 <= limit * 0.998) / endpoint.count
    if found.outcome is Outcome.MET:
        assert slower <= 1 - percent / 100 + 1e-9
    else:
        assert faster < percent / 100 + 1e-9


def test_the_interval_holds_the_true_percentile_as_often_as_it_says() -> None:
    dice = random.Random(7)
    true = -math.log(0.05)  # of an exponential distribution with mean 1
    held = 0
    for _ in range(300):
        sample = [dice.expovariate(1.0) for _ in range(200)]
        low, high = load_demands.interval(times(*(each * 1000 for each in sample)), 95)
        held += low * 0.999 <= true <= high * 1.001
    assert held >= 300 * 0.92


@pytest.mark.parametrize(
    ("slow", "round_trip", "outcome"),
    [
        (80, 0.040, Outcome.BROKEN),  # 40 ms are the system's own, of 50
        (80, 0.020, Outcome.NOT_MET),
        (40, 0.040, Outcome.MET),
        (50.1, 0.001, Outcome.NOT_MET),  # as near as that the network is no excuse
    ],
)
def test_the_way_to_a_system_is_not_held_against_it(slow: float, round_trip: float, outcome: Outcome) -> None:
    finding = judge(result(times(*[slow] * 200), round_trip=round_trip), Percentile(95, 0.050))
    assert finding.outcome is outcome
    assert ("the network alone takes 40 ms there and back" in finding.says) == (outcome is Outcome.BROKEN)


def test_requests_that_failed_are_not_excused_by_the_way() -> None:
    failed = result(times(*[1] * 360, status=40), round_trip=0.5)
    assert judge(failed, Percentile(95, 0.050)).outcome is Outcome.NOT_MET
    assert judge(failed, Success(0.99)).outcome is Outcome.NOT_MET


@pytest.mark.parametrize(("users", "outcome"), [(1, Outcome.BROKEN), (None, Outcome.NOT_MET)])
def test_throughput_of_users_who_wait_for_each_answer(users: int | None, outcome: Outcome) -> None:
    """A user who is 40 ms away sends 20 requests a second to a system that takes 10 ms for each."""
    seen = result(times(*[50] * 200), seconds=10.0, users=users, round_trip=0.040)
    assert judge(seen, Throughput(50)).outcome is outcome
    assert judge(seen, Throughput(101)).outcome is Outcome.NOT_MET


def test_a_demand_that_is_not_met_is_raised_with_all_its_figures() -> None:
    with pytest.raises(NotMet, match=r"95 % of 1,000 decisions took at most 90 ms, where 50 ms are allowed"):
        judge(result(fast_and_slow(0, 1000)), Percentile(95, 0.05)).settle()
