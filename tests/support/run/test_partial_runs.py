"""Parts of a system's features, run by behave itself: what they choose is planned, and the rest was not asked for."""

from __future__ import annotations

import json

import pytest

from support.base import scenarios

from .conftest import Whole

FEATURE = "features/tiny/sums.feature"


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ([f"{FEATURE}:5"], {"Small"}),
        ([f"{FEATURE}:5", f"{FEATURE}:12"], {"Small", "Over HTTP only"}),
        ([FEATURE, "--name", "^Large$"], {"Large"}),
        ([f"{FEATURE}:5", f"{FEATURE}:8", "--name", "a"], {"Small", "Large"}),
    ],
)
def test_a_part_of_a_run_is_partial_and_not_undecided(whole: Whole, arguments: list[str], chosen: set[str]) -> None:
    whole.run("behave", *arguments)
    whole.run("support", "report")
    assert whole.results().keys() == chosen
    assert whole.verdict()["decision"] == "accepted with reservations"
    assert whole.verdict()["differences"] == []
    assert json.loads((whole.reports / "run.json").read_bytes())["partial"] is True


def test_rows_of_an_outline_are_chosen_by_line(whole: Whole) -> None:
    whole.write(
        FEATURE,
        """
        @TINY-SUM-01
        Feature: Sums
          Scenario Outline: One and <a>
            Given Tiny is running
            Then 1 and <a> make <b>
            Examples:
              | a | b |
              | 1 | 2 |
              | 2 | 3 |
        """,
    )
    whole.run("behave", f"{FEATURE}:10")
    whole.run("support", "report")
    assert whole.results() == {"One and 2": "passed"}
    assert whole.verdict()["differences"] == []


def test_features_in_sub_folders_are_of_the_system_above_them_everywhere(whole: Whole) -> None:
    deep = "features/tiny/deep/deeper/differences.feature"
    lines = ("@TINY-SUM-02", "Feature: Deep", "  Example: Deep", "    Given Tiny is running", "    Then 1 and 1 make 3")
    whole.write(deep, "\n".join(lines) + "\n")
    for command in (("behave", deep), ("support", "accept", "--system", "tiny", "--interface", "http")):
        whole.run(*command)
        whole.run("support", "report")
        outcomes = {item["criterion"]["id"]: item["outcome"] for item in whole.verdict()["criteria"]}
        assert outcomes["TINY-SUM-02"] == "not met"
    said = whole.run("support", "lint").stdout.decode()
    assert "TINY-SUM-02 has scenarios: take `planned: true` away" in said


def test_a_feature_of_no_system_is_refused_by_a_run_and_by_lint_alike(whole: Whole) -> None:
    stray = "features/stray.feature"
    whole.write(stray, "Feature: Stray\n  Example: Stray\n    Given Tiny is running\n    Then 1 and 1 make 2\n")
    says = f"{stray} stands in no system's folder: move it to features/<system>/"
    refused = whole.run("behave", "features/")
    assert (refused.returncode, refused.stderr.decode()) == (2, f"signoff: {says}\n")
    assert f"{stray}:1: misplaced-feature: {says}" in whole.run("support", "lint").stdout.decode()


@pytest.mark.parametrize(
    ("file", "system"),
    [
        ("features/caio/cors.feature", "caio"),
        ("features/caio/deep/features/cors.feature:12", "caio"),
        ("/somewhere/features/caio/cors.feature", "caio"),
        ("own/cors.feature", "own"),
    ],
)
def test_the_system_of_a_file_is_the_folder_below_features(file: str, system: str) -> None:
    assert scenarios.system_of(file) == system
