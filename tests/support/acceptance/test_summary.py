"""The console's last words name the verdict, what is wrong and where to read on."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.acceptance import summary
from support.base.outcomes import Outcome
from tests.support.acceptance import runs

PAGE = Path("reports/acceptance.html")


def lines(run: runs.Run, strict: bool = False, allow_planned: bool = False) -> list[str]:
    text = summary.text(run.verdict, "CAIO", PAGE, Path("reports/allure-report/index.html"), strict, allow_planned)
    return text.splitlines()


@pytest.mark.parametrize(
    ("kind", "first", "counts"),
    [
        ("accepted", "CAIO: ACCEPTED", [9, 0, 0, 0]),
        ("reservations", "CAIO: ACCEPTED WITH RESERVATIONS", [7, 0, 0, 2]),
        ("rejected", "CAIO: REJECTED", [4, 2, 1, 2]),
        ("undecided", "CAIO: UNDECIDED", [4, 0, 3, 2]),
    ],
)
def test_it_begins_with_the_verdict_and_counts_the_criteria(kind: str, first: str, counts: list[int]) -> None:
    said = lines(runs.KINDS[kind]())
    assert said[0] == first
    assert said[3:7] == [f"  {count:>4}  {outcome.value}" for count, outcome in zip(counts, Outcome, strict=True)]


def test_it_ends_with_where_the_reports_lie() -> None:
    assert lines(runs.accepted())[-2:] == [
        "Acceptance page: reports/acceptance.html",
        "Report:          reports/allure-report/index.html",
    ]
    assert summary.text(runs.accepted().verdict, "CAIO", PAGE).endswith("acceptance.html")


def test_what_is_not_met_comes_with_its_first_scenario_and_the_reason() -> None:
    said = lines(runs.rejected())
    start = said.index("Not met:")
    assert said[start + 1].startswith("  CAIO-ROUTE-02  Policies are applied")
    assert (
        "One step beyond the boundary of CAIO-ROUTE-02”, over HTTP (features/caio/routing_flow.feature:132)"
        in (said[start + 2])
    )
    assert said[start + 3 : start + 5] == [
        "      Expected: “local-chat” is chosen",
        "      Observed: “cloud-chat” was chosen",
    ]
    assert said.index("Broken:") > start


def test_what_was_not_verified_is_counted_by_reason() -> None:
    said = lines(runs.partial())
    assert said[said.index("Not verified:") + 1 :][:2] == ["     5  Not part of this run", "     1  No scenario yet"]


def test_what_keeps_a_run_from_being_judged_is_told() -> None:
    said = lines(runs.undecided())
    against = said[said.index("What keeps this run from being judged:") + 1 :][:2]
    assert "no result was recorded" in against[0]
    assert "was recorded 2 times" in against[1]


def test_strictness_is_told_only_where_it_matters() -> None:
    assert any("STRICT is off" in line for line in lines(runs.reservations()))
    assert "STRICT is on: reservations fail this run." in lines(runs.reservations(), strict=True)
    assert not any("STRICT" in line for line in lines(runs.accepted(), strict=True))
    assert not any("STRICT" in line for line in lines(runs.rejected(), strict=True))


def test_strictness_that_allows_what_is_still_to_be_written_says_so() -> None:
    run = runs.accepted(("CAIO-ROUTE-01",))
    one, two = runs.criteria(("CAIO-ROUTE-01", "CAIO-HARD-05")).criteria
    run.criteria = run.criteria.model_copy(update={"criteria": (one, two.model_copy(update={"planned": True}))})
    assert any("still to be written are allowed" in line for line in lines(run, strict=True, allow_planned=True))
    assert any("reservations fail" in line for line in lines(run, strict=True))


def test_a_stray_that_is_not_met_is_told() -> None:
    run = runs.accepted(("CAIO-ROUTE-01",))
    stray = runs.planned("CAIO-ROUTE-01", line=99).model_copy(update={"criteria": ()})
    run.plan.append(stray)
    run.results.append(runs.result(stray, Outcome.NOT_MET, "it was wrong").model_copy(update={"criteria": ()}))
    said = lines(run)
    assert "Not met, outside the list of criteria:" in said
    assert "      it was wrong" in said
