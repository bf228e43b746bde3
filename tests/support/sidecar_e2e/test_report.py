"""What the source's runner chooses, and what its report makes of outcomes: an unknown is never a pass."""

from __future__ import annotations

from typing import Any

import pytest

from support.acceptance.criteria import CriteriaFile, Criterion
from support.acceptance.results import Observation
from support.acceptance.verdict import CriterionOutcome, ScenarioOutcome
from support.base.outcomes import Outcome, UsageError
from support.sidecar_e2e import flags, markdown, report, subtests
from support.sidecar_e2e.report import FAIL, PASS, SKIP
from support.sidecar_e2e.subtests import Chosen

LISTED = CriteriaFile(
    system="sidecar",
    title="Sidecar",
    criteria=(
        Criterion(id="SIDE-SLO-01", area="slo", statement="It is fast."),
        Criterion(id="SIDE-SLO-02", area="slo", statement="It is faster."),
        Criterion(id="SIDE-CHAOS-01", area="chaos", statement="It goes on."),
    ),
)


def chosen(only: str, skip: str = "") -> list[str]:
    found = subtests.choose(LISTED, subtests.patterns(only), subtests.patterns(skip))
    return [each.criterion for each in found if not each.left_out]


@pytest.mark.parametrize(
    ("only", "skip", "criteria"),
    [
        ("", "", ["SIDE-SLO-01", "SIDE-SLO-02", "SIDE-CHAOS-01"]),
        ("test_*slo*", "", ["SIDE-SLO-01", "SIDE-SLO-02"]),
        ("", "test_*chaos*", ["SIDE-SLO-01", "SIDE-SLO-02"]),
        ("@SIDE-SLO-02, test_chaos_recovery", "", ["SIDE-SLO-02", "SIDE-CHAOS-01"]),
        ("test_slo*", "@*-02", ["SIDE-SLO-01"]),
        ("test_slo*", "test_slo*", []),
    ],
)
def test_choosing(only: str, skip: str, criteria: list[str]) -> None:
    assert chosen(only, skip) == criteria


@pytest.mark.parametrize("pattern", ["test_nothing", "@SIDE-RBAC-01", "slo"])
def test_a_pattern_that_matches_nothing(pattern: str) -> None:
    with pytest.raises(UsageError, match="matches no test"):
        chosen(pattern)


def ended(outcome: Outcome, reason: str = "", *figures: Observation) -> dict[str, CriterionOutcome]:
    scenario = ScenarioOutcome(key="k", name="One", outcome=outcome, reason=reason, observations=figures)
    return {"SIDE-SLO-01": CriterionOutcome(criterion=LISTED.criteria[0], outcome=outcome, scenarios=(scenario,))}


def checked(found: dict[str, CriterionOutcome], skipped: dict[str, str] | None = None, left_out: str = "") -> Any:
    return report.checked(Chosen("test_slo_adherence", "SIDE-SLO-01", left_out), skipped or {}, found, "It is fast.")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.MET, PASS), (Outcome.NOT_MET, FAIL), (Outcome.BROKEN, FAIL), (Outcome.NOT_VERIFIED, SKIP)],
)
def test_outcomes(outcome: Outcome, status: str) -> None:
    assert checked(ended(outcome, "because of this")).status == status


def test_what_has_no_result_fails() -> None:
    assert (checked({}).status, checked({}).reason) == (FAIL, report.NO_RESULT)


def test_what_is_missing_is_skipped_whatever_a_run_found() -> None:
    found = checked(ended(Outcome.MET), {"SIDE-SLO-01": "Helm absent"})
    assert (found.status, found.reason) == (SKIP, "Helm absent")


def test_a_subtest_is_as_bad_as_the_worst_that_was_asked_for() -> None:
    good, missing = checked(ended(Outcome.MET)), checked({}, {"SIDE-SLO-01": "not there"})
    left_out = checked({}, left_out="left out by --skip x")
    assert report.Subtest("t", (good, missing)).status == SKIP
    assert report.Subtest("t", (good, left_out)).status == PASS
    assert report.Subtest("t", (left_out,)).status == SKIP
    assert report.Subtest("t", (good, missing, checked({}))).status == FAIL


def test_what_was_lost_fails_the_run() -> None:
    assert report.Report((), {}, lost=("a scenario has no result",)).failed
    assert not report.Report((report.Subtest("t", (checked(ended(Outcome.MET)),)),), {}).failed


def test_both_forms() -> None:
    figure = Observation(what="p95", observed=1.5, limit=2.0, unit="s", samples=60)
    one = checked(ended(Outcome.NOT_MET, "too | slow\nby far", figure))
    content = report.as_dict(report.Report((report.Subtest("test_slo_adherence", (one,)),), {"git_rev": "abc"}))
    assert content["summary"] == {"total": 1, "passed": 0, "failed": 1, "skipped": 0, "status": FAIL}
    assert content["slo"]["figures"][0]["observed"] == 1.5
    text = markdown.text(content)
    assert "| test_slo_adherence | FAIL | too \\| slow (SIDE-SLO-01) |" in text
    assert "| SIDE-SLO-01 | p95 | 1.5 s | 2 s | 60 |" in text
    assert "| git_rev | abc |" in text


def test_flags_that_change_nothing_are_told() -> None:
    given = flags.Flags(concurrency=300, attach_rate=0.3, tenant_a="tenantA", load_duration=120.0)
    told = list(flags.notes(given))
    assert any(each.startswith("--concurrency 300") for each in told)
    assert not any(each.startswith("--attach-rate") for each in told)
    assert flags.overrides(given) == ("load.scale=15",)
    assert flags.overrides(flags.Flags()) == ()
