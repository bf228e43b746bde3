"""The plan holds every selected scenario: under rules, from outlines, with the tags it inherits."""

from __future__ import annotations

from typing import Any

from behave.parser import parse_feature

from support.acceptance import plan
from support.base.scenarios import all_tags

TEXT = """\
@blocker
Feature: Routing

  Example: Outside any rule
    Given something

  @CAIO-ROUTE-03
  Rule: A promise

    Example: One case
      Given something

    @CAIO-ROUTE-04 @slow
    Scenario Outline: Many cases
      Given <what>

      Examples:
        | what |
        | this |
        | that |
"""


def features() -> list[Any]:
    return [parse_feature(TEXT, filename="features/caio/routing.feature")]


def test_scenarios_outside_rules_under_rules_and_from_outlines_are_planned() -> None:
    planned = plan.from_features(features(), "http")
    assert [item.location for item in planned] == [
        "features/caio/routing.feature:4",
        "features/caio/routing.feature:10",
        "features/caio/routing.feature:19",
        "features/caio/routing.feature:20",
    ]
    assert [item.rule for item in planned] == [None, "A promise", "A promise", "A promise"]
    assert {item.feature for item in planned} == {"Routing"}


def test_criteria_come_from_every_level() -> None:
    planned = plan.from_features(features(), "http")
    assert [item.criteria for item in planned] == [
        (),
        ("CAIO-ROUTE-03",),
        ("CAIO-ROUTE-03", "CAIO-ROUTE-04"),
        ("CAIO-ROUTE-03", "CAIO-ROUTE-04"),
    ]
    assert planned[1].tags == ("blocker", "CAIO-ROUTE-03")


def test_keys_differ_by_scenario_and_by_interface() -> None:
    both = plan.from_features(features(), "http") + plan.from_features(features(), "python")
    assert len({item.key for item in both}) == 8
    assert both[0].key == "features/caio/routing.feature:4@http"
    assert both[4].key == "features/caio/routing.feature:4@python"


def test_only_what_is_selected_is_planned() -> None:
    planned = plan.from_features(features(), "http", lambda scenario: "slow" in all_tags(scenario))
    assert len(planned) == 2


def test_covered_criteria_do_not_depend_on_the_selection() -> None:
    assert plan.covered(features()) == ["CAIO-ROUTE-03", "CAIO-ROUTE-04"]
    assert plan.covered([]) == []
