"""The run as JUnit XML: one test case each, counts that add up, nothing green that is not known to be."""

from __future__ import annotations

from datetime import timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.acceptance import junit
from support.acceptance.verdict import judge
from support.base.outcomes import Outcome
from tests.support.acceptance import runs

OUTCOMES = {"failure": Outcome.NOT_MET, "error": Outcome.BROKEN, "skipped": Outcome.NOT_VERIFIED}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}
"""What the schema that Jenkins publishes knows, as far as it is used."""
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


def parsed(run: runs.Run) -> ElementTree.Element:
    return ElementTree.fromstring(junit.as_xml(run.verdict, run.record).encode())


@pytest.mark.parametrize("kind", runs.KINDS)
def test_each_scenario_over_each_interface_is_one_test_case_with_its_outcome(kind: str) -> None:
    run = runs.KINDS[kind]()
    found = [
        next((OUTCOMES[child.tag] for child in case if child.tag in OUTCOMES), Outcome.MET)
        for case in parsed(run).iter("testcase")
        if case.get("name") != junit.WHOLE
    ]
    assert sorted(found) == sorted(scenario.outcome for scenario in run.verdict.scenarios)


@pytest.mark.parametrize("kind", runs.KINDS)
def test_the_document_has_only_what_the_schema_knows_and_its_counts_add_up(kind: str) -> None:
    root = parsed(runs.KINDS[kind]())
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag], element.tag
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    for part in [root, *root.iter("testsuite")]:
        assert int(part.attrib["tests"]) == len(list(part.iter("testcase")))
        assert int(part.attrib["failures"]) == len(list(part.iter("failure")))
        assert int(part.attrib["errors"]) == len(list(part.iter("error")))
    assert len({(case.get("classname"), case.get("name")) for case in root.iter("testcase")}) == len(
        list(root.iter("testcase"))
    )


def test_reasons_stand_with_their_cases() -> None:
    root = parsed(runs.KINDS["rejected"]())
    hostile = next(failure for failure in root.iter("failure") if runs.HOSTILE in (failure.text or ""))
    assert hostile.get("type") == "not met"
    assert (hostile.text or "").startswith(hostile.attrib["message"])
    skipped = next(root.iter("skipped"))
    assert "process-control" in skipped.attrib["message"]


def test_a_run_that_cannot_be_judged_is_an_error_of_its_own() -> None:
    nothing = judge(runs.criteria(), [], [])
    record = runs.KINDS["accepted"]().record
    root = ElementTree.fromstring(junit.as_xml(nothing, record))
    [case] = root.iter("testcase")
    assert case.get("name") == junit.WHOLE
    assert "No scenario was selected" in (case.findtext("error") or "")
    assert (root.get("tests"), root.get("errors")) == ("1", "1")


def test_a_planned_scenario_without_a_result_is_an_error() -> None:
    plan = [runs.planned("CAIO-ROUTE-01")]
    record = runs.KINDS["accepted"]().record
    root = ElementTree.fromstring(junit.as_xml(judge(runs.criteria(), plan, []), record))
    cases = {case.get("name"): case.findtext("error") for case in root.iter("testcase")}
    assert cases[plan[0].name] == "No result was recorded."


def test_scenarios_alike_in_name_stay_two() -> None:
    run = runs.accepted()
    run.plan = [item.model_copy(update={"name": "The same"}) for item in run.plan]
    cases = [(case.get("classname"), case.get("name")) for case in parsed(run).iter("testcase")]
    assert len(set(cases)) == len(cases) == len(run.plan)
    assert ("caio.load over HTTP", "The same (features/caio/load.feature:608)") in cases


def test_characters_that_xml_cannot_hold_are_escaped() -> None:
    run = runs.KINDS["rejected"]()
    criterion = next(item for item in run.verdict.criteria if item.outcome is Outcome.NOT_MET)
    scenarios = tuple(
        one.model_copy(update={"name": "odd \x00\x1b\ufffe\uffff name", "reason": "was \x08\ud800 seen"})
        for one in criterion.scenarios
    )
    odd = run.verdict.model_copy(update={"criteria": (criterion.model_copy(update={"scenarios": scenarios}),)})
    odd_name = r"odd \x00\x1b\ufffe\uffff name"
    root = ElementTree.fromstring(junit.as_xml(odd, run.record).encode())
    assert {str(case.get("name")).partition(" (")[0] for case in root.iter("testcase")} >= {odd_name}
    assert any(r"was \x08\ud800 seen" in (each.text or "") for case in root.iter("testcase") for each in case)


def test_the_start_is_told_in_utc(tmp_path: Path) -> None:
    run = runs.KINDS["accepted"]()
    zone = timezone(timedelta(hours=5, minutes=30))
    record = run.record.model_copy(update={"started": runs.STARTED.astimezone(zone)})
    root = ElementTree.parse(junit.write(run.verdict, record, tmp_path)).getroot()
    assert {suite.get("timestamp") for suite in root.iter("testsuite")} == {"2026-11-20T09:30:00"}
