"""The model of a gateway: what it allows, and that each broken promise is a difference."""

from __future__ import annotations

import pytest

from support.domains.gateway.model import (
    FORBIDDEN,
    WELL,
    Behaviour,
    Effect,
    Memory,
    RouteRules,
    Seen,
    wrong,
    wrong_refusal,
)

GUARDED = RouteRules("guarded", ("a", "b"), 2, ordered=True)
SHARED = RouteRules("shared", ("a", "b"), 2)
FAILS = Behaviour("fails", Effect.FAILS)
MISTAKE = Behaviour("refuses", Effect.MISTAKE, 422)
BREAKS = Behaviour("breaks off", Effect.BREAKS)
ENDS = Behaviour("just ends", Effect.BREAKS, told=False)
AWAKE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("rules", "behaviours", "resting", "seen"),
    [
        (GUARDED, {}, AWAKE, Seen(("a",), 200, "a")),
        (SHARED, {}, AWAKE, Seen(("b",), 200, "b")),
        (GUARDED, {"a": FAILS}, AWAKE, Seen(("a", "b"), 200, "b")),
        (GUARDED, {"a": FAILS}, frozenset("a"), Seen(("b",), 200, "b")),
        (GUARDED, {"a": FAILS, "b": FAILS}, AWAKE, Seen(("a", "b"), 502)),
        (GUARDED, {"a": FAILS, "b": FAILS}, AWAKE, Seen(("a", "b"), 429)),
        (GUARDED, {}, frozenset("ab"), Seen((), 503)),
        (GUARDED, {"a": MISTAKE}, AWAKE, Seen(("a",), 422)),
        (GUARDED, {"a": BREAKS}, AWAKE, Seen(("a",), 200, "", "a: one", True, False, "a: one two")),
        (GUARDED, {"a": ENDS}, AWAKE, Seen(("a",), 200, "", "a: one", False, False, "a: one two")),
    ],
)
def test_what_is_promised_is_allowed(
    rules: RouteRules, behaviours: dict[str, Behaviour], resting: frozenset[str], seen: Seen
) -> None:
    assert wrong(rules, behaviours, resting, seen) is None


@pytest.mark.parametrize(
    ("rules", "behaviours", "resting", "seen"),
    [
        (GUARDED, {}, AWAKE, Seen(("c",), 200, "c")),
        (GUARDED, {}, AWAKE, Seen(("b",), 200, "b")),
        (GUARDED, {}, AWAKE, Seen(("a", "a"), 200, "a")),
        (GUARDED, {}, AWAKE, Seen(("a",), 200, "b")),
        (GUARDED, {}, AWAKE, Seen(("a",), 200, "")),
        (GUARDED, {}, AWAKE, Seen((), 503)),
        (GUARDED, {}, frozenset("ab"), Seen((), 200)),
        (GUARDED, {"a": FAILS, "b": FAILS}, AWAKE, Seen(("a", "b", "a"), 502)),
        (GUARDED, {"a": FAILS, "b": FAILS}, AWAKE, Seen(("a", "b"), 200, tells=False)),
        (GUARDED, {"a": FAILS, "b": FAILS}, AWAKE, Seen(("a", "b"), 400, tells=False)),
        (GUARDED, {"a": FAILS}, AWAKE, Seen(("a",), 502)),
        (GUARDED, {"a": FAILS}, AWAKE, Seen(("a", "a"), 502)),
        (GUARDED, {"a": MISTAKE}, AWAKE, Seen(("a", "b"), 200, "b")),
        (GUARDED, {"a": MISTAKE}, AWAKE, Seen(("a",), 500)),
        (GUARDED, {"a": BREAKS}, AWAKE, Seen(("a", "b"), 200, "b")),
        (GUARDED, {"a": BREAKS}, AWAKE, Seen(("a",), 200, "", "a: one", False, False, "a: one two")),
        (GUARDED, {"a": BREAKS}, AWAKE, Seen(("a",), 200, "", "a: one", False, True, "a: one two")),
        (GUARDED, {"a": BREAKS}, AWAKE, Seen(("a",), 200, "", "a: oneb: one", True, False, "a: one two")),
        (GUARDED, {"a": ENDS}, AWAKE, Seen(("a",), 200, "", "a: one", False, True, "a: one two")),
    ],
)
def test_what_is_not_promised_is_a_difference(
    rules: RouteRules, behaviours: dict[str, Behaviour], resting: frozenset[str], seen: Seen
) -> None:
    assert wrong(rules, behaviours, resting, seen) is not None


def test_callers_who_may_not_ask() -> None:
    assert wrong_refusal(FORBIDDEN, Seen((), 403)) is None
    assert wrong_refusal(FORBIDDEN, Seen((), 200)) is not None
    assert wrong_refusal(FORBIDDEN, Seen(("a",), 403)) is not None


def test_an_upstream_may_rest_after_failures_in_a_row_and_for_a_while() -> None:
    memory = Memory(patience=2, rest=3.0)
    memory.note(["a"], {"a": FAILS}, 0.0)
    memory.note(["a"], {"a": WELL}, 0.0)
    memory.note(["a"], {"a": FAILS}, 0.0)
    assert memory.resting(0.0) == AWAKE
    memory.note(["a"], {"a": BREAKS}, 1.0)
    assert memory.resting(3.9) == frozenset("a")
    assert memory.resting(4.1) == AWAKE
    memory.note(["b"] * 5, {"b": MISTAKE}, 5.0)
    assert memory.resting(5.0) == AWAKE
