"""What goes wrong while a scenario is recorded: that scenario is broken, says why, and the others are as they were."""

from __future__ import annotations

import pytest

from support.base.outcomes import Outcome
from support.evidence.guard import Guard
from support.evidence.judging import Judgement
from tests.support.evidence.conftest import Tree, statuses

TWO = """
Feature: Two
  Scenario: bad
    Given the table
      | a |
      | 1 |
    Then it is true
  Scenario: good
    Given it is so
    Then it is true
"""

FAILING_FOLDER = """
from support.evidence.results_folder import ResultsFolder

kept, attached = ResultsFolder.record, ResultsFolder.attachment

def record(self, kind, content):
    if content.get("name") == "bad" and content.get("steps"):
        raise ValueError("it has no words")
    kept(self, kind, content)

def attachment(self, body, media_type, ending):
    if ending == "csv":
        raise ValueError("no such table")
    return attached(self, body, media_type, ending)

ResultsFolder.{name} = {name}
"""


@pytest.mark.parametrize(
    ("name", "reason"), [("record", "ValueError: it has no words"), ("attachment", "ValueError: no such table")]
)
def test_what_cannot_be_recorded_breaks_its_scenario_alone(tree: Tree, name: str, reason: str) -> None:
    tree.write("features/two.feature", TWO)
    tree.write("environment.py", FAILING_FOLDER.format(name=name))
    run = tree.run()
    assert run.named("bad")["status"] == "broken", run.output
    assert reason in run.named("bad")["statusDetails"]["message"]
    assert run.named("good")["status"] == "passed"
    assert statuses(run.named("good")) == ["passed", "passed"]


def test_a_name_that_cannot_be_told_breaks_its_scenario_alone(tree: Tree) -> None:
    tree.write("features/two.feature", TWO)
    tree.write(
        "environment.py",
        """
        from support.evidence import allure_formatter
        told = allure_formatter.identify

        def identify(scenario, target):
            if scenario.name == "bad":
                raise LookupError("who is it")
            return told(scenario, target)

        allure_formatter.identify = identify
        """,
    )
    run = tree.run()
    assert run.named("bad")["status"] == "broken"
    assert "LookupError: who is it" in run.named("bad")["statusDetails"]["message"]
    assert run.named("good")["status"] == "passed"


def test_an_outcome_that_cannot_be_told_breaks_its_scenario_alone(tree: Tree) -> None:
    tree.write("features/two.feature", TWO)
    tree.write(
        "environment.py",
        """
        from support.evidence import judging
        told = judging.of_step

        def of_step(step):
            if step.table:
                raise RecursionError("too deep")
            return told(step)

        judging.of_step = of_step
        """,
    )
    run = tree.run()
    assert statuses(run.named("bad")) == ["broken", "passed"]
    assert run.named("bad")["status"] == "broken"
    assert run.named("good")["status"] == "passed"


@pytest.mark.parametrize("outcome", [Outcome.NOT_MET, Outcome.BROKEN])
def test_what_was_seen_before_is_no_better_for_trouble_in_recording(outcome: Outcome) -> None:
    guard, seen = Guard(), Judgement(outcome, "what was seen")
    guard.trouble = "no room"
    assert guard.conclude(lambda: seen) == seen


@pytest.mark.parametrize("outcome", [Outcome.MET, Outcome.NOT_VERIFIED])
def test_a_record_with_something_missing_is_broken(outcome: Outcome) -> None:
    guard = Guard()
    guard.trouble = "no room"
    assert guard.conclude(lambda: Judgement(outcome)) == Judgement(Outcome.BROKEN, "no room")
