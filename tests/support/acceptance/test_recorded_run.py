"""What the formatter records of a real behave run is what the verdict is judged from: the two rooms agree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from behave.parser import parse_file

from support.acceptance import plan, results
from support.acceptance.results import Result
from support.acceptance.verdict import Decision, judge
from support.base.outcomes import Outcome
from support.base.settings import ROOT
from tests.support.acceptance import runs

BEHAVE_INI = """\
[behave]
format = allure
outfiles = allure-results
[behave.formatters]
allure = support.evidence.allure_formatter:AllureFormatter
"""
ENVIRONMENT = """\
from support.evidence.skipping import skip_if_not_verified

def after_step(context, step):
    skip_if_not_verified(context.scenario, step)
"""
STEPS = """\
from behave import given, then
from support.evidence.attachments import Evidence
from support.base.outcomes import NotMet, NotVerified

@given("all is well")
def well(context):
    Evidence().observation("decision time, p95", 12.4, 50, "ms", 1000)

@then('it is "{what}"')
def is_what(context, what):
    assert what in ("met", "other", "more")

@given("nothing was measured")
def unmeasured(context):
    Evidence().observation("decision time, p95", None, 50, "ms", 0)

@given("the product is wrong")
def wrong(context):
    raise NotMet("Expected: <one>\\nObserved: <two>")

@given("the suite is wrong")
def broken(context):
    raise RuntimeError("no such thing")

@given("this machine lacks {something}")
def lacks(context, something):
    raise NotVerified(f"It needs {something}.")
"""
FEATURE = """\
Feature: Routing
  @CAIO-ROUTE-01
  Rule: A promise
    Example: Met
      Given all is well
      Then it is "met"
    Scenario Outline: Of an interface
      Given all is well
      Then it is "<interface>"
      Examples:
        | interface |
        | other     |
  @CAIO-ROUTE-02
  Rule: Another promise
    Example: Not met
      Given the product is wrong
    Example: Broken
      Given the suite is wrong
  @CAIO-CORS-01
  Rule: A third promise
    Example: Not verified
      Given this machine lacks a browser
      Then it is "met"
  @CAIO-LOAD-01
  Rule: A fourth promise
    Example: Unmeasured
      Given nothing was measured
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose features behave has run."""
    root = tmp_path_factory.mktemp("project")
    files = {
        "behave.ini": BEHAVE_INI,
        "environment.py": ENVIRONMENT,
        "steps/all.py": STEPS,
        "features/caio/routing.feature": FEATURE,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    subprocess.run(
        [Path(sys.executable).with_name("behave"), "features/"],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return root


@pytest.fixture
def recorded(folder: Path) -> dict[str, Result]:
    return {result.name: result for result in results.read(folder / "allure-results")}


def test_every_outcome_is_read_as_it_was_meant(recorded: dict[str, Result]) -> None:
    outcomes = {name.split(" -- ")[0]: result.outcome for name, result in recorded.items()}
    assert outcomes == {
        "Met": Outcome.MET,
        "Of an interface": Outcome.MET,
        "Not met": Outcome.NOT_MET,
        "Broken": Outcome.BROKEN,
        "Not verified": Outcome.NOT_VERIFIED,
        "Unmeasured": Outcome.BROKEN,
    }
    assert recorded["Not met"].message == "Expected: <one>\nObserved: <two>"
    assert recorded["Not verified"].message == "It needs a browser."
    assert {result.interface for result in recorded.values()} == {"http"}
    assert recorded["Met"].criteria == ("CAIO-ROUTE-01",)


def test_observations_are_read_as_they_were_made(recorded: dict[str, Result]) -> None:
    (seen,) = recorded["Met"].observations
    assert (seen.what, seen.observed, seen.limit, seen.unit, seen.samples) == (
        "decision time, p95",
        12.4,
        50,
        "ms",
        1000,
    )


def test_plan_and_results_agree_and_are_judged(
    folder: Path, recorded: dict[str, Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    planned = plan.from_features([parse_file("features/caio/routing.feature")], "http")
    listed = runs.criteria(["CAIO-ROUTE-01", "CAIO-ROUTE-02", "CAIO-CORS-01", "CAIO-LOAD-01"])
    verdict = judge(listed, planned, list(recorded.values()))
    assert verdict.differences == ()
    assert verdict.decision is Decision.REJECTED
    assert [item.outcome for item in verdict.criteria] == [
        Outcome.MET,
        Outcome.NOT_MET,
        Outcome.NOT_VERIFIED,
        Outcome.BROKEN,
    ]
