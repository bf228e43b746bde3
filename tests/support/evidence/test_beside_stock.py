"""The stock command, ``behave -f allure_behave.formatter:AllureFormatter``: it works, and our results stay the same."""

from __future__ import annotations

from pathlib import Path

import allure_behave.formatter
import allure_behave.listener
import pytest

from support.evidence import allure_formatter
from tests.support.evidence.conftest import Run, Tree, statuses

STOCK = ("--format", "allure_behave.formatter:AllureFormatter", "--outfile", "stock")

FEATURE = """
Feature: One
  Scenario: direct
    Given it attaches
    Then it is true
  Scenario Outline: row
    Then it is <what>
    Examples:
      | what |
      | true |
  Rule: R
    Example: inside
      Given the table
        | a |
        | 1 |
      And it attaches
      Then it is true
"""

ATTACHING = """
import threading
from behave import given
from support.evidence.attachments import Evidence
from support.evidence.redaction import redactor

@given("it attaches")
def attaches(context):
    redactor.register("hunter2-known")
    Evidence().text("note", "with hunter2-known")
    Evidence().parameter("seed", 7)
    thread = threading.Thread(target=Evidence().json, args=("from a thread", {"a": 1}))
    thread.start()
    thread.join()
"""

AROUND = """
from support.evidence.attachments import Evidence

def before_all(context):
    Evidence().text("begin", "began")

def after_all(context):
    Evidence().text("end", "ended")
"""


@pytest.fixture
def project(tree: Tree) -> Tree:
    """Scenarios in and outside of a rule, with evidence everywhere."""
    tree.write("features/one.feature", FEATURE)
    tree.write("steps/attaching.py", ATTACHING)
    tree.write("environment.py", AROUND)
    return tree


def names(run: Run) -> list[str]:
    """All results by name, in alphabetical order."""
    return sorted(result["name"] for result in run.results)


def told(run: Run) -> dict[str, str]:
    """The attachments of the run as a whole: name and content."""
    return {each["name"]: run.body(each) for item in run.globals for each in item.get("attachments", [])}


def stock(tree: Tree) -> Run:
    """What the stock formatter wrote."""
    return tree.read(folder="stock")


def test_our_formatter_is_allure_behaves_own() -> None:
    assert issubclass(allure_formatter.AllureFormatter, allure_behave.formatter.AllureFormatter)
    assert issubclass(allure_formatter._Listener, allure_behave.listener.AllureListener)


def test_the_stock_command_reports_every_scenario_once_and_so_do_we(project: Tree) -> None:
    ours = project.run(*STOCK)
    assert ours.status == 0, ours.output
    assert names(ours) == ["direct", "inside", "row"]
    assert names(stock(project)) == ["direct", "inside", "row -- @1.1 "]
    for run in (ours, stock(project)):
        assert statuses(run.named("direct")) == ["passed", "passed"]
        assert statuses(run.named("inside")) == ["passed", "passed", "passed"]


def test_evidence_reaches_both_and_no_secret_with_it(project: Tree) -> None:
    for run in (project.run(*STOCK), stock(project)):
        attached = {each["name"]: run.body(each) for each in run.named("inside")["steps"][1]["attachments"]}
        assert attached == {"note": "with [redacted]", "from a thread": '{\n  "a": 1\n}'}
        assert told(run) == {"begin": "began", "end": "ended"}
        assert "hunter2" not in run.everything()


def test_our_results_are_the_same_with_the_stock_formatter_and_without(project: Tree) -> None:
    def content(run: Run) -> list[object]:
        return sorted((each["name"], each["historyId"], each["parameters"]) for each in run.results)

    assert content(project.run(*STOCK)) == content(project.run())


def test_what_was_not_selected_is_not_reported_beside_the_stock_formatter(project: Tree) -> None:
    assert names(project.run(*STOCK, "--name", "row")) == ["row"]
    assert names(project.run(*STOCK, "--name", "inside")) == ["inside"]


def test_a_test_plan_in_the_environment_chooses_nothing(
    project: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.json").write_text('{"tests": [{"selector": "One: direct"}]}')
    monkeypatch.setenv("ALLURE_TESTPLAN_PATH", str(tmp_path / "plan.json"))
    assert {result["status"] for result in project.run().results} == {"passed"}
