"""What the history keeps of a run, of what it stood on, and of the owner's decision."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest

from support.acceptance import page as acceptance_page
from support.base.outcomes import Outcome
from support.history import decisions, entry, keep, provenance, store
from support.history.provenance import Grounds
from tests.support.acceptance import runs

LATER = runs.STARTED + timedelta(minutes=3)


def kept(run: runs.Run, noted: Grounds | None = None) -> entry.Entry:
    return entry.of(run.verdict, run.record, noted or Grounds(), LATER)


def test_outcomes_figures_and_what_it_was_are_kept_and_no_password() -> None:
    found = kept(runs.KINDS["rejected"](), Grounds("asked", "about"))
    assert (found.run, found.features, found.source, found.complete) == ("3f9c2d71b04e", "asked", "about", True)
    assert (found.seconds, found.decision.value) == (48.4, "rejected")
    assert found.outcome("CAIO-ROUTE-02") is Outcome.NOT_MET
    assert {outcome: found.count(outcome) for outcome in Outcome} == {
        outcome: runs.KINDS["rejected"]().verdict.count(outcome) for outcome in Outcome
    }
    [slo] = [figure for figure in found.figures if figure.criterion == "CAIO-SLO-01"]
    assert (slo.observed, slo.limit, slo.unit, slo.interface) == (12.38, 50.0, "ms", "http")
    assert "hunter2" not in found.model_dump_json()
    assert entry.Entry.model_validate_json(found.model_dump_json()) == found


def test_what_a_part_of_a_run_left_out_is_no_outcome() -> None:
    found = kept(runs.KINDS["partial"]())
    assert found.partial
    assert found.outcome("CAIO-ROUTE-01") is Outcome.MET
    assert found.outcome("CAIO-SLO-01") is None


def test_a_run_that_did_not_finish_took_until_it_was_judged() -> None:
    run = runs.accepted()
    run.finished = False
    assert (kept(run).seconds, kept(run).finished) == (180.0, False)


def test_the_scenarios_that_tried_a_criterion_are_told_apart_and_none_is_none() -> None:
    whole, http = runs.accepted(), runs.accepted()
    http.plan = [item for item in http.plan if item.interface == "http"]
    http.results = [item for item in http.results if item.interface == "http"]
    assert kept(whole).criteria["CAIO-ROUTE-01"].tried != kept(http).criteria["CAIO-ROUTE-01"].tried
    assert kept(whole).criteria["CAIO-CORS-01"].tried == kept(http).criteria["CAIO-CORS-01"].tried
    assert kept(runs.KINDS["reservations"]()).criteria["CAIO-HARD-05"].tried == ""


def test_a_figure_that_a_scenario_makes_twice_keeps_two_trends() -> None:
    run = runs.accepted()
    place = next(index for index, item in enumerate(run.results) if item.observations)
    doubled = run.results[place].observations * 2
    run.results[place] = run.results[place].model_copy(update={"observations": doubled})
    named = [figure.what for figure in kept(run).figures if figure.what.startswith(doubled[0].what)]
    assert named == [doubled[0].what, f"{doubled[0].what} (2)"]
    assert len({figure.identity for figure in kept(run).figures}) == len(kept(run).figures)


SEALS = {"run": "r1", "definition": "x", "inputs": {"features/caio/a.feature": "1", "systems/caio/system.yaml": "2"}}


def noted(folder: Path, **inputs: str) -> Grounds:
    content = {**SEALS, "inputs": {**SEALS["inputs"], **inputs}}  # type: ignore[dict-item]
    (folder / provenance.SEALS).write_text(json.dumps(content))
    return provenance.read(folder, "r1", "process")


def test_what_a_run_stood_on_changes_with_each_file_of_its_kind_alone(tmp_path: Path) -> None:
    before = noted(tmp_path)
    features = noted(tmp_path, **{"features/caio/a.feature": "changed"})
    source = noted(tmp_path, **{"systems/caio/new.py": "3"})
    assert None not in (before.features, before.source)
    assert features.features != before.features
    assert features.source == before.source
    assert source.features == before.features
    assert source.source != before.source


def test_what_is_not_known_stays_unknown(tmp_path: Path) -> None:
    assert provenance.read(tmp_path, "r1", "process") == Grounds()
    known = noted(tmp_path)
    assert provenance.read(tmp_path, "another", "process") == Grounds()
    assert provenance.read(tmp_path, "r1", "remote") == Grounds(known.features, None)
    (tmp_path / provenance.SEALS).write_text("[]")
    assert provenance.read(tmp_path, "r1", "process") == Grounds()


def record(folder: Path, name: str, **predicate: object) -> None:
    stated = {"run": "r1", "decision": "accept", "by": "Ada", "when": "2026-11-20T10:00:00Z", **predicate}
    payload = base64.b64encode(json.dumps({"predicate": stated}).encode()).decode()
    (folder / decisions.RECORDS).mkdir(exist_ok=True)
    (folder / decisions.RECORDS / f"{name}.signoff.json").write_text(json.dumps({"payload": payload}))


def test_the_latest_decision_on_a_run_counts(tmp_path: Path) -> None:
    record(tmp_path, "2", when="2026-11-21T10:00:00Z", decision="refuse", by="Grace", reason="too slow")
    record(tmp_path, "1", waivers=[{"criterion": "CAIO-CORS-03"}])
    record(tmp_path, "3", run="r2", waivers=[{"criterion": "CAIO-CORS-03"}])
    found = decisions.read(tmp_path)
    assert found.warnings == ()
    assert {run: decided.says for run, decided in found.by_run.items()} == {
        "r1": "refused by Grace",
        "r2": "accepted by Ada with 1 waiver",
    }
    assert found.by_run["r1"].reason == "too slow"


@pytest.mark.parametrize("content", ["", "[]", '{"payload": "%%%"}', '{"payload": "e30="}', '{"payload": 7}'])
def test_what_is_no_record_is_left_out_and_named(tmp_path: Path, content: str) -> None:
    record(tmp_path, "good")
    (tmp_path / decisions.RECORDS / "bad.signoff.json").write_text(content)
    found = decisions.read(tmp_path)
    assert list(found.by_run) == ["r1"]
    assert [warning.partition(" is left out")[0].rpartition("/")[2] for warning in found.warnings] == [
        "bad.signoff.json"
    ]


def test_a_record_steers_no_terminal(tmp_path: Path) -> None:
    record(tmp_path, "1", by="Ada\x1b[2J\nand \u202eGrace")
    assert decisions.read(tmp_path).by_run["r1"].says == "accepted by Ada and Grace"


def test_no_records_are_no_decisions(tmp_path: Path) -> None:
    assert decisions.read(tmp_path) == decisions.Decisions({}, ())


def test_the_end_of_a_run_adds_it_and_makes_the_page(tmp_path: Path) -> None:
    run = runs.KINDS["rejected"]()
    acceptance_page.write(run.verdict, run.record, tmp_path)
    page = keep.run(run.verdict, run.record, tmp_path, LATER)
    assert page == tmp_path / "history.html"
    assert "3f9c2d71b04e" in page.read_text()
    assert [one.run for one in store.read(tmp_path, "caio").entries] == ["3f9c2d71b04e"]
