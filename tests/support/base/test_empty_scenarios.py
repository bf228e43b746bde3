"""What makes a scenario empty: no Then of its own, or steps that another row of its outline has, to the last letter."""

from __future__ import annotations

import pytest
from behave.parser import parse_feature

from support.base.empty_scenarios import why_empty


def reasons(*lines: str, language: str = "en") -> list[str]:
    """Why each scenario of a feature is empty."""
    feature = parse_feature("\n".join(["Feature: F", *lines]), language=language, filename="f.feature")
    return [why_empty(scenario) for scenario in feature.walk_scenarios()]


@pytest.mark.parametrize(
    "steps",
    [
        ["Given a", "Then b"],
        ["Then b"],
        ["Given a", "When b", "Then c", "And d"],
        ["Given a", "Then b", "When c"],
        ["Given a", "Then b", "* c"],
    ],
)
def test_a_then_shows_something(steps: list[str]) -> None:
    assert reasons("Scenario: s", *steps) == [""]


@pytest.mark.parametrize("steps", [["Given a"], ["When a", "And b"], ["* a", "* b"], ["Given a", "But b"]])
def test_no_then_shows_nothing(steps: list[str]) -> None:
    (reason,) = reasons("Scenario: s", *steps)
    assert reason.startswith("it has no Then")


def test_the_language_does_not_matter() -> None:
    source = ["# language: de", "Funktionalität: F", "Szenario: s", "Angenommen a", "Dann b", "Szenario: t", "Wenn a"]
    feature = parse_feature("\n".join(source), filename="f.feature")
    first, second = [why_empty(scenario) for scenario in feature.walk_scenarios()]
    assert first == ""
    assert second.startswith("it has no Then")


def test_a_background_of_the_rule_is_not_the_scenarios_own() -> None:
    assert reasons("Rule: R", "Background:", "Then a", "Example: e")[0].startswith("it has no steps of its own")


OUTLINE = [
    "Scenario Outline: <n>",
    "Given a",
    "  | h   |",
    "  | <n> |",
    "Then b",
    '  """',
    "  <m>",
    '  """',
    "Examples:",
]


@pytest.mark.parametrize("rows", [["| 1 | 1 |", "| 2 | 1 |"], ["| 1 | 1 |", "| 1 | 2 |"]])
def test_rows_may_differ_in_a_table_or_a_text_alone(rows: list[str]) -> None:
    assert reasons(*OUTLINE, "| n | m |", *rows) == ["", ""]


def test_a_placeholder_that_no_step_has_makes_no_difference() -> None:
    found = reasons("Scenario Outline: <n>", "Then a", "Examples:", "| n |", "| 1 |", "| 2 |")
    assert found == ["all 2 rows of its outline say the same, so they show no more than one would"] * 2


def test_two_rows_of_three_are_named_with_each_other() -> None:
    first, second, third = reasons("Scenario Outline: <n>", "Then <m>", "Examples:", "|n|m|", "|1|a|", "|2|b|", "|3|a|")
    assert "the row in line 8" in first
    assert second == ""
    assert "the row in line 6" in third


def test_an_outline_is_read_once_however_many_rows_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    monkeypatch.setattr("support.base.empty_scenarios._cells", lambda table: read.append(table) or ())
    rows = [f"| {number} |" for number in range(500)]
    assert set(reasons("Scenario Outline: <n>", "Then <n>", "Examples:", "| n |", *rows)) == {""}
    assert len(read) == 2 * 500
