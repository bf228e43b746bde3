"""A published product is expected to end as its file says; every other outcome is told, with what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.acceptance import expected
from support.acceptance.criteria import Criterion
from support.acceptance.expected import Expected
from support.acceptance.verdict import CriterionOutcome, Decision, Verdict
from support.base.outcomes import Outcome, UsageError


def verdict(**outcomes: Outcome) -> Verdict:
    found = tuple(
        CriterionOutcome(
            criterion=Criterion(id=name.replace("_", "-"), area="a", statement="It is so."), outcome=end, reason="seen"
        )
        for name, end in outcomes.items()
    )
    return Verdict(decision=Decision.REJECTED, criteria=found)


def file(folder: Path, text: str) -> Path:
    path = folder / "expected.yaml"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = 'version: "1"\nnot met: {GW-A-01: lies}\nnot verified: {GW-B-01: has none}\n'


def test_what_ends_as_expected_is_said_to(tmp_path: Path) -> None:
    path = file(tmp_path, GOOD)
    judged = verdict(GW_A_01=Outcome.NOT_MET, GW_B_01=Outcome.NOT_VERIFIED, GW_C_01=Outcome.MET)
    assert expected.told(expected.load(path), "1", judged, path)[0]


@pytest.mark.parametrize("outcome", [Outcome.MET, Outcome.BROKEN, Outcome.NOT_VERIFIED])
def test_another_outcome_is_a_difference_whether_better_or_worse(tmp_path: Path, outcome: Outcome) -> None:
    known = expected.load(file(tmp_path, 'version: "1"\nnot met: {GW-A-01: lies}\n'))
    told = list(expected.differences(known, "1", verdict(GW_A_01=outcome)))
    assert told == [f"GW-A-01 was expected to be not met (lies), and is {outcome.value}: seen"]


def test_another_version_and_an_unknown_criterion_are_differences(tmp_path: Path) -> None:
    told = list(expected.differences(expected.load(file(tmp_path, GOOD)), "2", verdict(GW_A_01=Outcome.NOT_MET)))
    assert told == [
        "the version is 2, and the expectations are of 1",
        "GW-B-01 is expected to end so and is no criterion",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("not met: {}\n", "version: required field is missing"),
        ('version: "1"\nmet: {}\n', ":2: met: unknown field"),
        ('version: "1"\nnot met: {GW-A-01: ""}\n', ":2: not met.GW-A-01: String should have at least 1 character"),
        ('version: "1"\nnot met: {GW-A-01: a}\nnot verified: {GW-A-01: b}\n', ":3: not verified.GW-A-01: stands under"),
    ],
)
def test_a_mistake_is_told_with_line_and_field(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        expected.load(file(tmp_path, text))
    assert told in str(caught.value)


def test_nothing_is_expected_otherwise_than_met() -> None:
    assert Expected(version="1").of("GW-Z-01") is Outcome.MET
