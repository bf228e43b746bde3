"""The search for the highest rate ends near it, whatever it is, and says when it has seen nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from support.base.outcomes import Outcome
from support.checks import capacity_search
from support.checks.capacity_search import MOST_STEPS, NEAR, Step, highest, judge, next_rate


def searched(bears: float, start: float = 50.0, blind_from: float = float("inf")) -> list[Step]:
    """The steps of a search where objectives are kept up to ``bears``, and nothing is seen from ``blind_from`` on."""
    steps: list[Step] = []
    while (rate := next_rate(steps, start)) is not None:
        outcome = Outcome.BROKEN if rate >= blind_from else Outcome.MET if rate <= bears else Outcome.NOT_MET
        steps.append(Step(rate, 0.01, outcome, "as it is"))
    return steps


@given(st.floats(50, 20_000))
def test_the_search_ends_near_what_is_borne(bears: float) -> None:
    steps = searched(bears)
    found = highest(steps)
    assert found is not None
    assert found <= bears < found * NEAR
    assert len(steps) <= MOST_STEPS


def test_a_target_that_is_not_borne_at_all_is_not_met() -> None:
    steps = searched(20)
    assert [step.rate for step in steps] == [50]
    found = judge(steps, 50, 1.3)
    assert found.outcome is Outcome.NOT_MET
    assert found.observed == 0


def test_the_margin_is_that_of_the_highest_rate_kept() -> None:
    assert judge(searched(64), 50, 1.3).outcome is Outcome.NOT_MET
    assert judge(searched(80), 50, 1.3).outcome is Outcome.MET
    assert "at 100 a second: as it is" not in judge(searched(64), 50, 1.3).says or highest(searched(64)) == 62.5


def test_where_nothing_can_be_seen_any_more_the_search_ends_with_a_lower_bound() -> None:
    found = judge(searched(10_000, blind_from=300), 50, 1.3)
    assert found.outcome is Outcome.MET
    assert "at least 200 requests" in found.says
    assert judge(searched(10_000, blind_from=60), 50, 1.3).outcome is Outcome.BROKEN
    assert judge(searched(10_000, blind_from=50), 50, 1.3).outcome is Outcome.BROKEN


def test_a_rate_at_which_nothing_could_be_seen_is_tried_again() -> None:
    steps = [Step(50, 0.01, Outcome.MET, ""), Step(100, None, Outcome.BROKEN, "noise")]
    assert next_rate(steps, 50) == 100
    assert next_rate([*steps, Step(100, 0.01, Outcome.MET, "")], 50) == 200
    assert next_rate([*steps, Step(100, None, Outcome.BROKEN, "noise")], 50) is None
    assert judge([*steps, Step(100, 0.01, Outcome.MET, "")], 50, 1.3).outcome is Outcome.MET
    assert judge(steps, 50, 1.3).outcome is Outcome.BROKEN


def test_a_rate_kept_above_one_that_was_missed_does_not_count() -> None:
    steps = [Step(50, 0.01, Outcome.MET, ""), Step(75, 0.2, Outcome.NOT_MET, "slow"), Step(100, 0.01, Outcome.MET, "")]
    assert highest(steps) == 50
    assert judge(steps, 50, 1.3).outcome is Outcome.NOT_MET


def test_no_rate_tried_is_nothing_seen() -> None:
    assert judge([], 50, 1.3).outcome is Outcome.BROKEN
    assert capacity_search.next_rate([], 50) == 50
