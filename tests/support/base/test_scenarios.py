"""What scenarios are called: one name for each, whatever their authors call them, worked out in linear time."""

from __future__ import annotations

from typing import Any

import pytest
from behave.parser import parse_feature

from support.base import scenarios
from support.evidence.identity import Target, identify

TARGET = Target("tiny", "Tiny", "http", "process")


def feature(text: str) -> Any:
    return parse_feature(text, filename="features/tiny/sums.feature")


def identities(text: str) -> list[tuple[str, str, str]]:
    found = [identify(scenario, TARGET) for scenario in feature(text).walk_scenarios()]
    return [(each.full_name, each.test_case_id, each.history_id) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "Feature: A\n  Scenario: B\n    Given it\n  Scenario: B\n    Given it\n",
        "Feature: A\n  Rule: R\n    Scenario: B\n      Given it\n    Scenario: B\n      Given it\n",
        "Feature: A\n  Rule: R\n    Scenario: B\n      Given it\n  Rule: R\n    Scenario: B\n      Given it\n",
        "Feature: A\n  Rule: R\n    Scenario: S: B\n      Given it\n  Rule: R: S\n    Scenario: B\n      Given it\n",
        "Feature: A\n  Scenario: B\n    Given it\n  Scenario: B\n    Given it\n  Scenario: B (2)\n    Given it\n",
        "Feature: A\n  Scenario: B (2)\n    Given it\n  Scenario: B\n    Given it\n  Scenario: B\n    Given it\n",
        "Feature: A\n  Scenario:\n    Given it\n  Scenario:\n    Given it\n",
        "Feature: A\n"
        + 2 * "  Scenario Outline: B\n    Given it\n    Examples:\n      | a |\n      | 1 |\n      | 1 |\n",
        "Feature: A\n  Scenario Outline: B\n    Given it\n    Examples:\n      | a |\n      | 1 |\n"
        "  Scenario: B -- @1.1 \n    Given it\n",
    ],
)
def test_no_two_scenarios_of_a_file_are_one(text: str) -> None:
    found = identities(text)
    assert len(found) >= 2
    for kind in zip(*found, strict=True):
        assert len(set(kind)) == len(found)


def test_a_name_that_is_given_once_is_kept_whatever_else_is_written() -> None:
    alone = identities("Feature: A\n  Rule: R\n    Scenario: B\n      Given it\n")
    twice = 2 * "  Scenario: C\n    Given it\n"
    text = f"Feature: A\n{twice}  Rule: R\n    Scenario: B\n      Given it\n"
    assert identities(text)[2] == alone[0]


def outline(rows: int) -> Any:
    table = "".join(f"      | {row % 3} |\n" for row in range(rows))
    return feature(f"Feature: A\n  Scenario Outline: B <a>\n    Given it\n    Examples:\n      | a |\n{table}")


def test_rows_that_are_named_alike_say_which_they_are() -> None:
    titles = [scenarios.title_of(scenario) for scenario in outline(4).walk_scenarios()]
    assert titles == ["B 0 (row 1)", "B 1", "B 2", "B 0 (row 2)"]


def test_the_work_for_each_row_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0
    bare_name, rule_of = scenarios.bare_name, scenarios.rule_of

    def counting(of: Any) -> Any:
        def count(scenario: Any) -> Any:
            nonlocal counted
            counted += 1
            return of(scenario)

        return count

    monkeypatch.setattr(scenarios, "bare_name", counting(bare_name))
    monkeypatch.setattr(scenarios, "rule_of", counting(rule_of))
    rows = outline(300).walk_scenarios()
    for row in [*rows, *rows]:
        scenarios.title_of(row)
        scenarios.full_name(row)
    assert 2 * 300 <= counted <= 4 * 300
