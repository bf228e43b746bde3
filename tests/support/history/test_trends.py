"""Figures over runs, and where they are going."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.base.outcomes import Outcome
from support.history import trends
from support.history.trends import Direction
from tests.support.history.runs import entry, measured

MET = {"CAIO-SLO-01": Outcome.MET}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Direction.UNKNOWN),
        ([1.0, 2.0, 3.0], Direction.UNKNOWN),
        ([10.0, 11.0, 12.0, 13.0], Direction.RISING),
        ([13.0, 12.0, 11.0, 10.0], Direction.FALLING),
        ([10.0, 10.0, 10.0, 10.0], Direction.STEADY),
        ([0.0, 0.0, 0.0, 0.0], Direction.STEADY),
        ([100.0, 100.1, 100.2, 100.3], Direction.STEADY),
        ([10.0, 14.0, 9.0, 13.0, 10.0, 12.0], Direction.STEADY),
        ([10.0, 11.0, 90.0, 12.0, 13.0, 14.0], Direction.RISING),
        ([0.0, 0.0, 0.0, 1.0, 2.0, 3.0], Direction.RISING),
        ([90.0] * 30 + [10.0 + value for value in range(20)], Direction.RISING),
    ],
)
def test_a_direction_is_that_of_most_pairs_of_runs(values: list[float], expected: Direction) -> None:
    assert trends.direction(values) is expected


@given(st.lists(st.floats(min_value=0.1, max_value=1e6), min_size=4, max_size=20))
def test_time_turned_round_turns_the_direction_round(values: list[float]) -> None:
    opposite = {Direction.RISING: Direction.FALLING, Direction.FALLING: Direction.RISING}
    there, back = trends.direction(values), trends.direction(values[::-1])
    assert back is opposite.get(there, there)


def test_each_figure_has_a_value_or_a_gap_for_every_run() -> None:
    runs = [
        entry(1, MET, figures=(measured(40), measured("fast", what="words"))),
        entry(2, MET),
        entry(3, MET, figures=(measured(42.5, limit=45), measured(7, interface="python", limit="none"))),
    ]
    over_http, over_python = trends.series(runs)
    assert over_http.values == (40.0, None, 42.5)
    assert over_http.numbers == [40.0, 42.5]
    assert over_http.limit == 45.0
    assert over_python.values == (None, None, 7.0)
    assert over_python.limit is None


@pytest.mark.parametrize("value", [None, True, "12", math.nan, math.inf])
def test_what_is_no_number_is_not_drawn(value: float | str | bool | None) -> None:
    assert trends.number(value) is None


def test_how_far_a_figure_moved() -> None:
    assert trends.moved(measured(40), measured(50)) == 0.25
    assert trends.moved(None, measured(50)) is None
    assert trends.moved(measured(0), measured(50)) is None
    assert trends.moved(measured(40), measured("much")) is None
