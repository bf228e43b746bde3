"""A scenario's outcome in the report: met, not met, broken or not verified, and nothing in between."""

from __future__ import annotations

import pytest

from tests.support.evidence.conftest import Tree, labels, parameters, statuses

SKIPPING = """
from support.evidence.skipping import skip_if_not_verified

def after_step(context, step):
    skip_if_not_verified(context.scenario, step)
"""


def one(*steps: str, tags: str = "") -> str:
    """A feature with one scenario of these steps."""
    return f"Feature: One\n  {tags}\n  Scenario: it\n" + "".join(f"    {step}\n" for step in steps)


def test_all_steps_passed_is_met(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given it is so", "Then it is true"))
    result = tree.run().only()
    assert result["status"] == "passed"
    assert [step["name"] for step in result["steps"]] == ["Given it is so", "Then it is true"]
    assert result["start"] <= result["stop"]


@pytest.mark.parametrize(
    ("step", "message"),
    [("Then the promise is broken", "expected 3 answers, saw 2"), ("Then it is false", "expected true, saw false")],
)
def test_an_assertion_is_not_met_in_its_own_words(tree: Tree, step: str, message: str) -> None:
    tree.write("features/one.feature", one("Given it is so", step, "Then it is true"))
    run = tree.run()
    assert run.status == 1
    assert run.only()["status"] == "failed"
    assert run.only()["statusDetails"]["message"] == message
    assert "steps.py" in run.only()["statusDetails"]["trace"]
    assert statuses(run.only()) == ["passed", "failed", "skipped"]


def test_an_assertion_without_words_says_what_was_asserted(tree: Tree) -> None:
    tree.write("features/one.feature", one("Then two is one"))
    tree.write("steps/bare.py", "from behave import then\n@then('two is one')\ndef bare(context):\n    assert 2 == 1\n")
    details = tree.run().only()["statusDetails"]
    assert details["message"].startswith("assert 2 == 1 (")


def test_any_other_error_is_broken(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given it is so", "Then the suite stumbles"))
    result = tree.run().only()
    assert result["status"] == "broken"
    assert result["statusDetails"]["message"] == "ValueError: no such port"
    assert "behave/model.py" not in result["statusDetails"]["trace"]


def test_an_undefined_step_is_broken_and_named(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given it is so", "When nobody wrote this", "Then it is true"))
    run = tree.run()
    assert run.status == 1
    assert run.only()["status"] == "broken"
    assert "When nobody wrote this" in run.only()["statusDetails"]["message"]
    assert statuses(run.only()) == ["passed", "broken", "skipped"]


@pytest.mark.parametrize("tags", ["", "@wip"])
def test_a_step_that_is_not_implemented_is_broken_also_under_wip(tree: Tree, tags: str) -> None:
    tree.write("features/one.feature", one("Given it is so", "When it is pending", tags=tags))
    tree.write(
        "steps/pending.py",
        """
        from behave import when
        from behave.api.pending_step import StepNotImplementedError

        @when("it is pending")
        def pending(context):
            raise StepNotImplementedError("later")
        """,
    )
    result = tree.run().only()
    assert result["status"] == "broken"
    assert "not implemented" in result["statusDetails"]["message"]
    assert statuses(result) == ["passed", "broken"]


def test_a_hook_that_fails_around_a_step_is_broken(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given it is so"))
    tree.write("environment.py", "def before_step(context, step):\n    assert False, 'not ready'\n")
    result = tree.run().only()
    assert result["status"] == "broken"
    assert "not ready" in result["statusDetails"]["message"]


def test_a_scenario_without_steps_is_broken(tree: Tree) -> None:
    tree.write("features/one.feature", one())
    assert tree.run().only()["status"] == "broken"


@pytest.mark.parametrize("steps", [[], ["Given it is so"], ["Given it is so", "And the table"]])
def test_a_scenario_that_judges_nothing_is_broken_whatever_its_background_does(tree: Tree, steps: list[str]) -> None:
    background = "Feature: One\n  Background:\n    Given it is so\n    Then it is true\n"
    tree.write("features/one.feature", background + one(*steps).partition("\n")[2])
    result = tree.run().only()
    assert result["status"] == "broken"
    assert "shows nothing" in result["statusDetails"]["message"]


def test_an_and_after_a_then_judges(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given it is so", "Then it is true", "And it is true"))
    assert tree.run().only()["status"] == "passed"


def test_rows_that_say_the_same_are_broken(tree: Tree) -> None:
    tree.write(
        "features/rows.feature",
        """
        Feature: Rows
          Scenario Outline: it is <what> on <day>
            Then it is <what>
            Examples:
              | what | day    |
              | true | monday |
            Examples:
              | what | day     |
              | true | tuesday |
        """,
    )
    results = tree.run().results
    assert [result["status"] for result in results] == ["broken", "broken"]
    assert "all 2 rows of its outline say the same" in results[0]["statusDetails"]["message"]


def test_what_cannot_be_verified_here_is_skipped_with_the_reason(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given it is so", "Given this machine lacks Docker", "Then it is false"))
    tree.write("environment.py", SKIPPING)
    run = tree.run()
    assert run.status == 0, run.output
    assert run.only()["status"] == "skipped"
    assert run.only()["statusDetails"]["message"] == "this machine has no Docker"
    assert statuses(run.only()) == ["passed", "skipped", "skipped"]


def test_what_cannot_be_verified_in_a_background_is_skipped_with_the_reason(tree: Tree) -> None:
    background = "Feature: One\n  Background:\n    Given this machine lacks Docker\n"
    tree.write("features/one.feature", background + "  Scenario: it\n    Then it is false\n")
    tree.write("environment.py", SKIPPING)
    assert tree.run().only()["statusDetails"]["message"] == "this machine has no Docker"


def test_a_clean_up_that_fails_after_a_skip_is_broken(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given a clean-up that fails", "Given this machine lacks Docker"))
    tree.write("environment.py", SKIPPING)
    run = tree.run()
    assert run.status == 1
    assert run.only()["status"] == "broken"


TWO = """
Feature: Two
  @first
  Scenario: one
    Then it is false
  @second
  Scenario: two
    Given it is so
"""


@pytest.mark.parametrize("selection", [("--tags", "@second"), ("--name", "two")])
def test_what_was_not_selected_is_not_reported(tree: Tree, selection: tuple[str, str]) -> None:
    tree.write("features/two.feature", TWO)
    assert [result["name"] for result in tree.run(*selection).results] == ["two"]


def test_what_stands_on_another_line_than_the_chosen_one_is_not_reported(tree: Tree) -> None:
    tree.write("features/two.feature", TWO)
    run = tree.run(path="features/two.feature:7")
    assert [result["name"] for result in run.results] == ["two"]


def test_what_a_stopped_run_never_reached_is_broken(tree: Tree) -> None:
    tree.write("features/a.feature", TWO)
    tree.write("features/b.feature", TWO)
    results = tree.run("--stop").results
    assert sorted(result["status"] for result in results) == ["broken", "broken", "broken", "failed"]
    assert {r["statusDetails"]["message"] for r in results if r["status"] == "broken"} == {
        "it never ran: the run was stopped before it"
    }


def test_an_interrupted_step_is_broken_and_so_is_what_it_kept_from_running(tree: Tree) -> None:
    tree.write("features/two.feature", one("When it is interrupted") + "\n  Scenario: other\n    Given it is so\n")
    tree.write(
        "steps/interrupt.py",
        "from behave import when\n@when('it is interrupted')\ndef stop(context):\n    raise KeyboardInterrupt\n",
    )
    run = tree.run()
    assert run.status == 1
    assert {result["name"]: result["status"] for result in run.results} == {"it": "broken", "other": "broken"}


def test_each_row_of_an_outline_has_its_own_key_history_and_parameters(tree: Tree) -> None:
    tree.write(
        "features/rows.feature",
        """
        Feature: Rows
          Scenario Outline: each
            Then it is <what>
            Examples:
              | what  |
              | true  |
              | false |
              | True  |
        """,
    )
    results = tree.run().results
    assert len(results) == 3
    assert len({result["historyId"] for result in results}) == 3
    assert sorted(labels(result, "signoff.key")[0] for result in results) == [
        f"features/rows.feature:{line}@http" for line in (7, 8, 9)
    ]
    assert sorted((parameters(result)["what"], result["status"]) for result in results) == [
        ("True", "failed"), ("false", "failed"), ("true", "passed"),
    ]  # fmt: skip


def test_rows_of_an_outline_are_numbered_only_where_they_are_named_alike(tree: Tree) -> None:
    tree.write(
        "features/rows.feature",
        """
        Feature: Rows
          Scenario Outline: It is <what>
            Then it is <what>
            Examples:
              | what  | why |
              | true  | one |
              | false | one |
              | true  | two |
        """,
    )
    results = tree.run().results
    assert sorted(result["name"] for result in results) == ["It is false", "It is true (row 1)", "It is true (row 2)"]
    assert len({result["historyId"] for result in results}) == 3


def test_what_was_printed_before_a_failure_is_attached(tree: Tree) -> None:
    tree.write("features/one.feature", one("Given it prints", "Then it is false"))
    tree.write(
        "steps/prints.py",
        "from behave import given\n@given('it prints')\ndef p(context):\n    print('so far so good')\n",
    )
    run = tree.run()
    output = [item for item in run.only()["attachments"] if item["name"] == "captured output"]
    assert "so far so good" in run.body(output[0])
