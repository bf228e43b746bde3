"""Results are read as they were recorded; what cannot be read, or says nothing, is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.acceptance import results
from support.base.outcomes import Outcome
from tests.support.acceptance.runs import write_result

KEY = {"name": "signoff.key", "value": "features/caio/cors.feature:12@http"}


def only(folder: Path) -> results.Result:
    (found,) = results.read(folder)
    return found


def test_a_folder_that_does_not_exist_has_no_results(tmp_path: Path) -> None:
    assert results.read(tmp_path / "nowhere") == []


def test_a_result_is_read_with_all_it_says(tmp_path: Path) -> None:
    labels = [KEY, {"name": "tag", "value": "CAIO-CORS-03"}, {"name": "interface", "value": "http"}]
    write_result(
        tmp_path,
        "one",
        name="A look-alike",
        status="failed",
        statusDetails={"message": "Expected: refused\nObserved: allowed"},
        labels=labels,
        attachments=[{"name": "exchange 1", "source": "a.txt", "type": "text/plain"}],
    )
    found = only(tmp_path)
    assert (found.key, found.name, found.uuid) == (KEY["value"], "A look-alike", "one")
    assert (found.outcome, found.message) == (Outcome.NOT_MET, "Expected: refused\nObserved: allowed")
    assert (found.interface, found.criteria) == ("http", ("CAIO-CORS-03",))
    assert found.duration == pytest.approx(0.21)
    assert [item.name for item in found.attachments] == ["exchange 1"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("passed", Outcome.MET),
        ("failed", Outcome.NOT_MET),
        ("broken", Outcome.BROKEN),
        ("skipped", Outcome.NOT_VERIFIED),
        ("unknown", Outcome.BROKEN),
        ("PASSED", Outcome.BROKEN),
        ("", Outcome.BROKEN),
        (None, Outcome.BROKEN),
        (1, Outcome.BROKEN),
    ],
)
def test_only_passed_is_met(tmp_path: Path, status: object, outcome: Outcome) -> None:
    write_result(tmp_path, "one", status=status, statusDetails={"message": "why"})
    assert only(tmp_path).outcome is outcome


@given(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text())))
def test_no_other_status_is_ever_met(status: object) -> None:
    outcome, _ = results._outcome({"status": status, "statusDetails": {"message": "why"}})
    assert (outcome is Outcome.MET) == (status == "passed")


def test_left_out_without_a_reason_is_broken(tmp_path: Path) -> None:
    write_result(tmp_path, "one", status="skipped", statusDetails={"message": "  "})
    found = only(tmp_path)
    assert (found.outcome, found.message) == (Outcome.BROKEN, "It was left out without a reason.")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"passed"', '{"labels": 7}', '{"status": "passed", "steps": 3}']
)
def test_a_file_that_cannot_be_read_is_broken_and_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad-result.json").write_text(text, encoding="utf-8")
    found = only(tmp_path)
    assert (found.outcome, found.unreadable) == (Outcome.BROKEN, "bad-result.json")
    assert "bad-result.json cannot be read" in found.message


def test_a_file_that_is_not_text_is_broken(tmp_path: Path) -> None:
    (tmp_path / "bad-result.json").write_bytes(b'{"name": "\xff\xfe"}')
    assert only(tmp_path).unreadable == "bad-result.json"


def test_a_message_is_cleaned_of_what_nobody_can_read(tmp_path: Path) -> None:
    message = "\x1b[31mred\x1b[0m \x00nul\r\nnext \u202eevil \ud800half"
    write_result(tmp_path, "one", status="failed", statusDetails={"message": message})
    assert only(tmp_path).message == "red nul\nnext evil \\ud800half"


def observation(folder: Path, content: str, status: str = "passed") -> results.Result:
    """A result whose second step's inner step holds an observation."""
    (folder / "o.json").write_text(content, encoding="utf-8")
    inner = {"name": "inner", "attachments": [{"name": "observation", "source": "o.json"}]}
    write_result(
        folder, "one", status=status, statusDetails={"message": "why"}, steps=[{"name": "first"}, {"steps": [inner]}]
    )
    return only(folder)


def test_observations_are_found_in_steps(tmp_path: Path) -> None:
    content = {"what": "decision time, p95", "observed": 12.4, "limit": 50, "unit": "ms", "samples": 1000}
    found = observation(tmp_path, json.dumps(content))
    (seen,) = found.observations
    assert seen.model_dump() == content
    assert found.outcome is Outcome.MET


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "o.json cannot be read"),
        ("[]", "o.json cannot be read"),
        ('{"observed": 3}', "o.json cannot be read"),
        ('{"what": "time", "observed": null, "limit": 5}', "without a sample: time"),
        ('{"what": "time", "observed": 3, "limit": 5, "samples": 0}', "without a sample: time"),
        ('{"what": "time", "observed": NaN, "limit": 5, "samples": 9}', "without a sample: time"),
    ],
)
def test_without_a_sample_nothing_is_met(tmp_path: Path, content: str, says: str) -> None:
    found = observation(tmp_path, content)
    assert found.outcome is Outcome.BROKEN
    assert says in found.message


def test_a_promise_seen_broken_stays_so_whatever_its_observation_says(tmp_path: Path) -> None:
    found = observation(tmp_path, "{", status="failed")
    assert (found.outcome, found.message) == (Outcome.NOT_MET, "why")


def test_a_lost_observation_file_is_broken(tmp_path: Path) -> None:
    write_result(tmp_path, "one", attachments=[{"name": "observation", "source": "gone.json"}])
    assert only(tmp_path).outcome is Outcome.BROKEN


def test_results_come_in_the_same_order_whatever_their_files_are_called(tmp_path: Path) -> None:
    for name, key in (("zz", "a:1@http"), ("aa", "b:2@http"), ("mm", "a:1@python")):
        write_result(tmp_path, name, labels=[{"name": "signoff.key", "value": key}])
    assert [found.key for found in results.read(tmp_path)] == ["a:1@http", "a:1@python", "b:2@http"]


def test_errors_around_the_scenarios_are_read_each_once(tmp_path: Path) -> None:
    for number, content in enumerate(
        (
            '{"errors": [{"message": "HOOK-ERROR in after_feature: boom"}]}',
            '{"attachments": []}',
            "{",
            '{"errors": [{}]}',
        )
    ):
        (tmp_path / f"{number}-globals.json").write_text(content)
    (tmp_path / "4-globals.json").write_text('{"errors": [{"message": "HOOK-ERROR in after_feature: boom"}]}')
    errors = results.read_errors(tmp_path)
    assert errors[0] == "HOOK-ERROR in after_feature: boom"
    assert errors[1].startswith("The record 2-globals.json cannot be read")
    assert errors[2:] == ["an error without a message"]
    assert results.read_errors(tmp_path / "nowhere") == []
