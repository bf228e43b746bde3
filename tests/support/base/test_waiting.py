"""Waiting ends as soon as it can, and says what it waited for and what it saw last."""

from __future__ import annotations

import itertools

import pytest

from support.base.outcomes import NotMet, WaitedInVain
from support.base.waiting import consistently, let_pass, until


def test_it_returns_what_the_condition_returned() -> None:
    answers = iter([None, False, 0, "", "ready"])
    assert until(lambda: next(answers), 5, "readiness", 0.001) == "ready"


def test_in_vain_it_says_what_it_waited_for_and_saw_last() -> None:
    with pytest.raises(WaitedInVain, match=r"0.01 s in vain for three items \(looked \d+ times\); last seen: \[\]"):
        until(list, 0.01, "three items", 0.001)


def test_an_assertion_that_fails_is_not_yet() -> None:
    counter = itertools.count()

    def condition() -> str:
        number = next(counter)
        assert number >= 3, f"only {number}"
        return "enough"

    assert until(condition, 5, "three", 0.001) == "enough"


def test_the_last_failed_assertion_is_shown() -> None:
    def condition() -> str:
        raise AssertionError("only 2 of 3")

    with pytest.raises(WaitedInVain, match="last seen: only 2 of 3"):
        until(condition, 0.01, "three", 0.001)


def test_any_other_error_ends_the_wait_at_once() -> None:
    looks = itertools.count()

    def condition() -> str:
        next(looks)
        raise RuntimeError("no such service")

    with pytest.raises(RuntimeError, match="no such service"):
        until(condition, 60, "anything")
    assert next(looks) == 1


def test_a_step_that_judges_fails_as_not_met() -> None:
    with pytest.raises(NotMet, match="in vain for the circuit to close"):
        until(lambda: None, 0.01, "the circuit to close", 0.001, failing=NotMet)


def test_it_looks_at_least_once_even_without_time() -> None:
    assert until(lambda: "there", 0, "it") == "there"


def test_what_stays_so_returns_its_last_value() -> None:
    counter = itertools.count(1)
    assert consistently(lambda: next(counter), 0.02, "the count", 0.001) > 1


def test_what_does_not_stay_so_is_not_met_at_once() -> None:
    answers = iter([True, True, False])
    with pytest.raises(NotMet, match=r"health held for .* s, but should hold for 60 s; then seen: False"):
        consistently(lambda: next(answers), 60, "health", 0.001)


def test_time_passes_only_for_a_reason() -> None:
    with pytest.raises(ValueError, match="say why"):
        let_pass(0, "")
    let_pass(0, "to show that it may")
