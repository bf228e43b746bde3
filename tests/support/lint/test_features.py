"""Rules for features, each shown finding what it is for and leaving good text alone."""

from __future__ import annotations

import pytest

from .conftest import Checkout

FEATURE = "features/tiny/sums.feature"
CRITERIA = "features/tiny/criteria.yaml"


def test_a_good_tree_has_no_findings(checkout: Checkout) -> None:
    assert checkout.findings() == []


@pytest.mark.parametrize("tag", ["wip", "TINY-SUM-03", "needs.gpu", "Blocker", "slow-ish"])
def test_a_tag_outside_the_families(checkout: Checkout, tag: str) -> None:
    checkout.change(FEATURE, "    Example: Small", f"    @{tag}\n    Example: Small")
    assert checkout.rules() == ["tag"]
    assert checkout.findings()[0].startswith("features/tiny/sums.feature:7: tag: @")


@pytest.mark.parametrize("tag", ["minor", "slow", "exclusive", "needs.logs", "needs.browser"])
def test_a_tag_inside_the_families(checkout: Checkout, tag: str) -> None:
    checkout.change(FEATURE, "    Example: Small", f"    @{tag}\n    Example: Small")
    assert checkout.rules() == []


def test_a_mistyped_criterion_is_told_with_the_nearest(checkout: Checkout) -> None:
    checkout.change(FEATURE, "@TINY-SUM-01", "@TINY-SUM-01 @TINY-SUN-01")
    assert "did you mean 'TINY-SUM-01'?" in checkout.findings()[0]


def test_two_severities_on_one_level(checkout: Checkout) -> None:
    checkout.change(FEATURE, "@blocker", "@blocker @minor")
    assert checkout.rules() == ["tag"]


def test_a_criterion_without_scenario(checkout: Checkout) -> None:
    checkout.change(CRITERIA, "    planned: true\n", "")
    assert checkout.findings() == [
        "features/tiny/criteria.yaml:9: criterion-without-scenario: no scenario shows TINY-SUM-02"
    ]


def test_a_criterion_that_is_said_to_be_planned_but_has_scenarios(checkout: Checkout) -> None:
    checkout.change(CRITERIA, "    statement: It adds.", "    statement: It adds.\n    planned: true")
    assert checkout.rules() == ["stale-planned"]


def test_a_scenario_without_criterion(checkout: Checkout) -> None:
    checkout.change(FEATURE, "  @TINY-SUM-01\n", "")
    assert sorted(checkout.rules()) == ["criterion-without-scenario", "scenario-without-criterion"]


def test_two_whens(checkout: Checkout) -> None:
    checkout.change(FEATURE, "      Then the sum", "      When it adds 2 and 2\n      Then the sum")
    assert checkout.rules() == ["two-whens"]


def test_one_when_with_an_and(checkout: Checkout) -> None:
    checkout.change(FEATURE, "      Then the sum", "      And it adds 2 and 2\n      Then the sum")
    assert checkout.rules() == []


def outline(checkout: Checkout, rows: int) -> None:
    checkout.change(FEATURE, "Example: Small", "Scenario Outline: Small <a>")
    checkout.change(FEATURE, "it adds 1 and 1", "it adds <a> and 1")
    table = "\n".join(["    Examples:", "      | a |", *(f"      | {row} |" for row in range(rows))])
    checkout.change(FEATURE, "Then the sum is 2\n", f"Then the sum is 2\n{table}\n")


def test_a_one_row_outline(checkout: Checkout) -> None:
    outline(checkout, 1)
    assert checkout.rules() == ["one-row-outline"]


def test_an_outline_of_two_rows(checkout: Checkout) -> None:
    outline(checkout, 2)
    assert checkout.rules() == []


def test_a_scenario_without_steps_of_its_own(checkout: Checkout) -> None:
    background = "  Background:\n    Given Tiny is running\n    Then the sum is 2\n\n"
    checkout.change(FEATURE, "  @TINY-SUM-01\n", f"{background}  @TINY-SUM-01\n")
    checkout.change(FEATURE, "    Example: Small", "    Example: Later\n\n    Example: Small")
    assert checkout.findings() == [
        'features/tiny/sums.feature:11: empty-scenario: "Later": it has no steps of its own, so it shows nothing'
    ]


@pytest.mark.parametrize("steps", ["When it adds 2 and 2", "Given Tiny is running\n      And Tiny is running"])
def test_a_scenario_without_a_then(checkout: Checkout, steps: str) -> None:
    checkout.change(FEATURE, "    Example: Small", f"    Example: Unjudged\n      {steps}\n\n    Example: Small")
    assert checkout.rules() == ["empty-scenario"]
    assert checkout.findings()[0].startswith("features/tiny/sums.feature:7: ")


def test_an_outline_without_a_then_is_named_once(checkout: Checkout) -> None:
    outline(checkout, 3)
    checkout.change(FEATURE, "Then the sum is 2", "And it adds <a> and 3")
    assert checkout.rules() == ["empty-scenario", "unused-step"]


def test_rows_that_say_the_same(checkout: Checkout) -> None:
    outline(checkout, 2)
    checkout.change(FEATURE, "it adds <a> and 1", "it adds 1 and 1")
    assert [finding.partition(" repeated-row: ")[0] for finding in checkout.findings()] == [
        "features/tiny/sums.feature:13:",
        "features/tiny/sums.feature:14:",
    ]
    assert "all 2 rows of its outline say the same" in checkout.findings()[0]


def test_one_row_that_repeats_another(checkout: Checkout) -> None:
    outline(checkout, 3)
    checkout.change(FEATURE, "      | 2 |", "      | 0 |")
    assert checkout.rules() == ["repeated-row", "repeated-row"]
    assert "as those of the row in line 15" in checkout.findings()[0]
    assert "as those of the row in line 13" in checkout.findings()[1]


def test_two_scenarios_of_one_name(checkout: Checkout) -> None:
    again = "Example: Small\n      Given Tiny is running\n      Then the sum is 2\n    Example: Small\n"
    checkout.change(FEATURE, "Example: Small\n", again)
    assert checkout.rules() == ["same-name"]
    assert checkout.findings()[0].startswith(f"{FEATURE}:10: same-name: ")


def test_two_rules_of_one_name(checkout: Checkout) -> None:
    rule = "  Rule: It adds\n    Example: Small\n      Given Tiny is running\n      Then the sum is 2\n"
    checkout.change(FEATURE, "  Rule: It adds\n", f"{rule}  @TINY-SUM-01\n  Rule: It adds\n")
    assert checkout.rules() == ["same-name"]


def test_a_file_that_no_run_can_judge(checkout: Checkout) -> None:
    checkout.write("features/tiny/deep/down/empty.feature", "# nothing yet\n")
    checkout.write("features/alone.feature", "Feature: Alone\n")
    (checkout.root / "features/tiny/latin.feature").write_bytes("Feature: für\n".encode("latin-1"))
    assert [finding.split(": ")[:2] for finding in checkout.findings()] == [
        ["features/alone.feature:1", "misplaced-feature"],
        ["features/tiny/deep/down/empty.feature:1", "syntax"],
        ["features/tiny/latin.feature:1", "encoding"],
    ]


@pytest.mark.parametrize("line", ["Scenrio: Second", "Exmaple: Second", "Senario Outline: Second", "Backgroud:"])
def test_a_mistyped_keyword(checkout: Checkout, line: str) -> None:
    checkout.change(FEATURE, "  @TINY-SUM-01\n", f"  {line}\n\n  @TINY-SUM-01\n")
    assert checkout.rules() == ["mistyped-keyword"]
    assert checkout.findings()[0].startswith("features/tiny/sums.feature:5:")


def test_a_mistyped_step_keyword_at_the_head_of_a_scenario(checkout: Checkout) -> None:
    checkout.change(FEATURE, "Given Tiny is running", "Givne Tiny is running")
    assert sorted(checkout.rules()) == ["mistyped-keyword", "unused-step"]


def test_an_honest_description(checkout: Checkout) -> None:
    checkout.change(FEATURE, "Feature: Sums\n", "Feature: Sums\n  Why it matters: money. When it rains, count.\n")
    assert checkout.rules() == []


@pytest.mark.parametrize(
    "name",
    ["A GET request", "The answer is JSON", "It answers 404", "See http://example.org/x", "The URL", "A header is set"],
)
def test_technical_words_in_a_business_feature(checkout: Checkout, name: str) -> None:
    checkout.change(FEATURE, "Example: Small", f"Example: {name}")
    assert checkout.rules() == ["technical-words"]


@pytest.mark.parametrize("name", ["To get ahead", "At most 404 services", "A postal address", "Within 200 ms"])
def test_words_that_only_look_technical(checkout: Checkout, name: str) -> None:
    checkout.change(FEATURE, "Example: Small", f"Example: {name}")
    assert checkout.rules() == []


def test_technical_words_where_the_promise_is_technical(checkout: Checkout) -> None:
    checkout.change(FEATURE, "Example: Small", "Example: A header is set")
    checkout.change(CRITERIA, "technical_areas: [cors]", "technical_areas: [sums]")
    assert checkout.rules() == []


def test_a_feature_that_cannot_be_parsed(checkout: Checkout) -> None:
    checkout.change(FEATURE, "Then the sum", "Tehn the sum")
    assert "syntax" in checkout.rules()


def test_criteria_that_cannot_be_read(checkout: Checkout) -> None:
    checkout.change(CRITERIA, "title: Tiny", "titel: Tiny")
    assert "criteria" in checkout.rules()
