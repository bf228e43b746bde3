"""Growth is told from noise: of memory over rounds, and of times with a size."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.base.outcomes import Outcome
from support.checks import growth
from support.checks.growth import GIGABYTE, Round, judge_memory, law, slope, tolerance

A_DAY = tolerance(50, 4 * GIGABYTE)
MB = 1024.0**2


def rounds(*megabytes: float, requests: int = 2000) -> list[Round]:
    return [Round(requests, each * MB) for each in megabytes]


def test_what_is_tolerated_would_not_fill_the_memory_in_a_day() -> None:
    in_a_day = A_DAY * 50 * 86_400
    assert in_a_day == pytest.approx(4 * GIGABYTE)
    assert 900 < A_DAY < 1000


@pytest.mark.parametrize(
    ("megabytes", "outcome"),
    [
        ((100, 100, 100, 100, 100), Outcome.MET),
        ((50, 100, 100.5, 100.2, 100.4), Outcome.MET),  # the first round is a warm-up
        ((100, 100, 110, 110, 110), Outcome.MET),  # one jump is no growth
        ((100, 120, 110, 105, 100), Outcome.MET),
        ((100, 102, 104, 106, 108), Outcome.NOT_MET),
        ((100, 102, 104.5, 105.9, 108), Outcome.NOT_MET),
    ],
)
def test_growth_is_what_goes_on_from_round_to_round(megabytes: tuple[float, ...], outcome: Outcome) -> None:
    assert judge_memory(rounds(*megabytes), A_DAY).outcome is outcome


def test_the_growth_is_told_for_each_request() -> None:
    found = judge_memory(rounds(100, 102, 104, 106, 108), A_DAY)
    assert found.observed == pytest.approx(2 * MB / 2000, abs=0.1)
    assert found.samples == 8000


def test_too_few_or_unequal_rounds_prove_nothing() -> None:
    assert judge_memory(rounds(100, 100, 100, 100), A_DAY).outcome is Outcome.BROKEN
    unequal = [*rounds(100, 100, 100, 100), Round(1999, 100 * MB)]
    assert judge_memory(unequal, A_DAY).outcome is Outcome.BROKEN
    assert judge_memory(rounds(*[100] * 5, requests=0), A_DAY).outcome is Outcome.BROKEN


def test_rounds_in_which_a_step_of_the_allocator_would_be_growth_prove_nothing() -> None:
    short = judge_memory(rounds(100, 101, 102, 103, 104, requests=200), A_DAY)
    assert (short.outcome, f"they need {math.ceil(MB / A_DAY):,}" in short.says) == (Outcome.BROKEN, True)
    assert judge_memory(rounds(*[100] * 5, requests=1055), A_DAY).outcome is Outcome.MET


@given(st.floats(-10, 10), st.floats(0, 100), st.integers(2, 12))
def test_the_slope_of_a_line_is_its_slope(rise: float, start: float, count: int) -> None:
    assert slope([start + rise * number for number in range(count)]) == pytest.approx(rise, abs=1e-9)
    with pytest.raises(ValueError, match="two values"):
        slope([start])


@given(st.floats(1e-6, 1), st.floats(0.0, 2.0))
def test_a_power_law_is_found_again(factor: float, exponent: float) -> None:
    points = [(size, factor * size**exponent) for size in (1.0, 10.0, 100.0, 1000.0, 10_000.0)]
    found = law(points)
    assert found.exponent == pytest.approx(exponent, abs=1e-6)
    assert found.at(500) == pytest.approx(factor * 500**exponent, rel=1e-6)
    assert math.isnan(found.fit) or found.fit == pytest.approx(1, abs=1e-4) or exponent < 0.01


def test_noise_shows_in_the_fit() -> None:
    dice = random.Random(3)
    found = law([(size, 0.001 * dice.uniform(0.5, 2)) for size in (1.0, 10.0, 100.0, 1000.0, 10_000.0)])
    assert abs(found.exponent) < 0.2
    assert found.fit < 0.9
    assert "R²" in str(found)


def test_two_sizes_make_no_law() -> None:
    with pytest.raises(ValueError, match="three sizes"):
        law([(1.0, 1.0), (10.0, 2.0), (10.0, 3.0)])


def test_the_warm_up_leaves_enough_rounds_of_the_five_that_scenarios_run() -> None:
    assert growth.WARM_UP + growth.LEAST_ROUNDS == 5
