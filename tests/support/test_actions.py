"""Judgements that actions make ready for steps, at their edges."""

from __future__ import annotations

import pytest

from support import systems
from support.actions.auditing import CRASHED, Audit
from support.actions.callers import caller
from support.outcomes import NotVerified


def test_a_tool_that_found_something_says_so() -> None:
    assert Audit(1, "the signature does not fit").tampered
    assert not Audit(0, "genuine").tampered


@pytest.mark.parametrize("told", ["", f"{CRASHED}:\nKeyError: 'proofs'"])
def test_a_tool_that_merely_fails_has_found_nothing(told: str) -> None:
    assert not Audit(1, told).tampered


def test_capital_letters_are_only_tried_on_a_token_that_has_small_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = systems.find("caio")
    monkeypatch.setenv("CAIO_TEST_USER_TOKEN", "small-letters")
    assert caller("a caller with a token in capital letters", system).shown == ("SMALL-LETTERS",)
    monkeypatch.setenv("CAIO_TEST_USER_TOKEN", "A1B2-C3")
    with pytest.raises(NotVerified, match="no small letters"):
        caller("a caller with a token in capital letters", system)
