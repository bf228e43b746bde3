"""Explorations follow their seed alone, shrink what differs into a story, and end in time."""

import subprocess
import sys
import time

import pytest
from hypothesis import strategies as st

from support.base.settings import ROOT
from support.model import Budget, Difference, Step, explore

NUMBERS = st.lists(st.sampled_from(range(1000)), min_size=1, max_size=20)


def recorded(recording, numbers):
    for number in numbers:
        recording.note(lambda number=number: Step(f"adds {number}"))


def cases_of(seed, count=60):
    seen = []

    def judge(numbers, recording):
        seen.append(list(numbers))
        return 1

    explored = explore(NUMBERS, judge, Budget(count, seed))
    assert explored.story is None
    return explored, seen


def below_500(numbers, recording):
    recorded(recording, numbers)
    if max(numbers) >= 500:
        raise Difference("numbers below 500", f"there was {max(numbers)}")
    return 1


def test_the_same_seed_makes_the_same_cases():
    assert cases_of(7)[1] == cases_of(7)[1]


def test_another_seed_makes_other_cases():
    assert cases_of(7)[1] != cases_of(8)[1]


def test_as_many_cases_are_judged_as_were_asked_for():
    explored, seen = cases_of(7, 130)

    assert (explored.cases, len(seen)) == (130, 130)
    assert str(explored) == "130 cases, seed 7"


def test_a_draw_may_hold_several_cases():
    explored = explore(NUMBERS, lambda numbers, _: len(numbers), Budget(200, 7))

    assert explored.cases >= 200


def test_cases_do_not_follow_what_else_is_loaded():
    """hypothesis would draw numbers that stand in the sources of loaded modules."""
    told = []
    for more in ("", "import support.domains.caio.session, support.lint.check"):
        code = f"""
{more}
from hypothesis import strategies as st
from support.model import Budget, explore
seen = []
explore(st.lists(st.integers(0, 10**9)), lambda case, _: (seen.append(case), 1)[1], Budget(100, 7))
print(seen)
"""
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        told.append(done.stdout)
    assert told[0] == told[1]


def test_a_difference_becomes_the_smallest_story():
    story = explore(NUMBERS, below_500, Budget(200, 7)).story

    assert [step.says for step in story.steps] == ["adds 500"]
    assert (story.expected, story.seen) == ("numbers below 500", "there was 500")


def test_any_assertion_that_fails_is_a_difference():
    def judge(numbers, recording):
        recorded(recording, numbers)
        assert sum(numbers) < 1500, "the sum is too large"
        return 1

    story = explore(NUMBERS, judge, Budget(200, 7)).story

    assert "the sum is too large" in story.seen


def test_any_other_error_is_the_suites_own():
    def judge(numbers, recording):
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError):
        explore(NUMBERS, judge, Budget(10, 7))


def test_cases_of_the_search_for_a_smaller_story_do_not_count():
    failed_at = []

    def judge(numbers, recording):
        failed_at.append(max(numbers) >= 500)
        return below_500(numbers, recording)

    explored = explore(NUMBERS, judge, Budget(1000, 7))

    assert explored.cases == failed_at.index(True) + 1
    assert len(failed_at) > explored.cases


def test_what_differs_only_once_is_told_all_the_same():
    calls = []

    def judge(numbers, recording):
        recorded(recording, numbers)
        calls.append(numbers)
        if len(calls) == 5:
            raise Difference("the same as ever", "something else, once")
        return 1

    assert explore(NUMBERS, judge, Budget(100, 7)).story.seen == "something else, once"


def test_the_search_for_a_smaller_story_ends_in_time():
    def slow(numbers, recording):
        recorded(recording, numbers)
        if len(numbers) > 2:
            time.sleep(0.05)
            raise Difference("two numbers", f"{len(numbers)}")
        return 1

    began = time.monotonic()
    story = explore(NUMBERS, slow, Budget(100, 7, shrinking=0.3)).story

    assert story is not None
    assert time.monotonic() - began < 5
